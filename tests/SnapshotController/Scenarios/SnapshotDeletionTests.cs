using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.SnapshotController.Tests.Scenarios;

/// <summary>How snapshots go, and what goes with them (snapshot controller contract 4.7).</summary>
internal sealed class SnapshotDeletionTests : RigTest
{
    [Test]
    public async Task With_policy_Delete_the_content_goes_first()
    {
        var (rig, content) = await Ready();
        rig.World.Delete(World.Snapshots, "s");
        var marked = await rig.World.Until(World.Contents, content, World.IsBeingDeleted);
        Assert.That(World.Annotation(marked, WellKnown.BeingDeleted), Is.EqualTo("yes"));
        Assert.That(World.Finalizers(await rig.World.Until(World.Snapshots, "s", s => !World.Finalizers(s).Contains(WellKnown.SourceFinalizer))), Is.EqualTo(new[] { WellKnown.BoundFinalizer }));
        rig.World.LetGo(content);
        await rig.World.UntilGone(World.Snapshots, "s");
        Assert.That(rig.Requests.Where(r => r.StartsWith("get ", StringComparison.Ordinal)), Is.EqualTo(new[] { "get persistentvolumeclaims" }), "of the claim that was protected");
    }

    [Test]
    public async Task With_policy_Retain_the_content_stays_and_may_be_deleted_later()
    {
        var (rig, content) = await Ready(policy: "Retain");
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.UntilGone(World.Snapshots, "s");
        var kept = rig.World.Find(World.Contents, content)!;
        Assert.That((World.IsBeingDeleted(kept), World.Annotation(kept, WellKnown.BeingDeleted)), Is.EqualTo((false, "yes")));
        Assert.That(World.Finalizers(kept), Is.EqualTo(new[] { WellKnown.ContentFinalizer }));
    }

    [Test]
    public async Task A_policy_that_becomes_Retain_at_the_last_moment_keeps_the_content()
    {
        var (rig, content) = await Ready();
        var fault = rig.Cluster.Faults.Add(Request("delete", World.Contents), new FaultAction.Hold(), times: 1);
        rig.World.Delete(World.Snapshots, "s");
        await fault.Reached.WithinLimit();
        rig.World.Patch(World.Contents, content, """{"spec":{"deletionPolicy":"Retain"}}""");
        fault.Release();
        await rig.World.UntilGone(World.Snapshots, "s");
        Assert.That(World.IsBeingDeleted(rig.World.Find(World.Contents, content)!), Is.False);
    }

    [TestCase("dataSource")]
    [TestCase("dataSourceRef")]
    public async Task A_snapshot_that_is_being_restored_waits_for_that(string field)
    {
        var (rig, content) = await Ready(RigOptions.WithoutRetries);
        rig.World.AddRestore("r", "s", field: field);
        await Begun(rig, "fence"); // behind it
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.UntilEventObject("s", "SnapshotDeletePending", "PersistentVolumeClaim default/r");
        Assert.That(World.Annotation(rig.World.Find(World.Contents, content)!, WellKnown.BeingDeleted), Is.Null);
        rig.World.Patch(World.Claims, "r", """{"spec":{"volumeName":"pv-r"}}""");
        rig.World.Patch(World.Claims, "r", """{"status":{"phase":"Bound"}}""", "status");
        await rig.World.Until(World.Contents, content, World.IsBeingDeleted);
    }

    [TestCase("""{"uid":"another"}""")]
    [TestCase("""{"name":"another"}""")]
    public async Task A_content_that_belongs_to_another_is_left_alone(string reference)
    {
        var (rig, content) = await Ready(RigOptions.WithoutRetries);
        rig.World.Patch(World.Contents, content, $$$"""{"spec":{"volumeSnapshotRef":{{{reference}}} } }""");
        await rig.World.UntilEventObject("s", "SnapshotContentMisbound");
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.UntilGone(World.Snapshots, "s");
        var other = rig.World.Find(World.Contents, content)!;
        Assert.That((World.IsBeingDeleted(other), World.Annotation(other, WellKnown.BeingDeleted)), Is.EqualTo((false, (string?)null)));
    }

