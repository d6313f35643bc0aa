using Sidecars.EmbeddedCluster;

namespace Sidecars.SnapshotController.Tests.Scenarios;

/// <summary>That an object is gone is believed only when it is looked for and not found: who says so may not be the server.</summary>
internal sealed class GoneTests : RigTest
{
    [TestCase(World.Snapshots, "", "s")]
    [TestCase(World.Snapshots, "status", "s")]
    public async Task A_snapshot_that_is_said_to_be_gone_becomes_ready_all_the_same(string resource, string subresource, string name)
    {
        var rig = await Started();
        using var fault = rig.Cluster.Faults.Add(Request("patch", resource, subresource), Gone(resource, name), times: 1);
        var content = await Begun(rig, "s");
        rig.World.Taken(content);
        await rig.World.UntilReady("s");
        Assert.That(rig.World.EventObjectsAbout("s").Select(e => World.Text(e, "type")), Is.All.EqualTo("Normal"));
        await rig.World.Until(World.Claims, "a", c => !World.Finalizers(c).Contains(WellKnown.ClaimFinalizer));
    }

    /// <summary>The mark, and the deletion: without them the content stays for ever, and what is at the driver with it.</summary>
    [TestCase("patch")]
    [TestCase("delete")]
    public async Task A_content_that_is_said_to_be_gone_goes_with_its_snapshot_all_the_same(string verb)
    {
        var (rig, content) = await Ready();
        using var fault = rig.Cluster.Faults.Add(Request(verb, World.Contents), Gone(World.Contents, content), times: 1);
        rig.World.Delete(World.Snapshots, "s");
        var left = await rig.World.Until(World.Contents, content, World.IsBeingDeleted);
        Assert.That(World.Annotation(left, WellKnown.BeingDeleted), Is.EqualTo("yes"));
        Assert.That(rig.World.Find(World.Snapshots, "s"), Is.Not.Null, "it goes after its content");
        rig.World.LetGo(content);
        await rig.World.UntilGone(World.Snapshots, "s");
    }

    [Test]
    public async Task A_claim_that_is_said_to_be_gone_is_let_go_of_all_the_same()
    {
        var rig = await Started();
        var content = await Begun(rig, "s");
        using var fault = rig.Cluster.Faults.Add(Request("update", World.Claims), Gone(World.Claims, "a"), times: 1);
        rig.World.Taken(content);
        await rig.World.Until(World.Claims, "a", c => !World.Finalizers(c).Contains(WellKnown.ClaimFinalizer));
    }

    private static FaultAction.Answer Gone(string resource, string name) =>
        new(new ApiStatus(404, "NotFound", $"{resource} \"{name}\" not found") { Details = new StatusDetails { Name = name } });
}
