using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.SnapshotController.Tests.Groups;

/// <summary>Which claims a group is taken of: those of the moment, whatever was known of them before (snapshot controller contract 10.2).</summary>
internal sealed class GroupClaimTests : GroupRigTest
{
    /// <summary>A claim that is left out is missed when the group is restored, and nobody would have been told.</summary>
    [Test]
    public async Task Claims_that_the_watch_has_not_told_of_are_in_the_group_and_those_that_left_are_not()
    {
        var rig = await TwoClaims();
        await BegunGroupOf(rig, "fence"); // everything is known by now
        Assert.That(rig.Cluster.Faults.SilenceWatches(Request("watch", World.Claims)), Is.EqualTo(1));
        rig.World.AddClaim("c", labels: """{"app":"db"}""");
        rig.World.Patch(World.Claims, "b", """{"metadata":{"labels":{"app":"web"}}}""");
        // Made anew under its name, of another volume.
        rig.World.Delete(World.Claims, "a");
        var anew = rig.World.AddUnboundClaim("a", labels: """{"app":"db"}""", volume: "pv-new");
        rig.World.AddVolume("pv-new", """{"csi":{"driver":"csi.example.com","volumeHandle":"handle-new"}}""", "a", anew.Uid);
        rig.World.Patch(World.Claims, "a", """{"status":{"phase":"Bound"}}""", "status");

        var (_, content) = await BegunGroup(rig);
        Assert.That(rig.World.Find(World.GroupContents, content)!["spec"]!["source"]!.ToJsonString(), Is.EqualTo("""{"volumeHandles":["handle-new","handle-c"]}"""));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Where_they_cannot_be_listed_no_group_is_taken_and_that_is_told_where_it_does_not_pass_by_itself(bool isRefused)
    {
        var rig = await TwoClaims();
        await BegunGroupOf(rig, "fence"); // the list of the start is behind us
        var fault = rig.Cluster.Faults.Add(Request("list", World.Claims), isRefused ? Answers(403, "Forbidden") : new FaultAction.CutBefore());
        var uid = rig.World.AddGroup("g", Selected).Uid;
        await fault.Reached.WithinLimit();
        if (isRefused) await rig.World.UntilEventObject("g", "GroupSnapshotContentCreationFailed", "the claims of namespace default cannot be listed for VolumeGroupSnapshot default/g: as the test wants it");
        Assert.That(rig.World.Find(World.GroupContents, $"groupsnapcontent-{uid}"), Is.Null);
        fault.Dispose();
        await rig.World.UntilExists(World.GroupContents, $"groupsnapcontent-{uid}");
        if (!isRefused) Assert.That(rig.World.EventsAbout("g"), Has.None.Contains("Failed"));
    }
}
