using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.ExternalProvisioner.NodeDeployment;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.NodeDeployment;

/// <summary>An instance that serves one node (provisioner contract 9.4 and acceptance 73 to 75).</summary>
internal sealed class NodeDeploymentTests : RigTest
{
    private const string SelectedNode = "volume.kubernetes.io/selected-node";
    private const string NotEnough = """{"available_capacity":"1000"}""";

    private static readonly NodeDeploymentOptions s_quick = new() { Node = "n1", BaseDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromMilliseconds(100) };

    private static RigOptions OnNode(NodeDeploymentOptions? nodes = null) => new() { Provisioner = new RigOptions().Provisioner with { Nodes = nodes ?? s_quick } };

    [Test]
    public async Task Only_claims_for_its_node_are_provisioned()
    {
        var rig = await Started(OnNode(s_quick with { ServesImmediate = false }));
        rig.World.Add(new TestClass().Delayed());
        rig.World.Add(new TestClass("immediate"));
        rig.World.Add(new TestClaim("of-another").OnNode("n2"));
        rig.World.Add(new TestClaim("of-nobody"));
        rig.World.Add(new TestClaim("immediate").OfClass("immediate"));
        var volume = await rig.World.UntilProvisioned(rig.World.Add(new TestClaim("own").OnNode("n1")));
        Assert.That(World.Text(volume, "spec", "csi", "volumeAttributes", "storage.kubernetes.io/csiProvisionerIdentity"), Does.EndWith("-csi.example.com-n1"));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
        Assert.That(rig.Cluster.Requests.Count(To("update", World.Claims)), Is.Zero);
    }

    [Test]
    public async Task A_claim_no_node_has_is_taken_where_there_is_room()
    {
        var rig = await Started(OnNode());
        rig.World.Add(new TestClass().With(("a", "b"), ("csi.storage.k8s.io/fstype", "xfs")));
        var claim = rig.World.Add(new TestClaim());
        await rig.World.UntilProvisioned(claim);
        Assert.That(SelectedNodeOf(rig), Is.EqualTo("n1"));
        Assert.That(rig.Calls("GetCapacity").Single().ToJsonString(),
            Is.EqualTo("""{"volume_capabilities":[{"mount":{"fs_type":"xfs"},"access_mode":{"mode":"SINGLE_NODE_WRITER"}}],"parameters":{"a":"b"}}"""));
    }

