using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests.Program;

/// <summary>
/// The published program is killed at every step it takes in the life of volumes, once before the step takes effect and once after, before the program
/// learns of it; started again, it has to end with one volume for each claim and none left. The steps are those that a run without kills is seen to
/// take, so a step that comes later is walked too.
/// </summary>
internal sealed class KillWalkTests
{
    private static readonly string[] s_claims = ["one", "two"];

    [Test]
    public Task Killed_at_any_step_it_leaves_each_claim_one_volume_and_no_volume_behind() => new KillWalk(Prepare, Start, Live).Walk(
        "watch persistentvolumeclaims", "watch persistentvolumes", "watch storageclasses", "watch volumeattachments", "get secrets", "create events",
        "get persistentvolumeclaims", "create persistentvolumes", "delete persistentvolumes", "patch persistentvolumes",
        "Probe", "GetPluginInfo", "GetPluginCapabilities", "ControllerGetCapabilities", "CreateVolume", "DeleteVolume");

    [Test]
    public Task Killed_at_any_step_with_what_it_does_noted_on_claims_it_leaves_each_claim_one_volume_and_no_note() => new KillWalk(Prepare, StartNoting, Live).Walk(
        "get persistentvolumeclaims", "update persistentvolumeclaims", "create persistentvolumes", "delete persistentvolumes", "CreateVolume", "DeleteVolume");

    [Test]
    public Task Killed_at_any_step_and_its_claim_deleted_before_it_is_back_it_leaves_no_volume_behind() => new KillWalk(Prepare, StartNoting, LiveBriefly, DeleteClaim).Walk(
        "get persistentvolumeclaims", "update persistentvolumeclaims", "create persistentvolumes", "delete persistentvolumes", "CreateVolume", "DeleteVolume");

    [TestCase(false)]
    [TestCase(true)]
    public Task Killed_at_any_step_it_restores_and_clones_and_lets_go_of_what_it_held(bool notesIntents) => new KillWalk(PrepareWithSnapshot, rig => StartSweeping(rig, notesIntents), LiveFilled).Walk(
        "get volumesnapshots", "update volumesnapshots", "get volumesnapshotcontents", "get persistentvolumeclaims", "update persistentvolumeclaims",
        "get persistentvolumes", "create persistentvolumes", "CreateVolume", "DeleteVolume");

    [TestCase(false)]
    [TestCase(true)]
    public Task Killed_at_any_step_it_gives_a_claim_whose_node_has_no_room_back_to_the_scheduler(bool notesIntents) =>
        new KillWalk(PrepareWithFullNode, notesIntents ? StartNoting : Start, LiveElsewhere).Walk(
            "watch nodes", "watch csinodes", "get persistentvolumeclaims", "update persistentvolumeclaims", "create persistentvolumes", "delete persistentvolumes", "CreateVolume", "DeleteVolume");

    [TestCase(false)]
    [TestCase(true)]
    public Task Killed_at_any_step_on_its_node_it_takes_each_claim_once(bool notesIntents) => new KillWalk(Prepare, rig => StartOnNode(rig, notesIntents), Live).Walk(
        "get persistentvolumeclaims", "update persistentvolumeclaims", "create persistentvolumes", "delete persistentvolumes",
        "NodeGetInfo", "GetCapacity", "CreateVolume", "DeleteVolume");

    private static async Task<ProcessRig> Prepare()
    {
        var rig = await ProcessRig.PrepareAsync(ProvisionerProgram.Name, hasControllers: true);
        var world = new World(rig.Cluster.Storage);
        world.AddSecret("s", ("k", "v"));
        world.Add(new TestClass().WithProvisionerSecret("default", "s"));
        // Some trouble, so that the steps of a second attempt are taken too.
        rig.Driver.Answer("CreateVolume", DriverRule.Fail(StatusCode.Internal), DriverRule.Default);
        rig.Driver.Answer("DeleteVolume", DriverRule.Fail(StatusCode.Internal), DriverRule.Default);
        return rig;
    }

    private static PublishedProgram Start(ProcessRig rig) => rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=4");

    private static PublishedProgram StartNoting(ProcessRig rig) => rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=4", "--durable-intent");

    private static PublishedProgram StartOnNode(ProcessRig rig, bool notesIntents) => rig.Start(new Dictionary<string, string> { ["NODE_NAME"] = "n1" },
        "--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=4",
        "--node-deployment", "--node-deployment-base-delay=20ms", "--node-deployment-max-delay=50ms", $"--durable-intent={notesIntents}");

    /// <summary>Two zones with a node each, and room in the second alone.</summary>
    private static async Task<ProcessRig> PrepareWithFullNode()
    {
        var rig = await ProcessRig.PrepareAsync(ProvisionerProgram.Name, RigOptions.PlacingDriver(), hasControllers: true);
        var world = new World(rig.Cluster.Storage);
        world.Add(new TestClass().Delayed());
        world.AddPlacedNode("n1", "zone=z1", "zone");
        world.AddPlacedNode("n2", "zone=z2", "zone");
        rig.Driver.Answer("CreateVolume", request => World.Text(request["accessibility_requirements"]!["preferred"]![0], "segments", "zone") is "z1"
            ? DriverRule.Fail(StatusCode.ResourceExhausted) : DriverRule.Default);
        return rig;
    }

