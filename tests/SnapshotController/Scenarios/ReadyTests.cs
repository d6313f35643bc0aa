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
        Assert.That(rig.Requests.Skip(before), Has.None.StartsWith("get volumesnapshot").And.None.Contains("volumesnapshots/status"));
    }

    [Test]
    public async Task One_whose_content_vanished_says_so_and_is_taken_anew_with_a_warning()
    {
        var (rig, content) = await Ready();
        rig.World.LetGo(content);
        rig.World.Delete(World.Contents, content);
        await rig.World.UntilEventObject("s", "SnapshotContentMissing", "VolumeSnapshotContent is missing");
        await rig.World.UntilExists(World.Contents, content);
        Assert.That(World.IsReady(rig.World.Find(World.Snapshots, "s")!), Is.False);
        rig.World.Taken(content, time: "1767229200000000000");
        Assert.That(World.Text(await rig.World.UntilReady("s"), "status", "creationTime"), Is.EqualTo(World.Created));
        await rig.World.UntilEventObject("s", "SnapshotCreationTimeChanged", "2026-01-01T01:00:00Z");
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
