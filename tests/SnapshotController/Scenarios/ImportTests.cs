namespace Sidecars.SnapshotController.Tests.Scenarios;

/// <summary>Snapshots of contents that are there already (snapshot controller contract 4.4).</summary>
internal sealed class ImportTests : RigTest
{
    private const string Secret = """{"csi.storage.k8s.io/snapshotter-secret-name":"sec","csi.storage.k8s.io/snapshotter-secret-namespace":"ns"}""";

    [Test]
    public async Task A_snapshot_and_its_content_are_bound_whichever_comes_first()
    {
        var rig = await Started(RigOptions.WithoutRetries);
        var early = rig.World.AddImport("early", "c1", "snap");
        Assert.That(await rig.World.UntilError("early", ""), Is.EqualTo("VolumeSnapshotContent is missing"));
        await rig.World.UntilEventObject("early", "SnapshotContentMissing");
        rig.World.AddContent("c1", "early");
        rig.World.AddContent("c2", "late");
        var late = rig.World.AddImport("late", "c2");
        foreach (var (content, snapshot) in ((string, string)[])[("c1", "early"), ("c2", "late")])
        {
            await rig.World.Until(World.Contents, content, c => World.Text(c, "spec", "volumeSnapshotRef", "uid") == (snapshot is "early" ? early : late).Uid);
            rig.World.Taken(content);
            Assert.That(World.Finalizers(await rig.World.UntilReady(snapshot)), Is.EqualTo(new[] { WellKnown.SourceFinalizer, WellKnown.BoundFinalizer }));
            Assert.That(World.Finalizers(rig.World.Find(World.Contents, content)), Is.EqualTo(new[] { WellKnown.ContentFinalizer }));
        }
        Assert.That(World.Text(rig.World.Find(World.Contents, "c1"), "spec", "volumeSnapshotClassName"), Is.EqualTo("snap"));
        Assert.That(rig.World.EventsAbout("late"), Has.None.Contains("CreatingSnapshot"));
        Assert.That(rig.Writes.Select(w => w.Resource), Has.None.EqualTo(World.Claims));
    }

    [Test]
    public async Task An_empty_name_of_a_content_is_told_with_what_to_do()
    {
        var rig = await Started();
        rig.World.AddImport("s", "");
        Assert.That(await rig.World.UntilError("s", "empty"), Is.EqualTo("VolumeSnapshot default/s names an empty content in spec.source"));
        await rig.World.UntilEventObject("s", "SnapshotContentMissing", "delete it, and make it anew with the name of a content");
    }

    [Test]
    public async Task A_content_that_cannot_be_read_is_told_until_it_can()
    {
        var rig = await Prepared(RigOptions.WithoutRetries);
        rig.World.AddContent("c", "s", source: """{"snapshotHandle":["old"]}""");
        rig.World.AddImport("s", "c");
        await rig.Run();
        Assert.That(await rig.World.UntilError("s", "c cannot be read"), Is.EqualTo("VolumeSnapshotContent c cannot be read"));
        await rig.World.UntilEventObject("s", "SnapshotContentUnreadable", "have the administrator correct it");
        rig.World.Patch(World.Contents, "c", """{"spec":{"source":{"snapshotHandle":"old"}}}""");
        rig.World.Taken("c");
        Assert.That((await rig.World.UntilReady("s"))["status"]!["error"], Is.Null);
    }

    [Test]
    public async Task The_secret_of_the_class_comes_with_it()
    {
        var rig = await Started(parameters: Secret);
        rig.World.AddContent("c", "s");
        rig.World.AddContent("own", "t", metadata: $$$"""{"annotations":{"{{{WellKnown.SecretName}}}":"mine","{{{WellKnown.SecretNamespace}}}":"here"} }""");
        rig.World.AddImport("s", "c", "snap");
        rig.World.AddImport("t", "own", "snap");
        var bound = await rig.World.Until(World.Contents, "c", c => World.Text(c, "spec", "volumeSnapshotRef", "uid").Length > 0);
        Assert.That((World.Annotation(bound, WellKnown.SecretName), World.Annotation(bound, WellKnown.SecretNamespace)), Is.EqualTo(("sec", "ns")));
        bound = await rig.World.Until(World.Contents, "own", c => World.Text(c, "spec", "volumeSnapshotRef", "uid").Length > 0);
        Assert.That((World.Annotation(bound, WellKnown.SecretName), World.Annotation(bound, WellKnown.SecretNamespace)), Is.EqualTo(("mine", "here")));
    }

    [Test]
    public async Task A_class_of_another_driver_than_the_contents_is_refused_with_both_names()
    {
        var rig = await Started();
        rig.World.AddClass("other", driver: "other.example.com");
        rig.World.AddContent("c", "s");
        rig.World.AddImport("s", "c", "other");
        Assert.That(await rig.World.UntilError("s", ""), Does.Contain("other.example.com").And.Contains("csi.example.com"));
        await rig.World.UntilEventObject("s", "SnapshotBindFailed");
        Assert.That(World.Text(rig.World.Find(World.Contents, "c"), "spec", "volumeSnapshotRef", "uid"), Is.Empty);
    }

