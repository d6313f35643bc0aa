using System.Text.Json.Nodes;
using Sidecars.SnapshotController.Contents;

namespace Sidecars.SnapshotController.Tests.Groups;

/// <summary>Groups of snapshots (snapshot controller contract 10).</summary>
internal sealed class GroupTests : RigTest
{
    private const string Selected = """{"selector":{"matchLabels":{"app":"db"}}}""";

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

        Taken(rig, name, "handle-a", "handle-b");
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
        await rig.World.Until(World.Claims, "a", c => World.Text(c, "metadata", "labels", "tier") is "1");
        await Begun(rig, "fence");
        var group = rig.World.AddGroup("g", $$$"""{"selector":{"matchExpressions":[{{{expression}}}]} }""");
        var content = await rig.World.UntilExists(World.GroupContents, $"groupsnapcontent-{group.Uid}");
        Assert.That(content["spec"]!["source"]!["volumeHandles"]!.AsArray().Select(h => h!.GetValue<string>()), Is.EqualTo(handles));
    }

    [Test]
    public async Task A_further_look_at_a_group_takes_nothing_back_from_its_members()
    {
        var rig = await TwoClaims();
        var group = rig.World.AddGroup("g", Selected);
        var name = $"groupsnapcontent-{group.Uid}";
        await rig.World.UntilExists(World.GroupContents, name);
        Taken(rig, name, ready: false, handles: ["handle-a"]);
        var member = $"snapcontent-{ContentNames.MemberDigest(group.Uid, "handle-a")}";
        await rig.World.Until(World.Contents, member, c => World.Text(c, "status", "snapshotHandle").Length > 0);
        rig.World.Taken(member);
        await rig.World.UntilReady($"snapshot-{ContentNames.MemberDigest(group.Uid, "handle-a")}");
        rig.World.Patch(World.GroupContents, name, """{"metadata":{"annotations":{"look":"again"}}}""");
        Taken(rig, name, ready: true, handles: ["handle-a"]);
        await rig.World.Until(World.Groups, "g", World.IsReady);
        Assert.That(rig.World.Find(World.Contents, member)!["status"]!["readyToUse"]!.GetValue<bool>(), Is.True);
        Assert.That(rig.Writes.Count(w => w.Name == member && w.Resource.EndsWith("/status", StringComparison.Ordinal)), Is.EqualTo(1));
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
    public async Task A_member_is_not_deleted_alone()
    {
        var rig = await TwoClaims();
        var (group, _) = await ReadyGroup(rig);
        var member = $"snapshot-{ContentNames.MemberDigest(group, "handle-a")}";
        rig.World.Delete(World.Snapshots, member);
        await rig.World.UntilEventObject(member, "SnapshotDeletePending", "belongs to group snapshot g");
        Assert.That(World.Annotation(rig.World.Find(World.Contents, $"snapcontent-{ContentNames.MemberDigest(group, "handle-a")}")!, WellKnown.BeingDeleted), Is.Null);
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
    public async Task The_secret_of_the_group_goes_to_its_members()
    {
        var rig = await TwoClaims();
        rig.World.AddGroupClass("secret", parameters: """{"csi.storage.k8s.io/group-snapshotter-secret-name":"${volumegroupsnapshot.name}","csi.storage.k8s.io/group-snapshotter-secret-namespace":"${volumegroupsnapshot.namespace}"}""");
        var group = rig.World.AddGroup("g", Selected, "secret");
        var name = $"groupsnapcontent-{group.Uid}";
        Assert.That(World.Annotation(await rig.World.UntilExists(World.GroupContents, name), WellKnown.GroupSecretName), Is.EqualTo("g"));
        Taken(rig, name, "handle-a");
        var member = await rig.World.UntilExists(World.Contents, $"snapcontent-{ContentNames.MemberDigest(group.Uid, "handle-a")}");
        Assert.That((World.Annotation(member, WellKnown.SecretName), World.Annotation(member, WellKnown.SecretNamespace)), Is.EqualTo(("g", "default")));
    }

    [Test]
    public async Task Groups_are_worked_on_from_when_their_kinds_come_and_all_else_before()
    {
        var rig = await Started(new RigOptions { HasGroupKinds = false });
        await rig.Log.WaitForLine(l => l.Contains("Groups of snapshots are not worked on until their kinds can be listed", StringComparison.Ordinal));
        var content = await Begun(rig, "s");
        rig.World.Taken(content);
        await rig.World.UntilReady("s");
        Assert.That(rig.Log.Lines.Count(l => l.Contains("Groups of snapshots are not worked on", StringComparison.Ordinal)), Is.EqualTo(1));

        rig.World.AddGroupKinds();
        rig.World.AddGroupClass("group");
        rig.World.Patch(World.Claims, "a", """{"metadata":{"labels":{"app":"db"}}}""");
        var group = rig.World.AddGroup("g", Selected);
        await rig.World.UntilExists(World.GroupContents, $"groupsnapcontent-{group.Uid}");
    }

    [Test]
    public async Task Until_groups_are_known_a_member_is_not_called_one_of_no_group()
    {
        var rig = await TwoClaims();
        var group = rig.World.AddGroup("g", Selected);
        var name = $"groupsnapcontent-{group.Uid}";
        await rig.World.UntilExists(World.GroupContents, name);
        Taken(rig, name, ready: false, handles: ["handle-a"]);
        var digest = ContentNames.MemberDigest(group.Uid, "handle-a");
        await rig.World.Until(World.Snapshots, $"snapshot-{digest}", s => World.Text(s, "status", "volumeGroupSnapshotName") is "g");
        await rig.Stop();
        var fault = rig.Cluster.Faults.Add(Request("list", World.GroupClasses), new EmbeddedCluster.FaultAction.Hold());
        await rig.Run();
        rig.World.Taken($"snapcontent-{digest}");
        await rig.Log.WaitForLine(l => l.Contains("was taken in is not known yet", StringComparison.Ordinal));
        Assert.That(rig.World.EventsAbout($"snapshot-{digest}"), Has.None.Contains("SnapshotStatusUpdateFailed"));
        rig.Cluster.Faults.Clear();
        fault.Release();
        await rig.World.UntilReady($"snapshot-{digest}");
    }

    [Test]
    public async Task An_imported_group_is_bound_and_its_members_join_it()
    {
        var rig = await TwoClaims();
        rig.World.Create(World.GroupContents, World.Json("""
            {"apiVersion":"groupsnapshot.storage.k8s.io/v1","kind":"VolumeGroupSnapshotContent","metadata":{"name":"gc"},
             "spec":{"driver":"csi.example.com","deletionPolicy":"Delete","source":{"groupSnapshotHandles":{"volumeGroupSnapshotHandle":"old","volumeSnapshotHandles":["x"]}},
              "volumeGroupSnapshotRef":{"kind":"VolumeGroupSnapshot","name":"g","namespace":"default"}}}
            """));
        var group = rig.World.AddGroup("g", """{"volumeGroupSnapshotContentName":"gc"}""");
        await rig.World.Until(World.GroupContents, "gc", c => World.Text(c, "spec", "volumeGroupSnapshotRef", "uid") == group.Uid && World.Finalizers(c).Length is 1);
        rig.World.Patch(World.GroupContents, "gc", """{"status":{"volumeGroupSnapshotHandle":"old","readyToUse":true,"creationTime":"2026-01-01T00:00:00Z"}}""", "status");
        await rig.World.Until(World.Groups, "g", World.IsReady);

        rig.World.AddContent("c", "m");
        rig.World.AddImport("m", "c");
        rig.World.Taken("c");
        rig.World.Patch(World.Contents, "c", """{"status":{"volumeGroupSnapshotHandle":"old"}}""", "status");
        var member = await rig.World.Until(World.Snapshots, "m", s => World.IsReady(s) && s["metadata"]!["ownerReferences"] is JsonArray);
        Assert.That((World.Text(member, "status", "volumeGroupSnapshotName"), World.Text(member["metadata"]!["ownerReferences"]![0], "uid")), Is.EqualTo(("g", group.Uid)));
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

    /// <summary>A running controller with claims "a" and "b", labelled app=db, and class "group".</summary>
    private async Task<ControllerRig> TwoClaims(string policy = "Delete", RigOptions? options = null)
    {
        var rig = await Prepared(options);
        foreach (var name in (string[])["a", "b"]) rig.World.AddClaim(name, labels: """{"app":"db"}""");
        rig.World.AddClass("snap");
        rig.World.AddGroupClass("group", policy);
        await rig.Run();
        return rig;
    }

    private static async Task<(string Uid, string Content)> ReadyGroup(ControllerRig rig)
    {
        var group = rig.World.AddGroup("g", Selected);
        var name = $"groupsnapcontent-{group.Uid}";
        await rig.World.UntilExists(World.GroupContents, name);
        Taken(rig, name, "handle-a", "handle-b");
        await rig.World.Until(World.Groups, "g", World.IsReady);
        foreach (var handle in (string[])["handle-a", "handle-b"]) await rig.World.UntilReady($"snapshot-{ContentNames.MemberDigest(group.Uid, handle)}");
        return (group.Uid, name);
    }

    /// <summary>The sidecar's part: the driver has taken the group.</summary>
    private static void Taken(ControllerRig rig, string content, params string[] handles) => Taken(rig, content, ready: true, handles);

    private static void Taken(ControllerRig rig, string content, bool ready, string[] handles)
    {
        var flag = ready ? "true" : "false";
        var infos = string.Join(',', handles.Select(h => $$$"""{"volumeHandle":"{{{h}}}","snapshotHandle":"snap-of-{{{h}}}","creationTime":{{{World.CreatedNanoseconds}}},"restoreSize":1073741824,"readyToUse":{{{flag}}} }"""));
        rig.World.Patch(World.GroupContents, content,
            $$$"""{"status":{"volumeGroupSnapshotHandle":"the-group","creationTime":"{{{World.Created}}}","readyToUse":{{{flag}}},"volumeSnapshotInfoList":[{{{infos}}}]} }""", "status");
    }
}