    [Test]
    public async Task One_whose_content_may_have_been_made_unseen_takes_it_with_it()
    {
        var rig = await Prepared(RigOptions.WithoutRetries);
        rig.World.AddClaim("a");
        rig.World.AddClass("snap");
        rig.World.AddContent("first", "none");
        rig.Cluster.Faults.Add(Request("watch", World.Contents), new FaultAction.CutWatch(3), times: 1);
        await rig.Run();
        await Begun(rig, "fence"); // all caches are complete by now, and this was the last that the watch told of contents
        rig.Cluster.Faults.Add(Request("watch", World.Contents), Answers(500, "InternalError"));
        rig.World.AddContent("second", "none");
        // The content is made, and neither an answer nor the watch tells of it.
        var cut = rig.Cluster.Faults.Add(Request("create", World.Contents), new FaultAction.CutAfter(), times: 1);
        var content = await Begun(rig, "s");
        await cut.Reached.WithinLimit();
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.Until(World.Contents, content, c => World.IsBeingDeleted(c) && World.Annotation(c, WellKnown.BeingDeleted) is "yes");
        Assert.That(rig.World.Find(World.Snapshots, "s"), Is.Not.Null);
    }

    [Test]
    public async Task A_deletion_that_is_refused_is_told_and_holds_the_snapshot()
    {
        var (rig, content) = await Ready();
        rig.Cluster.Faults.Add(Request("delete", World.Contents), Answers(403, "Forbidden"));
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.UntilEventObject("s", "SnapshotContentObjectDeleteError", "as the test wants it");
        Assert.That(World.Finalizers(rig.World.Find(World.Snapshots, "s")), Is.EqualTo(new[] { WellKnown.SourceFinalizer, WellKnown.BoundFinalizer }));
        Assert.That(World.Annotation(rig.World.Find(World.Contents, content)!, WellKnown.BeingDeleted), Is.EqualTo("yes"));
        rig.Cluster.Faults.Clear();
        await rig.World.Until(World.Contents, content, World.IsBeingDeleted);
    }

    /// <summary>Of an object that newer rules do not accept any more, say.</summary>
    [Test]
    public async Task A_mark_that_is_refused_is_told_and_so_are_finalizers_that_cannot_be_taken_off()
    {
        var (rig, content) = await Ready();
        var refused = rig.Cluster.Faults.Add(Request("patch", World.Contents), Answers(422, "Invalid"));
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.UntilEventObject("s", "SnapshotContentObjectDeleteError", $"failed to mark VolumeSnapshotContent {content} as being deleted: as the test wants it");
        rig.Cluster.Faults.Add(Request("patch", World.Snapshots, ""), Answers(422, "Invalid"));
        refused.Dispose();
        await rig.World.UntilEventObject("s", "SnapshotFinalizerError", "as the test wants it");
        rig.Cluster.Faults.Clear();
        await rig.World.Until(World.Snapshots, "s", s => World.Finalizers(s) is [WellKnown.BoundFinalizer]);
    }

    /// <summary>No content can have such a name, so there is none.</summary>
    [TestCase("..")]
    [TestCase(".")]
    public async Task One_that_names_an_impossible_content_goes(string content)
    {
        var rig = await Started();
        rig.World.AddImport("s", content);
        await rig.World.Until(World.Snapshots, "s", s => World.Finalizers(s).Contains(WellKnown.SourceFinalizer));
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.UntilGone(World.Snapshots, "s");
    }

    /// <summary>The bind took effect, and neither an answer nor the watch has told of it.</summary>
    [Test]
    public async Task An_import_whose_bind_had_no_answer_takes_its_content_with_it()
    {
        var rig = await Started(RigOptions.WithoutRetries);
        rig.World.AddContent("c", "s");
        await Begun(rig, "fence"); // behind it
        Assert.That(rig.Cluster.Faults.SilenceWatches(Request("watch", World.Contents)), Is.EqualTo(1));
        var cut = rig.Cluster.Faults.Add(Request("patch", World.Contents), new FaultAction.CutAfter(), times: 1);
        var uid = rig.World.AddImport("s", "c").Uid;
        await cut.Reached.WithinLimit();
        await rig.World.Until(World.Contents, "c", c => World.Text(c, "spec", "volumeSnapshotRef", "uid") == uid);
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.Until(World.Contents, "c", c => World.IsBeingDeleted(c) && World.Annotation(c, WellKnown.BeingDeleted) is "yes");
        Assert.That(rig.World.Find(World.Snapshots, "s"), Is.Not.Null);
    }

