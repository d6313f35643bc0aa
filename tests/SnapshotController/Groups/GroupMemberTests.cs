using Sidecars.EmbeddedCluster;
using Sidecars.SnapshotController.Contents;
using Sidecars.Tests.Support;

namespace Sidecars.SnapshotController.Tests.Groups;

/// <summary>The snapshots of a group: how they are made, what may be in the way, and that they come and go with it (snapshot controller contract 10.4).</summary>
internal sealed class GroupMemberTests : GroupRigTest
{
    [Test]
    public async Task The_secret_of_the_group_goes_to_its_members()
    {
        var rig = await TwoClaims();
        rig.World.AddGroupClass("secret", parameters: """{"csi.storage.k8s.io/group-snapshotter-secret-name":"${volumegroupsnapshot.name}","csi.storage.k8s.io/group-snapshotter-secret-namespace":"${volumegroupsnapshot.namespace}"}""");
        var group = rig.World.AddGroup("g", Selected, "secret");
        var name = $"groupsnapcontent-{group.Uid}";
        Assert.That(World.Annotation(await rig.World.UntilExists(World.GroupContents, name), WellKnown.GroupSecretName), Is.EqualTo("g"));
        rig.World.GroupTaken(name, ["handle-a"]);
        var member = await rig.World.UntilExists(World.Contents, $"snapcontent-{ContentNames.MemberDigest(group.Uid, "handle-a")}");
        Assert.That((World.Annotation(member, WellKnown.SecretName), World.Annotation(member, WellKnown.SecretNamespace)), Is.EqualTo(("g", "default")));
    }

