using System.Text.Json.Nodes;
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

    private async Task<ProvisionerRig> WithNodes(Func<ProvisionerOptions, ProvisionerOptions>? change = null, bool clockStands = false)
    {
        var options = (clockStands ? RigOptions.WithStandingClock : new RigOptions()) with { Driver = RigOptions.PlacingDriver() };
        var rig = await Prepared(change is null ? options : options with { Provisioner = change(options.Provisioner) });
        for (var i = 1; i <= 3; i++) rig.World.AddPlacedNode($"n{i}", $"zone=z{i} rack=r{i}", "zone rack");
        await rig.Run();
        return rig;
    }

    private static string[] Zones(JsonObject request, string which) =>
        [.. request["accessibility_requirements"]![which]!.AsArray().Select(t => t!["segments"]!["zone"]!.GetValue<string>())];
}
