using Sidecars.SnapshotController.Contents;

namespace Sidecars.SnapshotController.Tests.Groups;

/// <summary>Groups of snapshots (snapshot controller contract 10).</summary>
internal sealed class GroupTests : GroupRigTest
{
    [Test]
    public async Task A_group_is_taken_of_the_claims_its_selector_selects_and_its_members_are_made()
    {
        var rig = await TwoClaims();
        var group = rig.World.AddGroup("g", Selected);
        var name = $"groupsnapcontent-{group.Uid}";
        var content = await rig.World.UntilExists(World.GroupContents, name);
        Assert.That(content["spec"]!["source"]!.ToJsonString(), Is.EqualTo("""{"volumeHandles":["handle-a","handle-b"]}"""));
        Assert.That(World.Finalizers(content), Is.EqualTo(new[] { WellKnown.GroupContentFinalizer }));
        var bound = await rig.World.Until(World.Groups, "g", g => World.Text(g, "status", "boundVolumeGroupSnapshotContentName") == name);
        Assert.That((World.IsReady(bound), World.Finalizers(bound)[0]), Is.EqualTo((false, WellKnown.GroupFinalizer)));

        rig.World.GroupTaken(name, s_both);
        await rig.World.Until(World.Groups, "g", World.IsReady);
        foreach (var claim in (string[])["a", "b"])
        {
            var digest = ContentNames.MemberDigest(group.Uid, $"handle-{claim}");
            var member = await rig.World.UntilReady($"snapshot-{digest}");
            Assert.That((World.Text(member, "spec", "source", "persistentVolumeClaimName"), World.Text(member, "status", "volumeGroupSnapshotName"), World.Text(member, "status", "boundVolumeSnapshotContentName")),
                Is.EqualTo((claim, "g", $"snapcontent-{digest}")));
            Assert.That(World.Finalizers(member), Is.EquivalentTo(new[] { WellKnown.MemberFinalizer, WellKnown.SourceFinalizer }));
            Assert.That(World.Text(member["metadata"]!["ownerReferences"]![0], "uid"), Is.EqualTo(group.Uid));
            var taken = rig.World.Find(World.Contents, $"snapcontent-{digest}")!;
            Assert.That((World.Annotation(taken, WellKnown.GroupHandle), World.Text(taken, "status", "snapshotHandle"), World.Text(taken, "status", "volumeGroupSnapshotHandle")), Is.EqualTo(("the-group", $"snap-of-handle-{claim}", "the-group")));
        }
        foreach (var reason in (string[])["CreatingGroupSnapshot", "GroupSnapshotCreated", "GroupSnapshotReady"]) await rig.World.UntilEventObject("g", reason);
    }

    /// <summary>The original takes such a selector for one that selects every claim of the namespace.</summary>
    [TestCase("""{"key":"app","operator":"In","values":["db"]}""", "handle-a", "handle-b")]
    [TestCase("""{"key":"app","operator":"NotIn","values":["db"]}""", "handle-c")]
    [TestCase("""{"key":"tier","operator":"Exists"}""", "handle-a")]
    [TestCase("""{"key":"app","operator":"DoesNotExist"}""", "handle-c")]
    public async Task Expressions_of_a_selector_count(string expression, params string[] handles)
    {
        var rig = await TwoClaims();
        rig.World.AddClaim("c");
        rig.World.Patch(World.Claims, "a", """{"metadata":{"labels":{"tier":"1"}}}""");
        var group = rig.World.AddGroup("g", $$$"""{"selector":{"matchExpressions":[{{{expression}}}]} }""");
        var content = await rig.World.UntilExists(World.GroupContents, $"groupsnapcontent-{group.Uid}");
        Assert.That(content["spec"]!["source"]!["volumeHandles"]!.AsArray().Select(h => h!.GetValue<string>()), Is.EqualTo(handles));
    }

    [TestCase("Delete")]
    [TestCase("Retain")]
    public async Task A_group_goes_with_all_its_members(string policy)
    {
        var rig = await TwoClaims(policy);
        var (group, name) = await ReadyGroup(rig);
        rig.World.Delete(World.Groups, "g");
        await rig.World.Until(World.GroupContents, name, c => World.Annotation(c, WellKnown.GroupBeingDeleted) is "yes" && World.IsBeingDeleted(c) == policy is "Delete");
        if (policy is "Delete")
        {
            rig.World.LetGo(name, World.GroupContents);
            await rig.World.UntilGone(World.GroupContents, name);
        }
        await rig.World.UntilGone(World.Groups, "g");
        foreach (var handle in (string[])["handle-a", "handle-b"])
        {
            var digest = ContentNames.MemberDigest(group, handle);
            await rig.World.Until(World.Contents, $"snapcontent-{digest}", c => World.Annotation(c, WellKnown.BeingDeleted) is "yes" && World.IsBeingDeleted(c) == policy is "Delete");
            await rig.World.UntilGone(World.Snapshots, $"snapshot-{digest}");
        }
    }

    [Test]
    public async Task A_group_whose_member_is_being_restored_waits_for_that()
    {
        var rig = await TwoClaims();
        var (group, name) = await ReadyGroup(rig);
        rig.World.AddRestore("r", $"snapshot-{ContentNames.MemberDigest(group, "handle-b")}");
        await Begun(rig, "fence");
        rig.World.Delete(World.Groups, "g");
        await rig.World.UntilEventObject("g", "SnapshotDeletePending", "PersistentVolumeClaim default/r");
        Assert.That(World.Annotation(rig.World.Find(World.GroupContents, name)!, WellKnown.GroupBeingDeleted), Is.Null);
        rig.World.Delete(World.Claims, "r");
        await rig.World.Until(World.GroupContents, name, World.IsBeingDeleted);
    }