    [Test]
    public async Task A_further_look_at_a_group_takes_nothing_back_from_its_members()
    {
        var rig = await TwoClaims();
        var group = rig.World.AddGroup("g", Selected);
        var name = $"groupsnapcontent-{group.Uid}";
        await rig.World.UntilExists(World.GroupContents, name);
        rig.World.GroupTaken(name, ["handle-a"], ready: false);
        var member = $"snapcontent-{ContentNames.MemberDigest(group.Uid, "handle-a")}";
        await rig.World.Until(World.Contents, member, c => World.Text(c, "status", "snapshotHandle").Length > 0);
        rig.World.Taken(member);
        await rig.World.UntilReady($"snapshot-{ContentNames.MemberDigest(group.Uid, "handle-a")}");
        rig.World.Patch(World.GroupContents, name, """{"metadata":{"annotations":{"look":"again"}}}""");
        rig.World.GroupTaken(name, ["handle-a"]);
        await rig.World.Until(World.Groups, "g", World.IsReady);
        Assert.That(rig.World.Find(World.Contents, member)!["status"]!["readyToUse"]!.GetValue<bool>(), Is.True);
        Assert.That(rig.Writes.Count(w => w.Name == member && w.Resource.EndsWith("/status", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    private static IEnumerable<TestCaseData> Obstacles() =>
    [
        new TestCaseData(Fault(Request("create", World.Snapshots), 403, "Forbidden", "exceeded quota"), "cannot make VolumeSnapshot default/snapshot-", "exceeded quota")
            .SetName("A_quota_is_in_the_way"),
        new TestCaseData(Fault(Request("create", World.Contents), 422, "Invalid", "no such field"), "cannot make VolumeSnapshotContent snapcontent-", "no such field")
            .SetName("The_content_of_a_member_is_refused"),
        new TestCaseData(Fault(Request("patch", World.Contents, "status"), 500, "InternalError", "disk full"), "cannot write the status of VolumeSnapshotContent snapcontent-", "disk full")
            .SetName("The_status_of_a_member_is_refused"),
        new TestCaseData(Taken((w, group) => w.AddSnapshot(Member(group, "handle-a"), claim: "none"), World.Snapshots), "is there and does not belong to group g", "delete it")
            .SetName("The_name_of_a_member_is_taken"),
        new TestCaseData(Taken((w, group) => w.AddContent(MemberContent(group, "handle-a"), "other"), World.Contents), "is there and belongs to another snapshot", "delete it")
            .SetName("The_name_of_a_members_content_is_taken"),
    ];

    /// <summary>Puts something in the way of a group, by its uid, and gives back what takes it away again.</summary>
    internal delegate Action Obstacle(ControllerRig rig, string group);

    private static Obstacle Fault(RequestMatch request, int code, string reason, string message) => (rig, _) => rig.Cluster.Faults.Add(request, Answers(code, reason, message)).Dispose;

    private static Obstacle Taken(Func<World, string, StoredObject> make, string resource) => (rig, group) =>
    {
        var name = make(rig.World, group).Name;
        return () => rig.World.Delete(resource, name);
    };

    [Test]
    public async Task What_the_driver_says_of_a_group_is_told_also_while_its_members_cannot_be_made()
    {
        var rig = await TwoClaims();
        var (_, content) = await BegunGroup(rig);
        var fault = rig.Cluster.Faults.Add(Request("create", World.Snapshots), Answers(403, "Forbidden", "exceeded quota"));
        rig.World.GroupTaken(content, s_both);
        await rig.World.UntilError("g", "exceeded quota", World.Groups);
        var group = await rig.World.Until(World.Groups, "g", g => World.Text(g, "status", "creationTime") is World.Created);
        Assert.That((World.IsReady(group), World.Text(group, "status", "boundVolumeGroupSnapshotContentName")), Is.EqualTo((false, content)));
        await rig.World.UntilEventObject("g", "GroupSnapshotCreated");

        rig.World.Patch(World.GroupContents, content, """{"status":{"readyToUse":false,"error":{"message":"disk full","time":"2026-01-01T00:00:00Z"}}}""", "status");
        Assert.That(await rig.World.UntilError("g", "disk full", World.Groups), Does.Contain("exceeded quota"));
        fault.Dispose();
        await rig.World.Until(World.Groups, "g", g => World.Text(g, "status", "error", "message") is "disk full");
        rig.World.Patch(World.GroupContents, content, """{"status":{"readyToUse":true,"error":null}}""", "status");
        await rig.World.Until(World.Groups, "g", g => World.IsReady(g) && g["status"]!["error"] is null);
        Assert.That(rig.World.EventsAbout("g").Count(e => e.StartsWith("GroupSnapshotCreated", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    /// <summary>Until then the group is of no use, and whoever waits for it has to know why.</summary>
    [TestCaseSource(nameof(Obstacles))]
    public async Task A_member_that_cannot_be_made_is_told_on_the_group_until_it_can(Obstacle obstruct, string what, string why)
    {
        var rig = await TwoClaims();
        var (group, content) = await BegunGroup(rig);
        var clear = obstruct(rig, group);
        rig.World.GroupTaken(content, s_both);
        var error = await rig.World.UntilError("g", "the snapshots of the group cannot all be made", World.Groups);
        Assert.That(error, Does.Contain(what).And.Contains(why));
        await rig.World.UntilEventObject("g", "GroupSnapshotMembersFailed", what);
        Assert.That(World.IsReady(rig.World.Find(World.Groups, "g")!), Is.False);

        clear();
        await rig.World.Until(World.Groups, "g", g => World.IsReady(g) && g["status"]!["error"] is null);
        foreach (var handle in s_both) await rig.World.UntilReady(Member(group, handle));
    }

    [Test]
    public async Task A_driver_that_names_no_handle_of_a_member_is_told_on_the_group()
    {
        var rig = await TwoClaims();
        var (_, content) = await BegunGroup(rig);
        rig.World.Patch(World.GroupContents, content, """{"status":{"volumeGroupSnapshotHandle":"h","readyToUse":true,"volumeSnapshotInfoList":[{"volumeHandle":"handle-a","snapshotHandle":"","readyToUse":true}]}}""", "status");
        await rig.World.UntilEventObject("g", "GroupSnapshotMembersFailed", "names a snapshot without its handles; the driver has to name both");
        Assert.That(World.IsReady(rig.World.Find(World.Groups, "g")!), Is.False);
    }

    [Test]
    public async Task A_member_that_somebody_else_got_in_the_way_of_is_made_a_moment_later_and_nobody_is_told()
    {
        var rig = await TwoClaims();
        foreach (var resource in (string[])[World.Snapshots, World.Contents]) rig.Cluster.Faults.Add(Request("create", resource), Answers(409, "Conflict"), times: 1);
        rig.Cluster.Faults.Add(Request("patch", World.Contents, "status"), new FaultAction.CutAfter(), times: 1);
        await ReadyGroup(rig);
        await rig.World.UntilEventObject("g", "GroupSnapshotReady");
        Assert.That(rig.World.EventObjectsAbout("g").Select(e => World.Text(e, "type")), Is.All.EqualTo("Normal"));
    }

    [Test]
    public async Task A_member_is_not_deleted_alone()
    {
        var rig = await TwoClaims();
        var (group, _) = await ReadyGroup(rig);
        var member = Member(group, "handle-a");
        rig.World.Delete(World.Snapshots, member);
        await rig.World.UntilEventObject(member, "SnapshotDeletePending", "belongs to group snapshot g");
        Assert.That(World.Annotation(rig.World.Find(World.Contents, MemberContent(group, "handle-a"))!, WellKnown.BeingDeleted), Is.Null);
    }

    /// <summary>By a job that tidies a namespace, say, in the moment between the member and its content.</summary>
    [Test]
    public async Task One_that_is_deleted_while_it_is_being_made_waits_for_its_group_and_leaves_nothing_behind()
    {
        var rig = await TwoClaims();
        var made = rig.Cluster.Faults.Add(Request("create", World.Contents), new FaultAction.Hold(), times: 1);
        var (group, content) = await BegunGroup(rig);
        rig.World.GroupTaken(content, s_both);
        await made.Reached.WithinLimit();
        rig.World.Delete(World.Snapshots, Member(group, "handle-a"));
        await rig.World.UntilEventObject(Member(group, "handle-a"), "SnapshotDeletePending", "belongs to group snapshot g");
        made.Release();
        var member = await rig.World.Until(World.Contents, MemberContent(group, "handle-a"), c => World.Text(c, "status", "snapshotHandle").Length > 0);
        Assert.That(World.Text(member, "spec", "volumeSnapshotRef", "uid"), Is.EqualTo(World.Text(rig.World.Find(World.Snapshots, Member(group, "handle-a")), "metadata", "uid")));
        await Goes(rig, group, content);
    }

    [Test]
    public async Task One_that_is_deleted_before_its_content_could_be_made_is_told_on_the_group_which_can_only_be_deleted()
    {
        var rig = await TwoClaims();
        rig.Cluster.Faults.Add(Request("create", World.Contents), Answers(403, "Forbidden"));
        var (group, content) = await BegunGroup(rig);
        rig.World.GroupTaken(content, s_both);
        await rig.World.UntilEventObject("g", "GroupSnapshotMembersFailed", "cannot make VolumeSnapshotContent");
        rig.World.Delete(World.Snapshots, Member(group, "handle-a"));
        await rig.World.UntilEventObject(Member(group, "handle-a"), "SnapshotDeletePending", "belongs to group snapshot g");
        rig.Cluster.Faults.Clear();
        await rig.World.UntilError("g", "is being deleted, which it can only be with group g; delete the group", World.Groups);
        await Goes(rig, group, content);
    }

    /// <summary>The driver has another group under the old name: whoever restores has to know of which day it is.</summary>
    [Test]
    public async Task A_group_that_is_taken_anew_says_so_and_so_does_each_of_its_members()
    {
        var rig = await TwoClaims();
        var (group, content) = await ReadyGroup(rig, time: World.LaterText(1));
        rig.World.Delete(World.GroupContents, content);
        rig.World.LetGo(content, World.GroupContents);
        await rig.World.UntilEventObject("g", "GroupSnapshotContentMissing", "VolumeGroupSnapshotContent is missing");
        await rig.World.UntilExists(World.GroupContents, content);
        rig.World.GroupTaken(content, s_both, group: "another", time: World.LaterText(2));

        var anew = $"it says {World.LaterText(2)}, where {World.LaterText(1)} was noted";
        await rig.World.UntilEventObject("g", "GroupSnapshotCreationTimeChanged", anew);
        await rig.World.Until(World.Groups, "g", g => World.IsReady(g) && World.Text(g, "status", "creationTime") == World.LaterText(2));
        foreach (var handle in s_both)
        {
            await rig.World.UntilEventObject(Member(group, handle), "SnapshotCreationTimeChanged", anew);
            await rig.World.Until(World.Snapshots, Member(group, handle), s => World.IsReady(s) && World.Text(s, "status", "creationTime") == World.LaterText(2));
            var member = rig.World.Find(World.Contents, MemberContent(group, handle))!;
            Assert.That((World.Text(member, "status", "snapshotHandle"), World.Text(member, "status", "volumeGroupSnapshotHandle"), World.Annotation(member, WellKnown.GroupHandle), World.IsReady(member)),
                Is.EqualTo(($"another-of-{handle}", "another", "another", true)));
        }
        await Goes(rig, group, content);
    }

    [Test]
    public async Task A_claim_that_was_made_since_keeps_a_group_from_being_taken_anew()
    {
        var rig = await TwoClaims();
        var (_, content) = await ReadyGroup(rig);
        rig.World.Delete(World.GroupContents, content);
        rig.World.LetGo(content, World.GroupContents);
        await rig.World.UntilEventObject("g", "GroupSnapshotContentMissing", "the group is not taken anew: it was taken at 2026-01-01T00:00:00Z, and PersistentVolumeClaim default/");
        Assert.That(rig.World.Find(World.GroupContents, content), Is.Null);
    }

    [Test]
    public async Task Finalizers_that_cannot_be_put_on_a_member_are_told()
    {
        var rig = await Started();
        rig.Cluster.Faults.Add(Request("patch", World.Snapshots, ""), Answers(403, "Forbidden"));
        rig.World.AddGroupMember("s", "gone");
        await rig.World.UntilEventObject("s", "SnapshotFinalizerError", "as the test wants it");
    }
}
