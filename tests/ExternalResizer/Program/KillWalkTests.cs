using Grpc.Core;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalResizer.Tests.Program;

/// <summary>
/// The published program is killed at every step it takes in the life of claims, once before the step takes effect and once after, before the program
/// learns of it; started again, it has to end with every claim at the size and the class it asks for, and with a driver that was never asked for what
/// nobody wants any more. The steps are those that a run without kills is seen to take, so a step that comes later is walked too.
/// </summary>
internal sealed class KillWalkTests
{
    private static readonly string[] s_names = ["one", "two"];

    [Test]
    public Task Killed_at_any_step_it_brings_every_claim_to_its_size() => new KillWalk(PrepareGrowth, Start, Grow).Walk(
        "watch persistentvolumeclaims", "watch persistentvolumes", "get secrets", "patch persistentvolumes", "patch persistentvolumeclaims/status",
        "Probe", "GetPluginInfo", "GetPluginCapabilities", "ControllerGetCapabilities", "ControllerExpandVolume");

    [Test]
    public Task Killed_at_any_step_it_recovers_from_a_size_that_cannot_be_had() => new KillWalk(PrepareRecovery, Start, Recover).Walk(
        "patch persistentvolumes", "patch persistentvolumeclaims/status", "ControllerExpandVolume");

    [Test]
    public Task Killed_at_any_step_it_gives_every_volume_its_class() => new KillWalk(PrepareClasses, Start, Modify).Walk(
        "get volumeattributesclasses", "patch persistentvolumes", "patch persistentvolumeclaims/status", "ControllerModifyVolume");

    /// <summary>A driver that makes more than it is asked for, says so once, and is content with less when it is asked again.</summary>
    [Test]
    public Task Killed_at_any_step_it_ends_with_a_driver_that_rounds_up_once() => new KillWalk(PrepareRounding, Start, Round).Walk(
        "patch persistentvolumes", "patch persistentvolumeclaims/status", "ControllerExpandVolume");

    [Test]
    public Task Killed_at_any_step_it_waits_for_the_pods_that_hold_a_volume_up() => new KillWalk(PrepareUse, Start, Use).Walk(
        "watch pods", "patch persistentvolumes", "patch persistentvolumeclaims/status", "ControllerExpandVolume");

    [Test]
    public Task Killed_at_any_step_it_has_a_node_try_again_that_could_not() => new KillWalk(PrepareNode, Start, TryAgain).Walk(
        "patch persistentvolumes", "patch persistentvolumeclaims/status", "ControllerExpandVolume");

    private static PublishedProgram Start(ProcessRig rig) => rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=4");

    private static async Task<ProcessRig> PrepareGrowth()
    {
        var rig = await ProcessRig.PrepareAsync(ResizerProgram.Name);
        new World(rig.Cluster.Storage).AddSecret("s", ("k", "v"u8.ToArray()));
        // Some trouble, so that the steps of a second attempt are taken too.
        rig.Driver.Answer("ControllerExpandVolume", DriverRule.Fail(StatusCode.Internal), DriverRule.Fail(StatusCode.DeadlineExceeded), DriverRule.Default);
        return rig;
    }

    /// <summary>One claim grows by the controller alone, and again; the other waits for its node.</summary>
    private static async Task Grow(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        foreach (var name in s_names) world.Add(new TestClaim(name).WithSecret("s"));
        foreach (var name in s_names) await world.UntilSized("2Gi", name);
        foreach (var name in s_names) Assert.That(world.VolumeSizeOf(name), Is.EqualTo("2Gi"));
        world.Ask("3Gi", "one");
        await world.UntilSized("3Gi", "one");
        Assert.That((world.VolumeSizeOf("one"), world.StateOf("one"), world.Conditions("one").Length), Is.EqualTo(("3Gi", "", 0)));

        rig.Driver.Answer("ControllerExpandVolume", DriverRule.Answer("""{"capacity_bytes":"4294967296","node_expansion_required":true}"""));
        world.Ask("4Gi", "two");
        await world.UntilState("NodeResizePending", "two");
        Assert.That((world.VolumeSizeOf("two"), world.SizeOf("two"), world.AllocatedOf("two")), Is.EqualTo(("4Gi", "2Gi", "4Gi")));
        Assert.That(World.Text(world.Find(World.Volumes, "pv-two"), "metadata", "annotations", World.PreResize), Is.EqualTo("2Gi"));
        world.Patch(World.Claims, "two", """{"status":{"capacity":{"storage":"4Gi"},"allocatedResourceStatuses":null,"conditions":null}}""", "status");
        await world.Until(World.Volumes, "pv-two", v => v["metadata"]!["annotations"]?[World.PreResize] is null);
    }

    private static async Task<ProcessRig> PrepareRecovery()
    {
        var rig = await ProcessRig.PrepareAsync(ResizerProgram.Name);
        rig.Driver.Answer("ControllerExpandVolume", request => World.Text(request, "capacity_range", "required_bytes") is "9663676416"
            ? DriverRule.Fail(StatusCode.OutOfRange, "too large")
            : DriverRule.Default);
        return rig;
    }