    [TestCase(false, "")]
    [TestCase(true, "zone=z1,z2")]
    public async Task Room_is_asked_for_at_the_nodes_own_place(bool forImmediate, string allowed)
    {
        var options = OnNode();
        var rig = await Prepared(options with
        {
            Driver = RigOptions.PlacingDriver(), Provisioner = options.Provisioner with { Topology = new() { IsStrict = true, ForImmediate = forImmediate } },
        });
        rig.Driver.Answer("NodeGetInfo", DriverRule.Answer("""{"node_id":"id","accessible_topology":{"segments":{"zone":"z1"}}}"""));
        rig.Driver.Answer("GetCapacity", question => World.Text(question, "accessible_topology", "segments", "zone") is "z1" ? DriverRule.Default : DriverRule.Answer(NotEnough));
        rig.World.Add(allowed.Length is 0 ? new TestClass() : new TestClass().Allowing(allowed));
        await rig.Run();
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim()));
        Assert.That(rig.Calls("GetCapacity").Select(c => c["accessible_topology"]!.ToJsonString()), Is.EqualTo((string[])["""{"segments":{"zone":"z1"}}"""]));
    }

    [Test]
    public async Task A_claim_for_a_populator_says_so()
    {
        var rig = await Started(OnNode());
        rig.World.Add(new TestClass());
        rig.World.Add(new TestClaim().Specified("dataSourceRef", new JsonObject { ["apiGroup"] = "example.com", ["kind"] = "MyPopulator", ["name"] = "p" }));
        await rig.World.UntilEvent("claim", "Provisioning", "Assuming an external populator");
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
    }

    [TestCase("z1", true)]
    [TestCase("z2", false)]
    public async Task A_claim_no_node_has_is_taken_where_the_class_allows_it(string allowed, bool isTaken)
    {
        var rig = await Prepared(OnNode() with { Driver = new ScriptedDriverOptions { PluginCapabilities = ["CONTROLLER_SERVICE", "VOLUME_ACCESSIBILITY_CONSTRAINTS"] } });
        rig.Driver.Answer("NodeGetInfo", DriverRule.Answer("""{"node_id":"id","accessible_topology":{"segments":{"zone":"z1"}}}"""));
        rig.World.Add(new TestClass("restricted").Allowing($"zone={allowed}"));
        rig.World.Add(new TestClass());
        await rig.Run();
        var restricted = rig.World.Add(new TestClaim("restricted").OfClass("restricted"));
        var volume = await rig.World.UntilProvisioned(rig.World.Add(new TestClaim()));
        Assert.That(volume["spec"]!["nodeAffinity"]!.ToJsonString(), Does.Contain("z1"));
        if (isTaken) await rig.World.UntilProvisioned(restricted);
        else Assert.That(rig.Calls("GetCapacity"), Has.Count.EqualTo(1), "not even asked for");
        Assert.That(rig.Cluster.Requests.Entries.Count(r => r.Request.Resource is "nodes" or "csinodes"), Is.Zero, "the driver knows where its node stands");
    }

    [Test]
    public async Task One_for_which_there_is_no_room_is_looked_at_again_when_there_may_be_some()
    {
        var rig = await Started(OnNode());
        rig.Driver.Answer("GetCapacity", DriverRule.Answer(NotEnough), DriverRule.Answer(NotEnough), DriverRule.Default);
        rig.World.Add(new TestClass());
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim()));
        Assert.That(rig.Driver.Calls.Of("GetCapacity"), Has.Count.EqualTo(3));
        Assert.That(rig.World.EventsAbout("claim"), Has.None.Contains("Failed"), "another node may have had it");
    }

    [Test]
    public async Task Where_the_driver_does_not_say_whether_it_has_room_it_is_tried()
    {
        var rig = await Started(OnNode());
        rig.Driver.Answer("GetCapacity", Fails(StatusCode.Unimplemented));
        rig.World.Add(new TestClass());
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim()));
    }

    [Test]
    public async Task A_node_that_was_faster_keeps_the_claim()
    {
        var rig = await Started(OnNode());
        rig.World.Add(new TestClass());
        var gate = rig.Driver.Hold("GetCapacity");
        rig.World.Add(new TestClaim());
        await gate.Entered.WithinLimit();
        rig.World.Patch(World.Claims, "claim", $$"""{"metadata":{"annotations":{"{{SelectedNode}}":"n2"} } }""");
        gate.Release();
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim("next").OnNode("n1")));
        Assert.That(SelectedNodeOf(rig), Is.EqualTo("n2"));
        Assert.That(rig.Cluster.Requests.Count(To("update", World.Claims)), Is.Zero, "not even a conflict");
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_cannot_be_asked_for_is_taken_so_that_the_claim_says_why()
    {
        var rig = await Started(OnNode());
        rig.World.Add(new TestClass().With(("csi.storage.k8s.io/nope", "x")));
        rig.World.Add(new TestClaim());
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"), Does.Contain("found unknown parameter key"));
        Assert.That(SelectedNodeOf(rig), Is.EqualTo("n1"));
    }

    [Test]
    public async Task Volumes_of_other_nodes_are_neither_held_nor_deleted()
    {
        var rig = await Prepared(OnNode());
        rig.Driver.Answer("NodeGetInfo", DriverRule.Answer("""{"node_id":"id","accessible_topology":{"segments":{"zone":"z1"}}}"""));
        rig.World.Add(new TestVolume("there").Near("zone", "z2").Released());
        rig.World.Add(new TestVolume("there-bound").Near("zone", "z2").Held());
        rig.World.Add(new TestVolume("here").Near("zone", "z1").Released());
        rig.World.Add(new TestVolume("here-bound").Near("zone", "z1").Held());
        await rig.Run();
        await rig.World.UntilGone(World.Volumes, "here");
        await rig.World.Until(World.Volumes, "here-bound", v => World.Finalizers(v).Contains(TestVolume.OurFinalizer));
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim().OnNode("n1").OfClass(rig.World.Add(new TestClass()).Name)));
        Assert.That(rig.Calls("DeleteVolume").Select(c => World.Text(c, "volume_id")), Is.EqualTo((string[])["handle-of-here"]));
        Assert.That(World.Finalizers(rig.World.Find(World.Volumes, "there-bound")), Is.Empty);
    }

    [Test]
    public async Task The_note_of_another_nodes_instance_is_left_to_it()
    {
        const string mark = "external-provisioner.volume.kubernetes.io/durable-intent";
        var rig = await Prepared(new RigOptions { Provisioner = new RigOptions().Provisioner with { Nodes = s_quick, NotesIntents = true } });
        rig.World.Add(new TestClass());
        rig.World.Add(new TestClaim("there").Held(mark).OnNode("n2").Annotated(mark, """{"driver":"csi.example.com","node":"n2","volume":"v"}"""));
        var here = rig.World.Add(new TestClaim("here").Held(mark).Annotated(mark, """{"driver":"csi.example.com","node":"n1","volume":"w"}"""));
        rig.World.Add(new TestClaim("spoiled").Held(mark).OnNode("n2").Annotated(mark, "spoiled"));
        rig.World.Delete(World.Claims, "there");
        rig.World.Delete(World.Claims, "here");
        await rig.Run();
        await rig.World.UntilGone(World.Claims, "here");
        Assert.That(rig.Calls("CreateVolume").Select(c => World.Text(c, "name")), Is.EqualTo((string[])[$"pvc-{here.Uid}"]));
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "there")), Does.Contain(mark));
    }

    private static string SelectedNodeOf(ProvisionerRig rig) =>
        (rig.World.Find(World.Claims, "claim")!["metadata"]!["annotations"] as JsonObject)?[SelectedNode]?.GetValue<string>() ?? "";
}
