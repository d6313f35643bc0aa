using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.SnapshotController.Tests.Groups;

/// <summary>Groups of contents that are there already (snapshot controller contract 10.3).</summary>
internal sealed class ImportedGroupTests : GroupRigTest
{
    private const string Imported = """{"volumeGroupSnapshotContentName":"gc"}""";
    private const string Secret = """{"csi.storage.k8s.io/group-snapshotter-secret-name":"sec","csi.storage.k8s.io/group-snapshotter-secret-namespace":"ns"}""";

    [Test]
    public async Task An_imported_group_is_bound_and_its_members_join_it()
    {
        var rig = await TwoClaims();
        rig.World.AddGroupContent("gc", "g");
        var group = rig.World.AddGroup("g", Imported, null);
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

    /// <summary>Without it the driver could not be asked to delete what was imported.</summary>
    [TestCase("{}", "sec", "ns")]
    [TestCase("""{"groupsnapshot.storage.kubernetes.io/deletion-secret-name":"mine","groupsnapshot.storage.kubernetes.io/deletion-secret-namespace":"here"}""", "mine", "here")]
    public async Task The_secret_of_the_class_comes_with_it_where_the_content_names_none(string annotations, string name, string ns)
    {
        var rig = await TwoClaims();
        rig.World.AddGroupClass("secret", parameters: Secret);
        rig.World.AddGroupContent("gc", "g", metadata: $$$"""{"annotations":{{{annotations}}} }""");
        rig.World.AddGroup("g", Imported, "secret");
        var bound = await UntilBound(rig);
        Assert.That((World.Annotation(bound, WellKnown.GroupSecretName), World.Annotation(bound, WellKnown.GroupSecretNamespace)), Is.EqualTo((name, ns)));
        Assert.That(World.Text(bound, "spec", "volumeGroupSnapshotClassName"), Is.EqualTo("secret"));
    }

    [Test]
    public async Task A_class_of_another_driver_than_the_contents_is_refused_with_both_names()
    {
        var rig = await TwoClaims();
        rig.World.AddGroupClass("other", driver: "other.example.com", parameters: Secret);
        rig.World.AddGroupContent("gc", "g");
        rig.World.AddGroup("g", Imported, "other");
        Assert.That(await rig.World.UntilError("g", "", World.Groups), Does.Contain("other.example.com").And.Contains("csi.example.com"));
        await rig.World.UntilEventObject("g", "GroupSnapshotBindFailed", "name a class of driver csi.example.com");
        AssertUntouched(rig);
    }

    /// <summary>What a group before this one said of its end would have the sidecar let the content go from under the living one.</summary>
    [Test]
    public async Task A_mark_of_an_earlier_end_goes_with_the_bind()
    {
        var rig = await TwoClaims();
        rig.World.AddGroupContent("gc", "g", "Retain", metadata: $$$"""{"annotations":{"{{{WellKnown.GroupBeingDeleted}}}":"yes","a":"b"} }""");
        rig.World.AddGroup("g", Imported, null);
        var bound = await UntilBound(rig);
        Assert.That((World.Annotation(bound, WellKnown.GroupBeingDeleted), World.Annotation(bound, "a")), Is.EqualTo(((string?)null, "b")));
    }

    [Test]
    public async Task A_content_that_is_being_deleted_is_not_bound()
    {
        var rig = await TwoClaims();
        rig.World.AddGroupContent("gc", "g", metadata: """{"finalizers":["a/b"]}""");
        rig.World.Delete(World.GroupContents, "gc");
        rig.World.AddGroup("g", Imported, null);
        await rig.World.UntilEventObject("g", "GroupSnapshotBindFailed", "VolumeGroupSnapshotContent gc is being deleted");
        AssertUntouched(rig);
    }

    /// <summary>The bind took effect, and neither an answer nor the watch has told of it.</summary>
    [Test]
    public async Task One_whose_bind_had_no_answer_takes_its_content_with_it()
    {
        var rig = await TwoClaims(options: RigOptions.WithoutRetries);
        rig.World.AddGroupContent("gc", "g");
        await BegunGroupOf(rig, "fence"); // behind it
        Assert.That(rig.Cluster.Faults.SilenceWatches(Request("watch", World.GroupContents)), Is.EqualTo(1));
        var cut = rig.Cluster.Faults.Add(Request("patch", World.GroupContents), new FaultAction.CutAfter(), times: 1);
        rig.World.AddGroup("g", Imported, null);
        await cut.Reached.WithinLimit();
        await UntilBound(rig);
        rig.World.Delete(World.Groups, "g");
        await rig.World.Until(World.GroupContents, "gc", c => World.IsBeingDeleted(c) && World.Annotation(c, WellKnown.GroupBeingDeleted) is "yes");
        Assert.That(rig.World.Find(World.Groups, "g"), Is.Not.Null);
    }

    /// <summary>It has no owner to be found by yet; nothing but the group's end can bring it up here.</summary>
    [Test]
    public async Task A_member_that_is_deleted_with_its_group_before_it_joined_it_goes_when_that_is_gone()
    {
        var rig = await TwoClaims(options: RigOptions.WithoutRetries);
        rig.World.AddGroupContent("gc", "g");
        rig.World.AddGroup("g", Imported, null);
        await UntilBound(rig);
        rig.World.Patch(World.GroupContents, "gc", """{"status":{"volumeGroupSnapshotHandle":"old","readyToUse":true,"creationTime":"2026-01-01T00:00:00Z"}}""", "status");
        await rig.World.Until(World.Groups, "g", World.IsReady);
        rig.World.AddContent("c", "m");
        rig.World.AddImport("m", "c");
        rig.World.Patch(World.Contents, "c", """{"status":{"snapshotHandle":"x","volumeGroupSnapshotHandle":"old","readyToUse":false}}""", "status");
        await rig.World.Until(World.Snapshots, "m", s => World.Text(s, "status", "volumeGroupSnapshotName") is "g");

        rig.World.Delete(World.Groups, "g");
        await rig.World.Until(World.GroupContents, "gc", World.IsBeingDeleted);
        rig.World.Delete(World.Snapshots, "m");
        await Begun(rig, "fence"); // behind it
        Assert.That(World.Finalizers(rig.World.Find(World.Snapshots, "m")), Does.Contain(WellKnown.SourceFinalizer), "it waits for its group");
        rig.World.LetGo("gc", World.GroupContents);
        await rig.World.UntilGone(World.Groups, "g");
        await rig.World.Until(World.Contents, "c", c => World.IsBeingDeleted(c) && World.Annotation(c, WellKnown.BeingDeleted) is "yes");
        rig.World.LetGo("c");
        await rig.World.UntilGone(World.Snapshots, "m");
    }

    private static Task<JsonObject> UntilBound(ControllerRig rig) =>
        rig.World.Until(World.GroupContents, "gc", c => World.Text(c, "spec", "volumeGroupSnapshotRef", "uid").Length > 0);

    private static void AssertUntouched(ControllerRig rig) =>
        Assert.That(World.Text(rig.World.Find(World.GroupContents, "gc"), "spec", "volumeGroupSnapshotRef", "uid"), Is.Empty);

    [Test]
    public async Task An_empty_name_of_a_content_is_told_with_what_to_do()
    {
        var rig = await TwoClaims();
        rig.World.AddGroup("g", """{"volumeGroupSnapshotContentName":""}""");
        Assert.That(await rig.World.UntilError("g", "empty", World.Groups), Is.EqualTo("VolumeGroupSnapshot default/g names an empty content in spec.source"));
        await rig.World.UntilEventObject("g", "GroupSnapshotContentMissing", "delete it, and make it anew with the name of a content");
    }

    [Test]
    public async Task A_content_that_cannot_be_read_is_told_until_it_can()
    {
        var rig = await Prepared(RigOptions.WithoutRetries);
        rig.World.AddGroupClass("group");
        rig.World.AddGroupContent("c", "g");
        rig.World.Patch(World.GroupContents, "c", """{"spec":{"driver":["odd"]}}""");
        rig.World.AddGroup("g", """{"volumeGroupSnapshotContentName":"c"}""");
        await rig.Run();
        await rig.World.UntilError("g", "VolumeGroupSnapshotContent c cannot be read", World.Groups);
        await rig.World.UntilEventObject("g", "GroupSnapshotContentUnreadable", "have the administrator correct it");
        rig.World.Patch(World.GroupContents, "c", $$$"""{"spec":{"driver":"{{{World.Driver}}}"}}""");
        rig.World.Patch(World.GroupContents, "c", """{"status":{"volumeGroupSnapshotHandle":"old","readyToUse":true}}""", "status");
        await rig.World.Until(World.Groups, "g", World.IsReady);
    }
}