    [Test]
    public async Task A_mark_that_could_not_be_put_on_a_retained_content_is_put_on_it_before_the_snapshot_goes()
    {
        var (rig, content) = await Ready(policy: "Retain");
        rig.Cluster.Faults.Add(Request("patch", World.Contents), Answers(500, "InternalError"), times: 2);
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.UntilGone(World.Snapshots, "s");
        Assert.That(World.Annotation(rig.World.Find(World.Contents, content)!, WellKnown.BeingDeleted), Is.EqualTo("yes"));
    }

    [Test]
    public async Task The_mark_takes_no_other_annotation_away()
    {
        var (rig, content) = await Ready(policy: "Retain");
        rig.World.Patch(World.Contents, content, $$$"""{"metadata":{"annotations":{"{{{WellKnown.BeingCreated}}}":"yes","a":"b"} } }""");
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.UntilGone(World.Snapshots, "s");
        var kept = rig.World.Find(World.Contents, content)!;
        Assert.That((World.Annotation(kept, WellKnown.BeingCreated), World.Annotation(kept, "a"), World.Annotation(kept, WellKnown.BeingDeleted)), Is.EqualTo(("yes", "b", "yes")));
    }

    [Test]
    public async Task A_snapshot_that_never_got_anywhere_goes_at_once()
    {
        var rig = await Started();
        rig.World.AddSnapshot("s", claim: "none");
        await rig.World.UntilError("s", "cannot get claim");
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.UntilGone(World.Snapshots, "s");
    }

    /// <summary>All orders of all that may be deleted, from each state in which that may happen, by either policy.</summary>
    [Test]
    public async Task In_whatever_order_things_are_deleted_nothing_is_left_and_no_finalizer_stays(
        [Values("begun", "marked", "refused", "unready", "ready")] string state, [Values("Delete", "Retain")] string policy)
    {
        foreach (var order in Orders(["snapshot", "content", "class", "claim"]))
        {
            var rig = await Prepared();
            rig.World.AddClaim("a");
            rig.World.AddSecret("secret");
            rig.World.AddClass("snap", policy, parameters: """{"csi.storage.k8s.io/snapshotter-secret-name":"secret","csi.storage.k8s.io/snapshotter-secret-namespace":"default"}""");
            await rig.Run();
            var content = await Begun(rig, "s");
            if (state is "marked") rig.World.Patch(World.Contents, content, $$$"""{"metadata":{"annotations":{"{{{WellKnown.BeingCreated}}}":"yes"} } }""");
            if (state is "refused") rig.World.Refused(content, "no space");
            if (state is "unready" or "ready") rig.World.Taken(content, ready: state is "ready");
            if (state is "ready") await rig.World.UntilReady("s");
            foreach (var what in order)
            {
                if (what is "snapshot") rig.World.Delete(World.Snapshots, "s");
                else if (what is "content") rig.World.Delete(World.Contents, content);
                else if (what is "class")
                {
                    rig.World.Delete(World.Classes, "snap");
                    rig.World.Delete("secrets", "secret");
                }
                else rig.World.Delete(World.Claims, "a");
            }
            var said = string.Join(' ', order);
            await rig.World.Until(World.Contents, content, c => World.IsBeingDeleted(c) && World.Annotation(c, WellKnown.BeingDeleted) is "yes");
            rig.World.LetGo(content);
            await rig.World.UntilGone(World.Snapshots, "s");
            await rig.World.UntilGone(World.Claims, "a");
            Assert.That(rig.World.All(World.Contents), Is.Empty, said);
            await EndRigs();
        }
    }

    private static IEnumerable<IReadOnlyList<string>> Orders(IReadOnlyList<string> all) =>
        all.Count is 0 ? [[]] : all.SelectMany(first => Orders([.. all.Where(a => a != first)]).Select(rest => (IReadOnlyList<string>)[first, .. rest]));

    [Test]
    public async Task A_secret_that_is_missing_changes_nothing_here()
    {
        var rig = await Started(parameters: """{"csi.storage.k8s.io/snapshotter-secret-name":"gone","csi.storage.k8s.io/snapshotter-secret-namespace":"default"}""");
        var content = await Begun(rig, "s");
        rig.World.Delete(World.Classes, "snap");
        rig.World.Delete(World.Snapshots, "s");
        var marked = await rig.World.Until(World.Contents, content, World.IsBeingDeleted);
        Assert.That(World.Annotation(marked, WellKnown.SecretName), Is.EqualTo("gone"));
        rig.World.LetGo(content);
        await rig.World.UntilGone(World.Snapshots, "s");
    }
}
