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
            await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal)
                && l.Contains("not ready to use yet", StringComparison.Ordinal) && l.Contains(pause, StringComparison.Ordinal));
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
            l => l.StartsWith("Retrying", StringComparison.Ordinal) && l.Contains(reason, StringComparison.Ordinal)
                && l.Contains(pause, StringComparison.Ordinal));
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
        Assert.That(await rig.World.UntilError("c"),
            Does.StartWith("Failed to check and update snapshot content: failed to take snapshot of the volume handle: ").And.Contain("busy"));
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
    public async Task The_resync_period_finds_what_waits_for_longer()
    {
        var rig = await Prepared(RigOptions.WithStandingClock.With(o =>
            o with { Resync = TimeSpan.FromSeconds(60), RetryIntervalStart = TimeSpan.FromHours(1), RetryIntervalMax = TimeSpan.FromHours(1) }));
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
    public async Task A_driver_that_is_now_busy_and_now_not_ready_is_asked_with_growing_pauses()
    {
        var rig = await Taking(new TestContent(), RigOptions.WithStandingClock, s_notReady, Fails(StatusCode.Unavailable, "busy"), s_notReady,
            Fails(StatusCode.Unavailable, "busy"));
        foreach (var (reason, pause) in ((string, string)[])[("not ready", "00:00:01"), ("busy", "00:00:02"), ("not ready", "00:00:04"),
            ("busy", "00:00:08")])
        {
            await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal) && l.Contains(reason, StringComparison.Ordinal)
                && l.Contains(pause, StringComparison.Ordinal));
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
