namespace Sidecars.SnapshotController.Tests.Scenarios;

/// <summary>What becomes of a snapshot once it is ready (snapshot controller contract 4.6).</summary>
internal sealed class ReadyTests : RigTest
{
    [Test]
    public async Task It_stays_ready_without_its_class_and_whatever_its_content_says_later()
    {
        var (rig, content) = await Ready();
        rig.World.Delete(World.Classes, "snap");
        rig.World.Refused(content, "trouble");
        rig.World.Patch(World.Snapshots, "s", """{"metadata":{"labels":{"a":"b"}}}""");
        await rig.World.UntilEventObject("s", "SnapshotReady");
        await rig.Stop();
        await rig.Run();
        await rig.Log.WaitForLine(line => line.Contains("Groups of snapshots are worked on", StringComparison.Ordinal));
        var snapshot = rig.World.Find(World.Snapshots, "s")!;
        Assert.That((World.IsReady(snapshot), snapshot["status"]!["error"]), Is.EqualTo((true, (object?)null)));
        Assert.That(rig.World.EventsAbout("s"), Has.None.Contains("Failed"));
    }

    [Test]
    public async Task A_controller_that_is_started_again_writes_nothing_where_all_is_done()
    {
        var (rig, _) = await Ready();
        await rig.World.UntilEventObject("s", "SnapshotReady");
        await rig.World.Until(World.Claims, "a", c => !World.Finalizers(c).Contains(WellKnown.ClaimFinalizer));
        await rig.Stop();
        var before = rig.Requests.Count;
        await rig.Run();
        await Begun(rig, "t"); // behind the other
        Assert.That(rig.Requests.Skip(before).Where(r => !r.StartsWith("create events", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            "patch volumesnapshots", "get persistentvolumeclaims", "update persistentvolumeclaims", "create volumesnapshotcontents",
        }), "of the one that is new");
    }

    [Test]
    public async Task One_whose_content_vanished_says_so_and_is_taken_anew_with_a_warning()
    {
        var rig = await Started();
        var content = await Begun(rig, "s");
        rig.World.Taken(content, time: World.Later(1));
        await rig.World.UntilReady("s");
        rig.World.LetGo(content);
        rig.World.Delete(World.Contents, content);
        await rig.World.UntilEventObject("s", "SnapshotContentMissing", "VolumeSnapshotContent is missing");
        await rig.World.UntilExists(World.Contents, content);
        Assert.That(World.IsReady(rig.World.Find(World.Snapshots, "s")!), Is.False);
        rig.World.Taken(content, time: World.Later(2), size: "5368709120");
        var status = (await rig.World.UntilReady("s"))["status"]!;
        Assert.That((World.Text(status, "creationTime"), World.Text(status, "restoreSize")), Is.EqualTo((World.LaterText(2), "5Gi")));
        await rig.World.UntilEventObject("s", "SnapshotCreationTimeChanged", $"it says {World.LaterText(2)}, where {World.LaterText(1)} was noted");
    }

    /// <summary>The claim of today has another volume than the one the snapshot was taken of.</summary>
    [Test]
    public async Task One_whose_content_vanished_and_whose_claim_was_made_anew_is_not_taken_of_another_volume()
    {
        var (rig, content) = await Ready();
        await rig.World.Until(World.Claims, "a", c => !World.Finalizers(c).Contains(WellKnown.ClaimFinalizer));
        rig.World.LetGo(content);
        rig.World.Delete(World.Contents, content);
        await rig.World.UntilEventObject("s", "SnapshotContentMissing", "the snapshot is not taken anew: it was taken at 2026-01-01T00:00:00Z, and PersistentVolumeClaim default/a was made at ");
        var snapshot = await rig.World.Until(World.Snapshots, "s", s => World.Text(s, "status", "error", "message").Contains("not taken anew", StringComparison.Ordinal));
        Assert.That((World.IsReady(snapshot), World.Text(snapshot, "status", "creationTime")), Is.EqualTo((false, World.Created)));
        Assert.That(rig.World.All(World.Contents), Is.Empty);
    }

    /// <summary>Two watches have no order between them.</summary>
    [Test]
    public async Task One_whose_content_is_known_as_it_was_before_it_was_bound_stays_ready()
    {
        var rig = await Prepared();
        rig.World.AddContent("c", "s");
        await rig.Run();
        await rig.Log.WaitForLine(line => line.Contains("Groups of snapshots are worked on", StringComparison.Ordinal));
        Assert.That(rig.Cluster.Faults.SilenceWatches(Request("watch", World.Contents)), Is.EqualTo(1));
        var uid = rig.World.AddImport("s", "none").Uid;
        await rig.World.UntilEventObject("s", "SnapshotContentMissing");
        // As another replica left it, the moment before it went.
        rig.World.Patch(World.Contents, "c", $$$"""{"spec":{"volumeSnapshotRef":{"uid":"{{{uid}}}"} } }""");
        rig.World.Patch(World.Snapshots, "s", """{"status":{"boundVolumeSnapshotContentName":"c","readyToUse":true,"error":null,"creationTime":"2026-01-01T00:00:00Z","restoreSize":"1Gi"}}""", "status");
        await rig.World.Until(World.Snapshots, "s", s => World.Finalizers(s).Contains(WellKnown.BoundFinalizer));
        Assert.That(World.IsReady(rig.World.Find(World.Snapshots, "s")!), Is.True);
        Assert.That(rig.World.EventsAbout("s"), Has.None.Contains("SnapshotContentMisbound"));
    }

    [Test]
    public async Task A_content_that_an_administrator_deletes_waits_for_the_snapshot()
    {
        var (rig, content) = await Ready();
        rig.World.Delete(World.Contents, content);
        await Begun(rig, "t");
        Assert.That(World.Annotation(rig.World.Find(World.Contents, content)!, WellKnown.BeingDeleted), Is.Null);
        Assert.That(World.IsReady(rig.World.Find(World.Snapshots, "s")!), Is.True);
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.Until(World.Contents, content, c => World.Annotation(c, WellKnown.BeingDeleted) is "yes");
    }

    [Test]
    public async Task Marks_that_somebody_took_off_come_back()
    {
        var (rig, _) = await Ready();
        rig.World.Patch(World.Snapshots, "s", """{"metadata":{"finalizers":["a/b"]}}""");
        await rig.World.Until(World.Snapshots, "s", s => World.Finalizers(s) is ["a/b", WellKnown.SourceFinalizer, WellKnown.BoundFinalizer]);
    }

    [Test]
    public async Task A_volume_that_is_asked_for_in_another_mode_is_told_on_the_snapshot_with_who_can_allow_it()
    {
        var (rig, content) = await Ready();
        rig.World.AddRestore("same", "s");
        rig.World.AddRestore("block", "s", mode: "Block");
        await rig.World.UntilEventObject("s", "VolumeModeChangeRefused", $"PersistentVolumeClaim default/block asks for a volume of mode Block from this snapshot of mode Filesystem");
        Assert.That(rig.World.EventsAbout("s").Single(e => e.Contains("VolumeModeChangeRefused", StringComparison.Ordinal)), Does.Contain($"VolumeSnapshotContent {content}"));
    }
}
