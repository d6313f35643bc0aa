using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Scenarios;

/// <summary>Claims of a driver that places volumes, from the nodes of a cluster to the volume's affinity (provisioner contract 5.8 and 6).</summary>
internal sealed class TopologyTests : RigTest
{
    private static readonly TestClass s_delayed = new TestClass().Delayed();
    private static readonly TestClaim s_onNode2 = new TestClaim().OnNode("n2");

    [Test] // 36, 34
    public async Task A_volume_is_asked_for_at_the_selected_node_first_and_is_reached_from_where_the_driver_says()
    {
        var rig = await WithNodes();
        rig.Driver.Answer("CreateVolume", DriverRule.Answer("""
            {"volume":{"volume_id":"v","accessible_topology":[{"segments":{"zone":"z2","rack":"r2"}},{"segments":{"zone":"z3"}}]}}
            """));
        rig.World.Add(s_delayed);
        var volume = await rig.World.UntilProvisioned(rig.World.Add(s_onNode2));
        Assert.That(Zones(rig.Calls("CreateVolume").Single(), "requisite"), Is.EqualTo((string[])["z1", "z2", "z3"]));
        Assert.That(Zones(rig.Calls("CreateVolume").Single(), "preferred"), Is.EqualTo((string[])["z2", "z3", "z1"]));
        Assert.That(JsonNode.DeepEquals(volume["spec"]!["nodeAffinity"], JsonNode.Parse("""
            {"required":{"nodeSelectorTerms":[
              {"matchExpressions":[{"key":"rack","operator":"In","values":["r2"]},{"key":"zone","operator":"In","values":["z2"]}]},
              {"matchExpressions":[{"key":"zone","operator":"In","values":["z3"]}]}]}}
            """)), volume.ToJsonString());
    }

    [TestCase(true, "z2", "z2")]
    [TestCase(false, "z1 z2 z3", "z2 z3 z1")]
    public async Task Strict_topology_is_the_selected_nodes_alone(bool isStrict, string requisite, string preferred)
    {
        var rig = await WithNodes(options => options with { Topology = new() { IsStrict = isStrict } });
        rig.World.Add(s_delayed);
        await rig.World.UntilProvisioned(rig.World.Add(s_onNode2));
        Assert.That(Zones(rig.Calls("CreateVolume").Single(), "requisite"), Is.EqualTo(requisite.Split(' ')));
        Assert.That(Zones(rig.Calls("CreateVolume").Single(), "preferred"), Is.EqualTo(preferred.Split(' ')));
    }