    [TestCase("other", "", """{"snapshotHandle":"h"}""", "SnapshotContentMisbound", "VolumeSnapshotContent [c] is bound to a different snapshot")]
    [TestCase("s", "another-uid", """{"snapshotHandle":"h"}""", "SnapshotContentMisbound", "VolumeSnapshotContent [c] is bound to a different snapshot")]
    [TestCase("s", "", """{"volumeHandle":"h"}""", "SnapshotContentMismatch", "dynamically provisioned while expecting a pre-provisioned one")]
    public async Task A_content_that_is_meant_for_another_or_is_of_the_other_kind_is_never_touched(string meantFor, string uid, string source, string reason, string message)
    {
        var rig = await Started();
        var made = rig.World.AddContent("c", meantFor, uid: uid, source: source, metadata: $$$"""{"finalizers":["{{{WellKnown.ContentFinalizer}}}"]}""");
        rig.World.AddImport("s", "c");
        Assert.That(await rig.World.UntilError("s", ""), Does.Contain(message));
        await rig.World.UntilEventObject("s", reason);
        await rig.World.UntilEventObject("s", "SnapshotFinalizerError");
        Assert.That(rig.World.Find(World.Contents, "c")!.ToJsonString(), Is.EqualTo(made.ToJson().ToJsonString()));
        Assert.That(World.Finalizers(rig.World.Find(World.Snapshots, "s")), Is.Empty);
    }

    [Test]
    public async Task A_content_that_is_put_right_is_bound_at_once()
    {
        var rig = await Started(RigOptions.WithoutRetries);
        rig.World.AddContent("c", "other");
        rig.World.AddImport("s", "c");
        await rig.World.UntilError("s", "bound to a different snapshot");
        rig.World.Patch(World.Contents, "c", """{"spec":{"volumeSnapshotRef":{"name":"s"}}}""");
        await rig.World.Until(World.Snapshots, "s", s => World.Text(s, "status", "boundVolumeSnapshotContentName") is "c" && s["status"]!["error"] is null);
    }

    [Test]
    public async Task A_bind_that_is_refused_is_told()
    {
        var rig = await Started();
        rig.Cluster.Faults.Add(Request("patch", World.Contents), Answers(403, "Forbidden"), times: 1);
        rig.World.AddContent("c", "s");
        rig.World.AddImport("s", "c");
        await rig.World.UntilEventObject("s", "SnapshotBindFailed", "as the test wants it");
        await rig.World.Until(World.Snapshots, "s", s => World.Text(s, "status", "boundVolumeSnapshotContentName") is "c");
    }

    /// <summary>What a snapshot before this one said of its end would have the sidecar let the content go from under the living one.</summary>
    [Test]
    public async Task A_mark_of_an_earlier_end_goes_with_the_bind()
    {
        var rig = await Started();
        rig.World.AddContent("c", "s", "Retain", metadata: $$$"""{"annotations":{"{{{WellKnown.BeingDeleted}}}":"yes","a":"b"} }""");
        rig.World.AddImport("s", "c");
        var bound = await rig.World.Until(World.Contents, "c", c => World.Text(c, "spec", "volumeSnapshotRef", "uid").Length > 0);
        Assert.That((World.Annotation(bound, WellKnown.BeingDeleted), World.Annotation(bound, "a")), Is.EqualTo(((string?)null, "b")));
    }

    [Test]
    public async Task A_content_that_is_being_deleted_is_not_bound()
    {
        var rig = await Started();
        rig.World.AddContent("c", "s", metadata: """{"finalizers":["a/b"]}""");
        rig.World.Delete(World.Contents, "c");
        rig.World.AddImport("s", "c");
        await rig.World.UntilEventObject("s", "SnapshotBindFailed", "VolumeSnapshotContent c is being deleted");
        Assert.That(World.Text(rig.World.Find(World.Contents, "c"), "spec", "volumeSnapshotRef", "uid"), Is.Empty);
    }

    [Test]
    public async Task A_content_that_is_turned_away_is_noticed_at_once()
    {
        var rig = await Started(RigOptions.WithoutRetries);
        rig.World.AddContent("c", "s");
        rig.World.AddImport("s", "c");
        rig.World.Taken("c");
        await rig.World.UntilReady("s");
        rig.World.Patch(World.Contents, "c", """{"spec":{"volumeSnapshotRef":{"name":"other"}}}""");
        await rig.World.Until(World.Snapshots, "s", s => !World.IsReady(s));
        await rig.World.UntilEventObject("s", "SnapshotContentMisbound");
    }

    /// <summary>The original lets the snapshot go and leaves a content behind that nothing can delete.</summary>
    [Test]
    public async Task One_that_is_deleted_between_its_binding_and_its_status_takes_its_content_with_it()
    {
        var rig = await Prepared();
        var snapshot = rig.World.AddImport("s", "c");
        rig.World.Patch(World.Snapshots, "s", $$$"""{"metadata":{"finalizers":["{{{WellKnown.SourceFinalizer}}}"]} }""");
        rig.World.AddContent("c", "s", uid: snapshot.Uid, metadata: $$$"""{"finalizers":["{{{WellKnown.ContentFinalizer}}}"]}""");
        rig.World.Delete(World.Snapshots, "s");
        await rig.Run();
        await rig.World.Until(World.Contents, "c", c => World.IsBeingDeleted(c) && World.Annotation(c, WellKnown.BeingDeleted) is "yes");
    }
}
