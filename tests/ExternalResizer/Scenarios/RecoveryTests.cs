using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalResizer.Tests.Scenarios;

/// <summary>Sizes that cannot be had, for now or at all (resizer contract 6.8 to 6.10).</summary>
internal sealed class RecoveryTests : RigTest
{
    [TestCase(StatusCode.InvalidArgument)]
    [TestCase(StatusCode.OutOfRange)]
    [TestCase(StatusCode.NotFound)]
    public async Task An_impossible_size_is_asked_for_once_and_then_slowly(StatusCode code)
    {
        var rig = await Given(new TestClaim(), RigOptions.WithStandingClock, Fails(code, "not with me"));
        var claim = await rig.World.UntilState("ControllerResizeInfeasible");
        Assert.That(World.Conditions(claim), Is.EqualTo((string[])["Resizing", "ControllerResizeError"]));
        Assert.That(World.MessageOf(claim, "ControllerResizeError"), Is.EqualTo($"failed to expand pvc with rpc error: code = {code} desc = not with me"));
        await rig.World.UntilEvent("VolumeResizeFailed", "not with me; the next try follows in 5m0s");
        rig.Advance(TimeSpan.FromMinutes(4));
        await rig.Fence();
        Assert.That(rig.Expanded, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task After_the_long_pause_it_is_asked_for_once_more()
    {
        var rig = await Given(new TestClaim(), new RigOptions().With(o => o with { RetryIntervalMax = TimeSpan.FromMilliseconds(300) }), Fails(StatusCode.OutOfRange), DriverRule.Default);
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.Expanded, Has.Count.EqualTo(2));
        Assert.That(rig.Writes, Has.Count.EqualTo(4), "the mark that stands is not written again");
    }

    [Test]
    public async Task Another_impossible_size_has_a_pause_of_its_own()
    {
        var options = RigOptions.WithStandingClock.With(o => o with { RetryIntervalMax = TimeSpan.FromSeconds(60) });
        var rig = await Given(new TestClaim().Asking("9Gi"), options, Fails(StatusCode.OutOfRange, "too much"));
        await rig.World.UntilEvent("VolumeResizeFailed", "the next try follows in 1m0s");
        await rig.Fence();
        rig.Advance(TimeSpan.FromSeconds(50));
        rig.World.Ask("8Gi");
        await rig.World.Until(World.Claims, "a", c => World.Text(c, "status", "allocatedResources", "storage") == "8Gi" && World.StateOf(c) == "ControllerResizeInfeasible");
        await rig.Fence();
        rig.Advance(TimeSpan.FromSeconds(20));
        await rig.Fence();
        Assert.That(rig.ExpandedTo, Is.EqualTo((string[])["9663676416", "8589934592"]));
        Assert.That(rig.World.EventsAbout("a").Where(e => e.StartsWith("VolumeResizeFailed", StringComparison.Ordinal)).Distinct().Count(), Is.EqualTo(1),
            "the same is told in the same words");
        rig.Advance(TimeSpan.FromSeconds(40));
        await rig.Driver.WaitForCalls(Expand, 6); // three of them the fences'
    }

    [Test]
    public async Task A_look_at_everything_takes_no_pause_away()
    {
        var rig = await Given(new TestClaim(), RigOptions.WithStandingClock.With(o => o with { Resync = TimeSpan.FromMilliseconds(400) }), Fails(StatusCode.Internal), DriverRule.Default);
        await rig.Log.WaitForLine(line => line.StartsWith("Retrying expand default/a", StringComparison.Ordinal));
        rig.Advance(TimeSpan.FromMilliseconds(900));
        await rig.Fence();
        Assert.That(rig.Expanded, Has.Count.EqualTo(1));
        rig.Advance(TimeSpan.FromMilliseconds(100));
        await rig.World.UntilSized("2Gi");
    }

    [Test]
    public async Task When_what_was_under_way_is_done_the_larger_wish_of_meanwhile_follows_at_once()
    {
        var rig = await Given(new TestClaim(), RigOptions.WithStandingClock, Fails(StatusCode.DeadlineExceeded), DriverRule.Default);
        await rig.World.UntilEvent("VolumeResizeFailed", "DeadlineExceeded");
        rig.World.Ask("3Gi");
        await rig.World.UntilSized("3Gi");
        Assert.That(rig.ExpandedTo, Is.EqualTo((string[])["2147483648", "2147483648", "3221225472"]));
    }

    [Test]
    public async Task When_what_was_under_way_cannot_be_had_the_smaller_wish_of_meanwhile_follows_at_once()
    {
        var rig = await Given(
            new TestClaim().Asking("9Gi"), RigOptions.WithStandingClock, Fails(StatusCode.DeadlineExceeded), Fails(StatusCode.OutOfRange, "too much"), DriverRule.Default);
        await rig.World.UntilEvent("VolumeResizeFailed", "DeadlineExceeded");
        rig.World.Ask("2Gi");
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.ExpandedTo, Is.EqualTo((string[])["9663676416", "9663676416", "2147483648"]));
        Assert.That(rig.World.EventsAbout("a").Where(e => e.Contains("too much", StringComparison.Ordinal)), Has.None.Contains("the next try"));
    }

