using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests.Scenarios;

/// <summary>Snapshots that are taken and not ready yet (snapshotter contract 6).</summary>
internal sealed class ReadinessTests : RigTest
{
    private const string Main = "volumesnapshotcontents";
    private const string Status = "volumesnapshotcontents/status";

    private static readonly DriverRule s_notReady = Says(("ready_to_use", false));

    [Test]
    public async Task It_is_asked_for_with_growing_pauses_from_one_second_and_is_ready_with_the_answer_that_says_so()
    {
        var rig = await Taking(new TestContent(), RigOptions.WithStandingClock, s_notReady);
        foreach (var (calls, pause) in ((int, string)[])[(1, "00:00:01"), (2, "00:00:02"), (3, "00:00:04"), (4, "00:00:08")])
        {
            await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal) && l.Contains("not ready to use yet", StringComparison.Ordinal) && l.Contains(pause, StringComparison.Ordinal));
            Assert.That(rig.Taken, Has.Count.EqualTo(calls));
            if (calls is 4) rig.Driver.Answer("CreateSnapshot", Says());
            rig.Advance(TimeSpan.Parse(pause, System.Globalization.CultureInfo.InvariantCulture));
        }
        await rig.World.UntilReady("c");
        Assert.That(rig.Taken, Has.Count.EqualTo(5));
    }

    [Test]
    public async Task A_poll_that_brings_nothing_new_costs_one_call_and_no_request()
    {
        var rig = await Taking(new TestContent(), null, s_notReady);
        await rig.Driver.WaitForCalls("CreateSnapshot", 6);
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Main, Status, Main]));
        Assert.That(rig.Reads, Is.Empty);
        Assert.That(rig.Calls("ControllerGetCapabilities"), Has.Count.EqualTo(1), "asked at the start");
        rig.Driver.Answer("CreateSnapshot", Says());
        await rig.World.UntilReady("c");
        Assert.That(rig.Writes, Has.Count.EqualTo(4));
        Assert.That(rig.World.EventsAbout("c"), Is.Empty);
    }

    [Test]
    public async Task Failures_before_it_was_taken_do_not_lengthen_the_first_pause()
    {
        var rig = await Taking(new TestContent(), RigOptions.WithStandingClock, Fails(StatusCode.Internal), Fails(StatusCode.Internal), s_notReady);
        await Retry("Internal", "00:00:01");
        rig.Advance(TimeSpan.FromSeconds(1));
        await Retry("Internal", "00:00:02");
        rig.Advance(TimeSpan.FromSeconds(2));
        await Retry("not ready to use yet", "00:00:01");

        Task Retry(string reason, string pause) => rig.Log.WaitForLine(
            l => l.StartsWith("Retrying", StringComparison.Ordinal) && l.Contains(reason, StringComparison.Ordinal) && l.Contains(pause, StringComparison.Ordinal));
    }

    [Test]
    public async Task The_first_handle_stays()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.World.Add(new TestContent().InState("""{"snapshotHandle":"first","readyToUse":false}"""));
        await rig.Run();
        var content = await rig.World.UntilReady("c");
        Assert.That(World.Text(content, "status", "snapshotHandle"), Is.EqualTo("first"));
        Assert.That(content["status"]!["restoreSize"]!.GetValue<long>(), Is.EqualTo(1073741824), "what was unknown is filled in");
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Status]), "no mark once the handle is known");
    }

    [Test]
    public async Task An_error_goes_as_soon_as_the_driver_has_taken_it_ready_or_not()
    {
        var rig = await Taking(new TestContent(), null, Fails(StatusCode.DeadlineExceeded), s_notReady);
        var content = await rig.World.Until(Main, "c", c => World.Text(c, "status", "snapshotHandle") is "x");
        Assert.That(World.Status(content)!["error"], Is.Null);
        Assert.That(World.Status(content)!["readyToUse"]!.GetValue<bool>(), Is.False);
    }

    [Test]
    public async Task An_error_while_it_is_awaited_is_told_and_leaves_no_mark()
    {
        var rig = await Taking(new TestContent(), null, s_notReady, Fails(StatusCode.DeadlineExceeded, "busy"));
        Assert.That(await rig.World.UntilError("c"), Does.StartWith("Failed to check and update snapshot content: failed to take snapshot of the volume handle: ").And.Contain("busy"));
        var content = rig.World.Find(Main, "c")!;
        Assert.That(World.Text(content, "status", "snapshotHandle"), Is.EqualTo("x"));
        Assert.That(World.IsBeingCreated(content), Is.False);
    }

    [Test]
    public async Task A_class_that_is_gone_is_told_and_keeps_what_is_known()
    {
        var rig = await Prepared();
        rig.World.Add(new TestContent().InState("""{"snapshotHandle":"x","restoreSize":7,"readyToUse":false}"""));
        await rig.Run();
        Assert.That(await rig.World.UntilError("c"), Does.Contain("not found"));
        Assert.That(rig.Taken, Is.Empty);
        Assert.That(World.Text(rig.World.Find(Main, "c"), "status", "snapshotHandle"), Is.EqualTo("x"));
    }

    [Test]
    public async Task A_class_that_is_gone_does_not_matter_where_the_driver_can_be_asked_by_the_handle()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.Add(new TestContent().InState("""{"snapshotHandle":"x","readyToUse":false}"""));
        rig.Driver.Answer("ListSnapshots", Lists(("ready_to_use", false)), Lists());
        await rig.Run();
        await rig.World.UntilReady("c");
        Assert.That(rig.Taken, Is.Empty);
        Assert.That(rig.Listed[0].ToJsonString(), Is.EqualTo("""{"snapshot_id":"x"}"""));
        Assert.That(rig.World.EventsAbout("c"), Is.Empty);
    }

    [Test]
    public async Task What_the_driver_does_not_know_stays_unset_until_it_comes()
    {
        var rig = await Taking(new TestContent(), null, Says(("ready_to_use", false), ("size_bytes", null), ("creation_time", null)),
            Says(("ready_to_use", false), ("size_bytes", "0"), ("creation_time", "1970-01-01T00:00:00Z")));
        await rig.Driver.WaitForCalls("CreateSnapshot", 3);
        Assert.That(rig.World.Find(Main, "c")!["status"]!.ToJsonString(), Is.EqualTo("""{"snapshotHandle":"x","readyToUse":false}"""));
        rig.Driver.Answer("CreateSnapshot", Says(("ready_to_use", false)));
        await rig.World.Until(Main, "c", c => World.Status(c)?["creationTime"] is not null);
        rig.Driver.Answer("CreateSnapshot", Says(("creation_time", "2027-01-01T00:00:00Z"), ("size_bytes", "4096")));
        var content = await rig.World.UntilReady("c");
        Assert.That(content["status"]!.ToJsonString(), Is.EqualTo("""{"snapshotHandle":"x","readyToUse":true,"creationTime":1767225600000000000,"restoreSize":1024}"""), "what is known stays");
    }

    [Test]
    public async Task A_time_that_comes_after_it_was_ready_is_taken_and_nothing_is_taken_back_for_it()
    {
        var rig = await Taking(new TestContent(), null, Says(("creation_time", null), ("size_bytes", null)), Says(("creation_time", null), ("ready_to_use", false)),
            Fails(StatusCode.Internal, "no"), Says());
        var content = await rig.World.Until(Main, "c", c => World.Status(c)?["creationTime"] is not null);
        Assert.That(content["status"]!.ToJsonString(), Is.EqualTo("""{"snapshotHandle":"x","readyToUse":true,"restoreSize":1024,"creationTime":1767225600000000000}"""));
        Assert.That(rig.Taken, Has.Count.EqualTo(4));
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Main, Status, Main, Status, Status]), "no mark, and no error");
        Assert.That(rig.World.EventsAbout("c"), Is.Empty);
    }

    [Test]
    public async Task A_driver_that_never_tells_the_time_is_asked_for_it_some_times_and_no_more()
    {
        var rig = await Taking(new TestContent(), RigOptions.WithStandingClock, Says(("creation_time", null)));
        // Seventeen minutes would be too long for the watches of a test.
        foreach (var pause in (int[])[1, 2, 4, 8, 16, 32, 64])
        {
            await rig.Log.WaitForLine(l => l.Contains("when it took it", StringComparison.Ordinal) && l.Contains(TimeSpan.FromSeconds(pause).ToString(), StringComparison.Ordinal));
            rig.Advance(TimeSpan.FromSeconds(pause));
        }
        await rig.Driver.WaitForCalls("CreateSnapshot", 8);
        Assert.That(rig.Log.Lines, Has.None.Contains("SnapshotDelayed"), "it is ready");

        var hasty = await Taking(new TestContent(), null, Says(("creation_time", null)));
        await hasty.Driver.WaitForCalls("CreateSnapshot", 11);
        hasty.World.Add(new TestContent("c2").BoundTo("u2"));
        await hasty.Driver.WaitForCalls("CreateSnapshot", 22);
        Assert.That(hasty.Taken.Count(t => World.Text(t, "name").EndsWith(TestContent.Uid, StringComparison.Ordinal)), Is.EqualTo(11), "the one that made it ready, and ten");
    }

    [Test]
    public async Task A_ready_snapshot_without_a_time_that_was_there_before_us_costs_nothing()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.World.Add(new TestContent().InState("""{"snapshotHandle":"x","readyToUse":true}"""));
        await rig.Run();
        rig.World.Add(new TestContent("c2").BoundTo("u2"));
        await rig.World.UntilSettled("c2");
        Assert.That(rig.Taken, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_zero_that_another_version_wrote_is_unknown_too()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.World.Add(new TestContent().InState("""{"snapshotHandle":"x","readyToUse":false,"creationTime":0,"restoreSize":0}"""));
        await rig.Run();
        var content = await rig.World.UntilReady("c");
        Assert.That(content["status"]!["creationTime"]!.GetValue<long>(), Is.EqualTo(1767225600000000000));
    }

    [Test]
    public async Task The_resync_period_finds_what_waits_for_longer()
    {
        var rig = await Prepared(RigOptions.WithStandingClock.With(o => o with { Resync = TimeSpan.FromSeconds(60), RetryIntervalStart = TimeSpan.FromHours(1), RetryIntervalMax = TimeSpan.FromHours(1) }));
        rig.World.AddClass("snap");
        rig.Driver.Answer("CreateSnapshot", Fails(StatusCode.Internal), DriverRule.Default);
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal));
        rig.Advance(TimeSpan.FromSeconds(60));
        await rig.World.UntilReady("c");
    }

    [Test]
    public async Task A_user_who_touches_it_gets_another_try_at_once()
    {
        var rig = await Taking(new TestContent(), RigOptions.WithStandingClock, Fails(StatusCode.Internal), DriverRule.Default);
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal));
        rig.World.Patch(Main, "c", """{"metadata":{"annotations":{"please":"now"}}}""");
        await rig.World.UntilReady("c");
        Assert.That(rig.Taken, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Our_own_writes_defeat_no_pause()
    {
        var rig = await Taking(new TestContent(), RigOptions.WithStandingClock, Fails(StatusCode.Internal));
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal));
        // A change of another content comes after all of the first one's, and is worked off after them.
        rig.World.Add(new TestContent("c2").BoundTo("u2"));
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal) && l.Contains("c2", StringComparison.Ordinal));
        Assert.That(rig.Taken, Has.Count.EqualTo(2), "one for each");
    }

    [Test]
    public async Task A_long_wait_says_what_is_awaited_on_the_content_and_on_the_snapshot()
    {
        var rig = await Taking(new TestContent(), RigOptions.WithStandingClock, s_notReady);
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal));
        rig.Advance(TimeSpan.FromSeconds(29));
        await rig.Driver.WaitForCalls("CreateSnapshot", 2);
        Assert.That(rig.Log.Lines, Has.None.Contains("SnapshotDelayed"));
        rig.Advance(TimeSpan.FromSeconds(2));
        var told = await rig.World.UntilEventObject("c", "SnapshotDelayed", "volume snapshot content c is not ready after 31 s");
        Assert.That(World.Text(told, "message"), Does.Contain("awaited: the driver has taken it and says that it is not ready to use yet"));
        var user = await rig.World.UntilEventObject("s", "SnapshotDelayed", "is not ready after 31 s");
        Assert.That((World.Text(user, "metadata", "namespace"), World.Text(user, "involvedObject", "kind")), Is.EqualTo(("default", "VolumeSnapshot")));
    }

    [Test]
    public async Task Of_many_that_wait_some_are_told_of_each_second_and_each_in_its_turn()
    {
        const int many = 25;
        var rig = await Prepared(RigOptions.WithStandingClock.With(o => o with { WorkerThreads = many }));
        rig.World.AddClass("snap");
        using var gate = rig.Driver.Hold("CreateSnapshot");
        await rig.Run();
        for (var i = 0; i < many; i++) rig.World.Add(new TestContent($"c{i}").BoundTo($"u{i}"));
        await rig.Driver.WaitForCalls("CreateSnapshot", many);
        foreach (var (seconds, told) in ((int, int)[])[(29, 0), (2, 10), (1, 20), (1, 25), (1, 25)])
        {
            rig.Advance(TimeSpan.FromSeconds(seconds));
            Assert.That(rig.Log.Lines.Count(l => l.StartsWith("Event occurred VolumeSnapshotContent", StringComparison.Ordinal)), Is.EqualTo(told));
        }
    }

    [Test]
    public async Task A_driver_that_does_not_answer_is_named_as_what_is_awaited()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.AddClass("snap");
        using var gate = rig.Driver.Hold("CreateSnapshot");
        await rig.Run();
        rig.World.Add(new TestContent());
        await gate.Entered.WithinLimit();
        rig.Advance(TimeSpan.FromSeconds(31));
        await rig.World.UntilEventObject("c", "SnapshotDelayed", "the driver has not answered yet");
    }

    [Test]
    public async Task A_driver_that_is_now_busy_and_now_not_ready_is_asked_with_growing_pauses()
    {
        var rig = await Taking(new TestContent(), RigOptions.WithStandingClock, s_notReady, Fails(StatusCode.Unavailable, "busy"), s_notReady, Fails(StatusCode.Unavailable, "busy"));
        foreach (var (reason, pause) in ((string, string)[])[("not ready", "00:00:01"), ("busy", "00:00:02"), ("not ready", "00:00:04"), ("busy", "00:00:08")])
        {
            await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal) && l.Contains(reason, StringComparison.Ordinal) && l.Contains(pause, StringComparison.Ordinal));
            rig.Advance(TimeSpan.Parse(pause, System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Test]
    public async Task What_somebody_writes_while_we_write_brings_one_more_try_and_leaves_the_pauses_as_they_were()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.AddClass("snap");
        rig.Driver.Answer("CreateSnapshot", Fails(StatusCode.Unavailable, "busy"));
        using var held = rig.Cluster.Faults.Add(Patch(Main, "status"), new Sidecars.EmbeddedCluster.FaultAction.Hold(), times: 1);
        await rig.Run();
        rig.World.Add(new TestContent());
        await held.Reached.WithinLimit();
        rig.World.Patch(Main, "c", """{"metadata":{"annotations":{"please":"now"}}}""");
        held.Release();
        await rig.Driver.WaitForCalls("CreateSnapshot", 2);
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal) && l.Contains("00:00:02", StringComparison.Ordinal));
    }
}