    /// <summary>The life of a claim that the scheduler sends to a node without room first.</summary>
    private static async Task LiveElsewhere(ProcessRig rig)
    {
        const string SelectedNode = "volume.kubernetes.io/selected-node";
        var world = new World(rig.Cluster.Storage);
        var uid = world.Add(new TestClaim("one").OnNode("n1")).Uid;
        await world.Until(World.Claims, "one", c => World.Text(c, "metadata", "annotations", SelectedNode).Length is 0);
        world.Patch(World.Claims, "one", $$$"""{"metadata":{"annotations":{"{{{SelectedNode}}}":"n2"} } }""");
        await world.UntilBound("one");
        Assert.That(AtDriver(rig), Is.EqualTo((string[])[$"vol-of-pvc-{uid}"]), "one volume at the driver");
        Assert.That(world.Find(World.Volumes, $"pvc-{uid}")!["spec"]!["nodeAffinity"]!.ToJsonString(), Does.Contain("z2").And.Not.Contain("z1"));

        world.Delete(World.Claims, "one");
        await world.UntilGone(World.Claims, "one");
        await world.UntilGone(World.Volumes, $"pvc-{uid}");
        Assert.That(AtDriver(rig), Is.Empty, "volumes left at the driver");
    }

    private static void DeleteClaim(ProcessRig rig) => new World(rig.Cluster.Storage).DeleteIfThere(World.Claims, "one");

    /// <summary>The life of a claim that may be deleted at any time.</summary>
    private static async Task LiveBriefly(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        var uid = world.Add(new TestClaim("one").Unassigned()).Uid;
        await world.UntilOrGone(World.Claims, "one", c => World.Text(c, "status", "phase") is "Bound" || c["metadata"]!["deletionTimestamp"] is not null);
        DeleteClaim(rig);
        await world.UntilGone(World.Claims, "one");
        await world.UntilGone(World.Volumes, $"pvc-{uid}");
        Assert.That(world.All(World.Volumes), Is.Empty);
        Assert.That(AtDriver(rig), Is.Empty, "volumes left at the driver");
    }

    private static async Task<ProcessRig> PrepareWithSnapshot()
    {
        var rig = await Prepare();
        var world = new World(rig.Cluster.Storage);
        world.AddSnapshotKinds();
        world.AddReadySnapshot("s");
        return rig;
    }

    private static PublishedProgram StartSweeping(ProcessRig rig, bool notesIntents) =>
        rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=4", "--snapshot-orphan-sweep-interval=1s", $"--durable-intent={notesIntents}");

    /// <summary>The life of a volume, of its clone, and of one that was restored from a snapshot.</summary>
    private static async Task LiveFilled(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        world.Add(new TestClaim("one").Unassigned());
        await world.UntilBound("one");
        world.Add(new TestClaim("clone").Unassigned().Specified("dataSource", new JsonObject { ["kind"] = "PersistentVolumeClaim", ["name"] = "one" }));
        world.Add(new TestClaim("restored").Unassigned()
            .Specified("dataSource", new JsonObject { ["apiGroup"] = "snapshot.storage.k8s.io", ["kind"] = "VolumeSnapshot", ["name"] = "s" }));
        string[] all = ["one", "clone", "restored"];
        foreach (var name in all) await world.UntilBound(name);
        await world.Until(World.Snapshots, "s", s => World.Finalizers(s).Length is 0);
        var volumes = world.All(World.Volumes).Select(v => World.Text(v, "metadata", "name")).ToList();
        Assert.That(AtDriver(rig), Is.EquivalentTo(volumes.Select(v => $"vol-of-{v}")), "one volume at the driver for each claim");

        foreach (var name in all) world.Delete(World.Claims, name);
        foreach (var name in all) await world.UntilGone(World.Claims, name);
        foreach (var volume in volumes) await world.UntilGone(World.Volumes, volume);
        Assert.That(AtDriver(rig), Is.Empty, "volumes left at the driver");
    }

    /// <summary>The life of two claims and their volumes, whatever happens to the program, and what has to be true at its stations.</summary>
    private static async Task Live(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        foreach (var name in s_claims) world.Add(new TestClaim(name).Unassigned());
        foreach (var name in s_claims) await world.UntilBound(name);
        var volumes = world.All(World.Volumes).Select(v => World.Text(v, "metadata", "name")).ToList();
        var bound = s_claims.Select(name => World.Text(world.Find(World.Claims, name), "spec", "volumeName")).ToList();
        Assert.That(volumes, Is.EquivalentTo(bound), "one PersistentVolume for each claim");
        Assert.That(AtDriver(rig), Is.EquivalentTo(bound.Select(v => $"vol-of-{v}")), "one volume at the driver for each claim");

        foreach (var name in s_claims) world.Delete(World.Claims, name);
        foreach (var name in s_claims) await world.UntilGone(World.Claims, name);
        foreach (var volume in volumes) await world.UntilGone(World.Volumes, volume);
        Assert.That(world.All(World.Volumes), Is.Empty);
        Assert.That(AtDriver(rig), Is.Empty, "volumes left at the driver");
    }

    /// <summary>
    /// What the driver holds when every call counts that it did not refuse, even one whose answer nobody got: the worst case for us.
    /// </summary>
    private static HashSet<string> AtDriver(ProcessRig rig)
    {
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var call in rig.Driver.Calls.All.Where(c => c.Code is StatusCode.OK))
        {
            if (call.Method is "CreateVolume") held.Add("vol-of-" + World.Text(call.Request, "name"));
            if (call.Method is "DeleteVolume") held.Remove(World.Text(call.Request, "volume_id"));
        }
        return held;
    }
}
