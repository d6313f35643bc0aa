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

    /// <summary>A thousand claims may come by while a quota is in the way, and each try lists all of them.</summary>
    [Test]
    public async Task A_group_whose_content_is_refused_keeps_its_pause_whatever_claims_and_volumes_come_by()
    {
        var rig = await TwoClaims(options: RigOptions.InTurn);
        var fault = rig.Cluster.Faults.Add(Request("create", World.GroupContents), Answers(403, "Forbidden", "exceeded quota"), times: 1);
        var uid = rig.World.AddGroup("g", Selected).Uid;
        await rig.World.UntilEventObject("g", "CreateGroupSnapshotContentFailed", "exceeded quota");
        var lists = ListsOfClaims(rig);

        rig.World.AddClaim("c", labels: """{"app":"db"}""");
        rig.World.AddClaim("d", labels: """{"app":"web"}""");
        foreach (var name in (string[])["other", "a"])
            rig.World.Patch(World.Volumes, "pv-a", $$$"""{"spec":{"claimRef":{"name":"{{{name}}}"} } }""");
        await Fence(rig, "c");
        Assert.That(rig.World.Find(World.GroupContents, $"groupsnapcontent-{uid}"), Is.Null);
        Assert.That(ListsOfClaims(rig) - lists, Is.EqualTo(1), "for the fence");
        fault.Dispose();
        rig.World.Patch(World.Groups, "g", """{"metadata":{"annotations":{"look":"again"}}}""");
        await rig.World.UntilExists(World.GroupContents, $"groupsnapcontent-{uid}");
    }

    [Test]
    public async Task A_group_waits_for_its_own_claims_and_for_what_it_needs_of_their_volumes()
    {
        var rig = await TwoClaims(options: RigOptions.InTurn);
        rig.World.Patch(World.Volumes, "pv-b", """{"spec":{"claimRef":{"name":"other"}}}""");
        var uid = rig.World.AddGroup("g", Selected).Uid;
        await rig.World.UntilError("g", "PersistentVolume pv-b belongs to claim default/other", World.Groups);
        await rig.Log.WaitForLine(IsLook);
        var looks = rig.Log.Lines.Count(IsLook);
        rig.World.Patch(World.Volumes, "pv-b", """{"metadata":{"labels":{"a":"b"}},"spec":{"capacity":{"storage":"2Gi"}},"status":{"phase":"Bound"}}""");
        rig.World.AddClaim("w", labels: """{"app":"web"}""");
        await Fence(rig, "w");
        Assert.That(rig.Log.Lines.Count(IsLook), Is.EqualTo(looks), "nothing of it was what the group waits for");
        rig.World.Patch(World.Volumes, "pv-b", """{"spec":{"claimRef":{"name":"b"}}}""");
        await rig.World.UntilExists(World.GroupContents, $"groupsnapcontent-{uid}");
    }

    private static int ListsOfClaims(ControllerRig rig) =>
        rig.Cluster.Requests.Entries.Count(r => r.Request is { Verb: "list", Resource: World.Claims, Namespace: World.Namespace });

    /// <summary>It was tried in vain to take a group of claim "b".</summary>
    private static bool IsLook(string line) =>
        line.StartsWith("Retrying", StringComparison.Ordinal) && line.Contains("pv-b belongs to claim", StringComparison.Ordinal);

    /// <summary>All that came before has been seen, and acted on.</summary>
    private static async Task Fence(ControllerRig rig, string claim)
    {
        rig.World.Patch(World.Claims, claim, """{"metadata":{"labels":{"fence":"yes"}}}""");
        var uid = rig.World.AddGroup("fence", """{"selector":{"matchLabels":{"fence":"yes"}}}""").Uid;
        await rig.World.UntilExists(World.GroupContents, $"groupsnapcontent-{uid}");
    }
}