    [Test] // 37
    public async Task What_the_class_allows_is_all_that_is_asked_for()
    {
        var rig = await WithNodes();
        rig.World.Add(new TestClass().Allowing("zone=z9,z1", "zone=z2"));
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim("a-testset-2")));
        Assert.That(Zones(rig.Calls("CreateVolume").Single(), "requisite"), Is.EqualTo((string[])["z1", "z2", "z9"]));
    }

    [Test] // 40
    public async Task Without_immediate_topology_the_driver_chooses()
    {
        var rig = await WithNodes(options => options with { Topology = new() { ForImmediate = false } });
        rig.World.Add(new TestClass());
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim()));
        Assert.That(rig.Calls("CreateVolume").Single()["accessibility_requirements"], Is.Null);
    }

    [TestCase(false)]
    [TestCase(true)] // 33
    public async Task Out_of_force_nodes_are_not_even_watched(bool isPlacing)
    {
        var rig = await Prepared(new RigOptions
        {
            Driver = isPlacing ? RigOptions.PlacingDriver() : new ScriptedDriverOptions(),
            Provisioner = RigOptions.WithTopology.Provisioner with { UsesTopology = !isPlacing },
        });
        rig.World.AddPlacedNode("n2", "zone=z2 rack=r2", "zone rack");
        rig.Driver.Answer("CreateVolume", DriverRule.Answer("""{"volume":{"volume_id":"v","accessible_topology":[{"segments":{"zone":"z2"}}]}}"""));
        await rig.Run();
        rig.World.Add(s_delayed);
        var volume = await rig.World.UntilProvisioned(rig.World.Add(s_onNode2));
        Assert.That(rig.Calls("CreateVolume").Single()["accessibility_requirements"], Is.Null);
        Assert.That(volume["spec"]!["nodeAffinity"], Is.Null);
        Assert.That(rig.Cluster.Requests.Entries.Any(r => r.Request.Resource is "nodes" or "csinodes"), Is.False);
    }

    [Test] // 42
    public async Task A_call_is_repeated_with_the_same_places_though_nodes_changed_and_the_claim_went()
    {
        var rig = await WithNodes();
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.DeadlineExceeded), Fails(StatusCode.Unavailable), Fails(StatusCode.Aborted), DriverRule.Default);
        rig.World.Add(s_delayed);
        var claim = rig.World.Add(s_onNode2);
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "DeadlineExceeded");
        rig.World.Delete("csinodes", "n2");
        rig.World.Delete("nodes", "n2");
        rig.World.Patch("nodes", "n1", """{"metadata":{"labels":{"zone":"z7"}}}""");
        rig.World.Delete(World.Claims, "claim");
        await rig.World.UntilExists(World.Volumes, $"pvc-{claim.Uid}");
        var asked = rig.Calls("CreateVolume").Select(c => c["accessibility_requirements"]!.ToJsonString()).ToList();
        Assert.That((asked.Count, asked.Distinct().Count()), Is.EqualTo((4, 1)));
    }

    [Test]
    public async Task Another_selected_node_is_asked_for_while_the_driver_works_for_the_one_before()
    {
        var rig = await WithNodes();
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.Unavailable));
        rig.World.Add(s_delayed);
        rig.World.Add(s_onNode2);
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "Unavailable");
        rig.World.Patch(World.Claims, "claim", """{"metadata":{"annotations":{"volume.kubernetes.io/selected-node":"n3"}}}""");
        rig.Driver.Answer("CreateVolume", DriverRule.Default);
        await UntilAsked(rig, r => Zones(r, "preferred")[0] is "z3");
    }

    [Test]
    public async Task After_a_final_refusal_the_nodes_of_then_count()
    {
        var rig = await WithNodes();
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.Internal));
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(new TestClaim());
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "Internal");
        rig.World.Patch("nodes", "n1", """{"metadata":{"labels":{"zone":"z7"}}}""");
        rig.World.AddPlacedNode("n8", "zone=z8 rack=r8", "zone rack");
        await UntilAsked(rig, r => Zones(r, "requisite").Contains("z8"));
        rig.Driver.Answer("CreateVolume", DriverRule.Default);
        await rig.World.UntilProvisioned(claim);
        Assert.That(Zones(rig.Calls("CreateVolume")[^1], "requisite"), Is.EquivalentTo((string[])["z2", "z3", "z7", "z8"]));
    }

    [Test]
    public async Task A_volume_of_topologies_without_segments_is_told_of_as_the_server_refuses_it()
    {
        var rig = await WithNodes();
        rig.Driver.Answer("CreateVolume", DriverRule.Answer("""{"volume":{"volume_id":"v","accessible_topology":[{},{}]}}"""));
        rig.World.Add(new TestClass());
        rig.World.Add(new TestClaim());
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "nodeSelectorTerms");
    }

    [Test]
    public async Task A_claim_without_any_node_comes_up_when_the_driver_is_registered_on_one()
    {
        var rig = await Started(RigOptions.WithStandingClock with { Driver = RigOptions.PlacingDriver() });
        rig.World.Add(new TestClass());
        var claim = rig.World.Add(new TestClaim());
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "no available topology found");
        rig.World.AddPlacedNode("n1", "zone=z1", "zone");
        await rig.World.UntilProvisioned(claim); // the clock stands: no back-off has passed
    }

    [Test]
    public async Task A_claim_whose_node_lacks_a_label_comes_up_when_it_has_it()
    {
        var rig = await Started(RigOptions.WithStandingClock with { Driver = RigOptions.PlacingDriver() });
        rig.World.AddPlacedNode("n1", "zone=z1", "zone rack");
        rig.World.Add(s_delayed);
        var claim = rig.World.Add(new TestClaim().OnNode("n1"));
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "the node lacks rack");
        rig.World.AddPlacedNode("n2", "zone=z2 rack=r2", "zone rack"); // another one is no help
        rig.World.Patch("nodes", "n1", """{"metadata":{"labels":{"rack":"r1"}}}""");
        await rig.World.UntilProvisioned(claim);
        Assert.That(rig.World.EventsAbout("claim").Count(e => e.StartsWith("ProvisioningFailed", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [TestCase("n2", StatusCode.ResourceExhausted, "rpc error: code = ResourceExhausted")] // 27
    [TestCase("n9", StatusCode.OK, "failed to get selected CSINode n9")] // 32
    public async Task A_selected_node_at_which_nothing_can_be_made_is_taken_back_for_another(string node, StatusCode answer, string told)
    {
        var rig = await WithNodes();
        if (answer is not StatusCode.OK) rig.Driver.Answer("CreateVolume", Fails(answer), DriverRule.Default);
        rig.World.Add(s_delayed);
        var claim = rig.World.Add(new TestClaim().OnNode(node).Annotated("example.com/kept", "kept"));
        await rig.World.UntilEvent("claim", "ProvisioningFailed", told);
        var released = await rig.World.Until(World.Claims, "claim", c => c["metadata"]!["annotations"]!["volume.kubernetes.io/selected-node"] is null);
        Assert.That(World.Text(released, "metadata", "annotations", "example.com/kept"), Is.EqualTo("kept"));
        rig.World.Patch(World.Claims, "claim", """{"metadata":{"annotations":{"volume.kubernetes.io/selected-node":"n3"}}}""");
        await rig.World.UntilProvisioned(claim);
        Assert.That(Zones(rig.Calls("CreateVolume")[^1], "preferred")[0], Is.EqualTo("z3"));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(answer is StatusCode.OK ? 1 : 2), "the node in between was not tried again");
    }

    [Test]
    public async Task A_node_that_was_selected_meanwhile_is_not_taken_back()
    {
        var rig = await WithNodes(clockStands: true);
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.ResourceExhausted), DriverRule.Default);
        rig.World.Add(s_delayed);
        // The claim is read for the change: by then another node is selected.
        using var held = rig.Cluster.Faults.Add(To("get", World.Claims), new FaultAction.Hold(), times: 1);
        var claim = rig.World.Add(s_onNode2);
        await held.Reached.WithinLimit();
        rig.World.Patch(World.Claims, "claim", """{"metadata":{"annotations":{"volume.kubernetes.io/selected-node":"n3"}}}""");
        held.Release();
        await rig.World.UntilProvisioned(claim);
        Assert.That(World.Text(rig.World.Find(World.Claims, "claim"), "metadata", "annotations", "volume.kubernetes.io/selected-node"), Is.EqualTo("n3"));
    }

    [Test]
    public async Task Of_a_claim_that_is_gone_no_node_is_taken_back_and_nothing_is_tried_again()
    {
        var rig = await WithNodes(clockStands: true);
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.Unavailable), Fails(StatusCode.ResourceExhausted), DriverRule.Default);
        rig.World.Add(s_delayed);
        rig.World.Add(s_onNode2);
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "Unavailable");
        rig.World.Delete(World.Claims, "claim");
        await rig.Fence();
        await rig.Passes(TimeSpan.FromSeconds(1)); // the driver may have made it, so it is asked once more
        await rig.Passes(TimeSpan.FromSeconds(10));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(2));
    }

    [TestCase(false)]
    [TestCase(true)] // 27, 33
    public async Task Out_of_force_a_driver_without_room_is_asked_again_for_the_same_node(bool isPlacing)
    {
        var rig = await Started(new RigOptions
        {
            Driver = isPlacing ? RigOptions.PlacingDriver() : new ScriptedDriverOptions(),
            Provisioner = RigOptions.WithTopology.Provisioner with { UsesTopology = !isPlacing },
        });
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.ResourceExhausted), DriverRule.Default);
        rig.World.Add(s_delayed);
        await rig.World.UntilProvisioned(rig.World.Add(s_onNode2));
        Assert.That(World.Text(rig.World.Find(World.Claims, "claim"), "metadata", "annotations", "volume.kubernetes.io/selected-node"), Is.EqualTo("n2"));
    }

    [Test]
    public async Task A_node_that_cannot_be_taken_back_is_tried_again_by_its_back_off()
    {
        var rig = await WithNodes();
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.ResourceExhausted), Fails(StatusCode.ResourceExhausted), DriverRule.Default);
        rig.Cluster.Faults.Add(To("update", World.Claims), Answers(500, "InternalError"));
        rig.World.Add(s_delayed);
        await rig.World.UntilProvisioned(rig.World.Add(s_onNode2));
        Assert.That(rig.Log.Lines, Has.Some.Contains("cannot take the selected node n2 off claim default/claim"));
    }

    [Test] // 27
    public async Task Without_a_selected_node_a_driver_without_room_is_asked_again()
    {
        var rig = await WithNodes();
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.ResourceExhausted), DriverRule.Default);
        rig.World.Add(new TestClass());
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim()));
        Assert.That(rig.Cluster.Requests.Entries.Any(r => r.Request is { Verb: "update", Resource: World.Claims }), Is.False);
    }

    private async Task<ProvisionerRig> WithNodes(Func<ProvisionerOptions, ProvisionerOptions>? change = null, bool clockStands = false)
    {
        var options = (clockStands ? RigOptions.WithStandingClock : new RigOptions()) with { Driver = RigOptions.PlacingDriver() };
        var rig = await Prepared(change is null ? options : options with { Provisioner = change(options.Provisioner) });
        for (var i = 1; i <= 3; i++) rig.World.AddPlacedNode($"n{i}", $"zone=z{i} rack=r{i}", "zone rack");
        await rig.Run();
        return rig;
    }

    private static Task UntilAsked(ProvisionerRig rig, Func<JsonObject, bool> holds)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Driver.Calls.Added += call =>
        {
            if (call.Method is "CreateVolume" && holds(call.Request)) asked.TrySetResult();
        };
        if (rig.Calls("CreateVolume").Any(holds)) asked.TrySetResult();
        return asked.Task.WithinLimit();
    }

    private static string[] Zones(JsonObject request, string which) =>
        [.. request["accessibility_requirements"]![which]!.AsArray().Select(t => t!["segments"]!["zone"]!.GetValue<string>())];
}