    [Test]
    public async Task A_smaller_wish_is_asked_for_at_once()
    {
        var rig = await Given(new TestClaim().Asking("9Gi"), RigOptions.WithStandingClock, Fails(StatusCode.OutOfRange), DriverRule.Default);
        await rig.World.UntilState("ControllerResizeInfeasible");
        rig.World.Ask("2Gi");
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.ExpandedTo, Is.EqualTo((string[])["9663676416", "2147483648"]));
        Assert.That((rig.World.AllocatedOf(), rig.World.StateOf(), rig.World.VolumeSizeOf()), Is.EqualTo(("2Gi", "", "2Gi")));
        Assert.That(rig.World.Conditions(), Is.Empty);
    }

    [Test]
    public async Task A_new_process_asks_for_an_impossible_size_once_at_once()
    {
        var rig = await Given(new TestClaim().Sized("5Gi", "3Gi", "5Gi", "3Gi", "ControllerResizeInfeasible"), RigOptions.WithStandingClock, Fails(StatusCode.OutOfRange));
        await rig.World.UntilEvent("VolumeResizeFailed");
        await rig.Fence();
        Assert.That(rig.ExpandedTo, Is.EqualTo((string[])["5368709120"]));
    }

    [Test]
    public async Task A_size_that_may_be_under_way_is_pinned_until_the_driver_has_said_what_became_of_it()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.AnswerExpand(Fails(StatusCode.DeadlineExceeded), Fails(StatusCode.Internal), DriverRule.Default);
        rig.World.Add(new TestClaim().Asking("9Gi"));
        await rig.Run();
        await rig.World.UntilEvent("VolumeResizeFailed", "DeadlineExceeded");
        Assert.That((rig.World.StateOf(), rig.World.Conditions()), Is.EqualTo(("ControllerResizeInProgress", new[] { "Resizing" })), "nobody knows whether it failed");
        rig.World.Ask("2Gi");
        await rig.World.UntilCondition("ControllerResizeError", "Internal");
        await rig.Fence();
        rig.Advance(TimeSpan.FromSeconds(2));
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.ExpandedTo, Is.EqualTo((string[])["9663676416", "9663676416", "2147483648"]));
    }

    [Test]
    public async Task Retries_double_their_pauses_and_write_nothing_that_stands_there()
    {
        var rig = await Given(new TestClaim(), RigOptions.WithStandingClock, Fails(StatusCode.Internal, "not now"));
        await rig.World.UntilCondition("ControllerResizeError", "not now");
        for (var (pause, calls) = (1, 2); calls < 5; pause *= 2, calls++)
        {
            await rig.Log.WaitForLine(line => line.StartsWith("Retrying expand default/a", StringComparison.Ordinal) && line.Contains($"0:00:{pause:00}", StringComparison.Ordinal));
            rig.Advance(TimeSpan.FromSeconds(pause));
            await rig.Driver.WaitForCalls(Expand, calls);
        }
        Assert.That(rig.Writes, Has.Count.EqualTo(2), "the mark and the refusal");
        await rig.Fence();
        Assert.That(rig.World.EventsAbout("a").Count(e => e.StartsWith("Resizing", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [TestCase("0", "0 bytes")]
    [TestCase("-5", "-5 bytes")]
    [TestCase("1048576", "1048576 bytes")]
    public async Task A_size_that_cannot_be_is_a_fault_of_the_driver_told_once_and_never_written(string answered, string told)
    {
        var options = new RigOptions().With(o => o with { RetryIntervalMax = TimeSpan.FromMilliseconds(300) });
        var rig = await Given(new TestClaim(), options, DriverRule.Answer($$"""{"capacity_bytes":"{{answered}}"}"""));
        await rig.World.UntilCondition("ControllerResizeError", told);
        await rig.Driver.WaitForCalls(Expand, 3);
        Assert.That((rig.World.SizeOf(), rig.World.VolumeSizeOf()), Is.EqualTo(("1Gi", "1Gi")));
        var tellings = rig.World.EventObjectsAbout("a").Where(e => World.Text(e, "reason") == "VolumeResizeFailed").ToList();
        Assert.That(tellings.Select(e => World.Text(e, "message")), Has.One.Contains(told).And.One.Contains("fault of the driver"));
        Assert.That(tellings.Select(e => (int?)e["count"]), Is.EqualTo((int?[])[1]));
        Assert.That(rig.Writes, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task An_answer_that_is_right_again_ends_it()
    {
        var options = new RigOptions().With(o => o with { RetryIntervalMax = TimeSpan.FromMilliseconds(100) });
        var rig = await Given(new TestClaim(), options, DriverRule.Answer("""{"capacity_bytes":"0"}"""), DriverRule.Default);
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.World.Conditions(), Is.Empty);
    }

    [Test]
    public async Task A_claim_made_anew_under_its_name_inherits_no_pause()
    {
        var rig = await Given(new TestClaim(), RigOptions.WithStandingClock, Fails(StatusCode.OutOfRange), DriverRule.Default);
        await rig.World.UntilEvent("VolumeResizeFailed");
        rig.World.Delete(World.Claims, "a");
        rig.World.Delete(World.Volumes, "pv-a");
        await rig.World.UntilGone(World.Volumes, "pv-a");
        rig.World.Add(new TestClaim());
        await rig.World.UntilSized("2Gi");
    }

    [Test]
    public async Task What_a_refusal_could_not_be_noted_for_is_told()
    {
        var rig = await Prepared();
        rig.AnswerExpand(Fails(StatusCode.Internal, "no"), DriverRule.Default);
        rig.World.Add(new TestClaim());
        var held = rig.Driver.Hold(Expand);
        await rig.Run();
        await held.Entered.WithinLimit();
        rig.Cluster.Faults.Add(Patch(World.Claims, "status"), Answers(500, "InternalError"), times: 1);
        held.Release();
        await rig.World.UntilEvent("VolumeResizeFailed", "resizing failed in controller with rpc error: code = Internal desc = no but failed to update PVC default/a with");
        await rig.World.UntilSized("2Gi");
    }
}
