using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Capacity;

/// <summary>What becomes of volumes has the capacity asked for again, without waiting for the period (provisioner contract 9.3).</summary>
internal sealed class RefreshTests : CapacityRigTest
{
    [Test]
    public async Task A_volume_without_affinity_and_a_failed_call_refresh_the_class()
    {
        var rig = await Publishing("fast", "slow");
        rig.World.Add(new TestClaim("one").OnNode("n1"));
        await rig.Driver.WaitForCalls("GetCapacity", 3);
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.ResourceExhausted), DriverRule.Default);
        rig.World.Add(new TestClaim("two").OnNode("n1"));
        await rig.Driver.WaitForCalls("GetCapacity", 4);
        await rig.Passes(TimeSpan.FromSeconds(1));
        await rig.Driver.WaitForCalls("GetCapacity", 5);
        Assert.That(rig.Calls("GetCapacity").Skip(2).Select(c => World.Text(c, "parameters", "class")), Is.All.EqualTo("fast"));
    }

    [Test]
    public async Task A_claim_that_did_not_get_as_far_as_the_driver_refreshes_nothing()
    {
        var rig = await Publishing("fast");
        rig.World.Add(new TestClass("locked").Delayed().With(("class", "locked")).WithProvisionerSecret("default", "missing"));
        await UntilCreated(rig, 2);
        rig.World.Add(new TestClaim("one").OfClass("locked").OnNode("n1"));
        await rig.World.UntilEvent("one", "ProvisioningFailed", "error getting secret");
        rig.World.Add(new TestClaim("two").OnNode("n1"));
        await rig.Driver.WaitForCalls("GetCapacity", 3);
        Assert.That(rig.Calls("GetCapacity").Select(c => World.Text(c, "parameters", "class")), Is.EqualTo((string[])["fast", "locked", "fast"]));
    }

    [Test]
    public async Task A_deleted_volume_refreshes_the_segment_it_was_in()
    {
        var rig = await Prepared(Options(clockStands: true));
        AddNode(rig, "n1", "z1");
        AddNode(rig, "n2", "z2");
        foreach (var name in (string[])["fast", "slow"]) rig.World.Add(new TestClass(name).Delayed().With(("class", name)));
        await rig.Run();
        await UntilCreated(rig, 4);
        rig.World.Add(new TestVolume("everywhere").Released());
        await rig.World.UntilGone(World.Volumes, "everywhere");
        var made = new TestVolume("there").ToJson();
        made["spec"]!["nodeAffinity"] = JsonNode.Parse("""{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"In","values":["z2"]}]}]}}""");
        rig.World.Create(World.Volumes, made);
        rig.World.SetPhase("there", "Released");
        await rig.Driver.WaitForCalls("GetCapacity", 6);
        Assert.That(rig.Calls("GetCapacity").Skip(4).Select(c => World.Text(c, "parameters", "class") + World.Text(c, "accessible_topology", "segments", "zone")),
            Is.EquivalentTo((string[])["fastz2", "slowz2"]));
    }

    /// <summary>A driver without topology whose capacity is published, at a clock that stands.</summary>
    private async Task<ProvisionerRig> Publishing(params string[] classes)
    {
        var rig = await Prepared(Options(hasTopology: false, clockStands: true));
        AddNode(rig, "n1", null);
        foreach (var name in classes) rig.World.Add(new TestClass(name).Delayed().With(("class", name)));
        await rig.Run();
        await UntilCreated(rig, classes.Length);
        return rig;
    }
}