    private static async Task Recover(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        world.Add(new TestClaim().Asking("9Gi"));
        await world.UntilState("ControllerResizeInfeasible");
        world.Ask("2Gi");
        await world.UntilSized("2Gi");
        Assert.That((world.VolumeSizeOf(), world.AllocatedOf(), world.StateOf(), world.Conditions().Length), Is.EqualTo(("2Gi", "2Gi", "", 0)));
    }

    private static async Task<ProcessRig> PrepareRounding()
    {
        var rig = await ProcessRig.PrepareAsync(ResizerProgram.Name);
        rig.Driver.Answer("ControllerExpandVolume", DriverRule.Answer("""{"capacity_bytes":"2147483648"}"""), DriverRule.Default);
        return rig;
    }

    private static async Task Round(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        world.Add(new TestClaim().Asking("1536Mi"));
        await world.Until(World.Claims, "a", c => World.Text(c, "status", "capacity", "storage") is "2Gi" or "1536Mi");
        Assert.That((world.StateOf(), world.Conditions().Length), Is.EqualTo(("", 0)));
        Assert.That(world.VolumeSizeOf(), Is.EqualTo("2Gi").Or.EqualTo(world.SizeOf()), "what was written once stays");
        Assert.That(world.EventsAbout("a"), Has.None.Contains("fault of the driver"));
    }

    private static async Task<ProcessRig> PrepareUse()
    {
        var rig = await ProcessRig.PrepareAsync(ResizerProgram.Name);
        var world = new World(rig.Cluster.Storage);
        world.AddPod("p", "a");
        rig.Driver.Answer("ControllerExpandVolume", _ => world.FindPod("p") is null ? DriverRule.Default : DriverRule.Fail(StatusCode.FailedPrecondition, "in use"));
        return rig;
    }

    private static async Task Use(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        world.Add(new TestClaim());
        await world.UntilEvent("VolumeResizeFailed", "while a pod uses it");
        world.DeletePod("p");
        await world.UntilSized("2Gi");
        Assert.That((world.VolumeSizeOf(), world.StateOf(), world.Conditions().Length), Is.EqualTo(("2Gi", "", 0)));
    }

    private static async Task<ProcessRig> PrepareNode()
    {
        var rig = await ProcessRig.PrepareAsync(ResizerProgram.Name);
        rig.Driver.Answer("ControllerExpandVolume", DriverRule.Answer("""{"capacity_bytes":"2147483648","node_expansion_required":true}"""));
        return rig;
    }

    /// <summary>The node has refused the size, and takes it when it is told to try again.</summary>
    private static async Task TryAgain(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        world.Add(new TestClaim().Sized("2Gi", "1Gi", "2Gi", "2Gi", "NodeResizeInfeasible").InState("""{"conditions":[{"type":"NodeResizeError","status":"True"}]}"""));
        await world.UntilState("NodeResizePending");
        Assert.That((world.SizeOf(), world.VolumeSizeOf(), world.AllocatedOf()), Is.EqualTo(("1Gi", "2Gi", "2Gi")));
        Assert.That(World.Text(world.Find(World.Volumes, "pv-a"), "metadata", "annotations", World.PreResize), Is.EqualTo("1Gi"));
        world.Patch(World.Claims, "a", """{"status":{"capacity":{"storage":"2Gi"},"allocatedResourceStatuses":null,"conditions":null}}""", "status");
        await world.Until(World.Volumes, "pv-a", v => v["metadata"]!["annotations"]?[World.PreResize] is null);
    }

    private static async Task<ProcessRig> PrepareClasses()
    {
        var rig = await ProcessRig.PrepareAsync(ResizerProgram.Name, new ScriptedDriverOptions { ControllerCapabilities = ["EXPAND_VOLUME", "MODIFY_VOLUME"] });
        var world = new World(rig.Cluster.Storage);
        world.AddAttributesClass("gold");
        world.AddAttributesClass("silver", iops: "100");
        rig.Driver.Answer("ControllerModifyVolume", DriverRule.Fail(StatusCode.Internal), DriverRule.Fail(StatusCode.Aborted), DriverRule.Default);
        return rig;
    }

    private static async Task Modify(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        foreach (var name in s_names) world.Add(new TestClaim(name).OfClass("gold"));
        foreach (var name in s_names) await world.UntilClass("gold", name);
        world.Name("silver", "one");
        await world.UntilClass("silver", "one");
        Assert.That(World.Text(world.Find(World.Volumes, "pv-one"), "spec", "volumeAttributesClassName"), Is.EqualTo("silver"));
        Assert.That(World.Text(world.Find(World.Volumes, "pv-two"), "spec", "volumeAttributesClassName"), Is.EqualTo("gold"));
        Assert.That(s_names.SelectMany(n => world.Conditions(n)), Is.Empty);
        Assert.That(World.Text(rig.Driver.Calls.Of("ControllerModifyVolume").Last(c => World.Text(c.Request, "volume_id") == "handle-one").Request, "mutable_parameters", "iops"),
            Is.EqualTo("100"), "what the driver was asked for last is what the claim has");
    }
}