    [Test]
    public async Task What_is_in_the_way_of_a_groups_deletion_is_told()
    {
        var rig = await TwoClaims();
        var (group, content) = await ReadyGroup(rig);
        var mark = rig.Cluster.Faults.Add(Request("patch", World.GroupContents), Answers(422, "Invalid"));
        rig.World.Delete(World.Groups, "g");
        await rig.World.UntilEventObject("g", "GroupSnapshotContentObjectDeleteError", $"failed to mark VolumeGroupSnapshotContent {content} as being deleted: as the test wants it");
        var end = rig.Cluster.Faults.Add(Request("delete", World.GroupContents), Answers(403, "Forbidden"));
        mark.Dispose();
        await rig.World.UntilEventObject("g", "GroupSnapshotContentObjectDeleteError", $"failed to delete VolumeGroupSnapshotContent {content}: as the test wants it");
        var members = rig.Cluster.Faults.Add(Request("delete", World.Snapshots), Answers(403, "Forbidden"));
        end.Dispose();
        await rig.World.UntilEventObject("g", "SnapshotDeleteError", $"failed to delete VolumeSnapshot default/{Member(group, "handle-a")}: as the test wants it");
        var release = rig.Cluster.Faults.Add(Request("patch", World.Groups, ""), Answers(422, "Invalid"));
        members.Dispose();
        rig.World.LetGo(content, World.GroupContents);
        await rig.World.UntilEventObject("g", "GroupSnapshotFinalizerError", "as the test wants it");
        release.Dispose();
        await rig.World.UntilGone(World.Groups, "g");
        foreach (var handle in s_both) await rig.World.UntilGone(World.Snapshots, Member(group, handle));
    }

    private static IEnumerable<TestCaseData> Refusals() =>
    [
        new TestCaseData("""{"selector":{"matchLabels":{"app":"none"}}}""", "group", "GroupSnapshotContentCreationFailed", "label selector app=none for group snapshot not applied to any PVC").SetName("No_claim_is_selected"),
        new TestCaseData("""{"selector":{"matchExpressions":[{"key":"app","operator":"Like"}]}}""", "group", "GroupSnapshotContentCreationFailed", "not a valid label selector operator").SetName("An_operator_is_unknown"),
        new TestCaseData("""{"selector":{"matchLabels":{"app":"db"}}}""", "none", "GetGroupSnapshotClassFailed", "\"none\" not found").SetName("The_class_is_missing_of_a_group"),
        new TestCaseData("""{"selector":{"matchLabels":{"app":"db"}}}""", "foreign", "GroupSnapshotContentCreationFailed", "Volume CSI driver (csi.example.com) mismatch with VolumeGroupSnapshotClass (other.example.com)").SetName("The_class_is_of_another_driver_of_a_group"),
        new TestCaseData("""{"selector":{"matchLabels":{"app":"unbound"}}}""", "group", "GroupSnapshotContentCreationFailed", "the PVC u is not yet bound").SetName("A_claim_is_not_bound_of_a_group"),
        new TestCaseData("""{"selector":{"matchLabels":{"app":"db"}}}""", null, "SetDefaultGroupSnapshotClassFailed", "cannot find default group snapshot class").SetName("There_is_no_default_class_of_groups"),
        new TestCaseData("""{"volumeGroupSnapshotContentName":"none"}""", null, "GroupSnapshotContentMissing", "VolumeGroupSnapshotContent is missing").SetName("The_content_is_missing_of_a_group"),
        new TestCaseData("""{}""", null, "GroupSnapshotValidationError", "one of them").SetName("A_group_has_no_source"),
    ];

    [TestCaseSource(nameof(Refusals))]
    public async Task It_is_told_on_the_group(string source, string? className, string reason, string text)
    {
        var rig = await TwoClaims();
        rig.World.AddGroupClass("foreign", driver: "other.example.com");
        rig.World.AddUnboundClaim("u", labels: """{"app":"unbound"}""");
        rig.World.AddGroup("g", source, className);
        Assert.That(await rig.World.UntilError("g", "", World.Groups), Does.Contain(text).Or.Contain(text.Replace("\"", "\\\"", StringComparison.Ordinal)));
        await rig.World.UntilEventObject("g", reason);
        Assert.That(rig.World.All(World.GroupContents), Is.Empty);
        Assert.That(World.Finalizers(rig.World.Find(World.Groups, "g")), Is.Empty);
    }

    [Test]
    public async Task A_default_class_that_comes_late_is_taken()
    {
        var rig = await TwoClaims(options: RigOptions.WithoutRetries);
        rig.World.AddGroup("g", Selected, null);
        await rig.World.UntilError("g", "cannot find default", World.Groups);
        rig.World.AddGroupClass("late", isDefault: true);
        await rig.World.Until(World.Groups, "g", g => World.Text(g, "spec", "volumeGroupSnapshotClassName") is "late" && g["status"]?["error"] is null);
    }

    [Test]
    public async Task A_group_that_is_deleted_before_its_status_was_written_takes_its_content_with_it()
    {
        var rig = await TwoClaims();
        rig.Cluster.Faults.Add(Request("patch", World.Groups, "status"), Answers(500, "InternalError"));
        var group = rig.World.AddGroup("g", Selected);
        var name = $"groupsnapcontent-{group.Uid}";
        await rig.World.UntilExists(World.GroupContents, name);
        rig.World.Delete(World.Groups, "g");
        await rig.World.Until(World.GroupContents, name, World.IsBeingDeleted);
        rig.World.LetGo(name, World.GroupContents);
        await rig.World.UntilGone(World.Groups, "g");
    }
}
