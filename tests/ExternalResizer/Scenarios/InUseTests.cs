using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalResizer.Tests.Scenarios;

/// <summary>Drivers that expand no volume in use (resizer contract 8).</summary>
internal sealed class InUseTests : RigTest
{
    private static readonly DriverRule[] s_offline = [Fails(StatusCode.FailedPrecondition, "volume is published to node-7"), DriverRule.Default];

    [Test]
    public async Task The_drivers_own_words_stand_in_event_and_condition()
    {
        var rig = await Prepared();
        rig.AnswerExpand(s_offline);
        rig.World.AddPod("p", "a");
        rig.World.Add(new TestClaim());
        await rig.Run();
        var claim = await rig.World.UntilCondition("ControllerResizeError", "volume is published to node-7");
        Assert.That(World.StateOf(claim), Is.EqualTo("ControllerResizeInProgress"));
        await rig.World.UntilEvent("VolumeResizeFailed", "failed: rpc error: code = FailedPrecondition desc = volume is published to node-7");
        await rig.World.UntilEvent("VolumeResizeFailed", "claim default/a is not expanded while a pod uses it");
        Assert.That(rig.World.EventsAbout("a").Where(e => e.StartsWith("VolumeResizeFailed", StringComparison.Ordinal)), Is.All.Contains("volume is published to node-7"));
        Assert.That(rig.Expanded, Has.Count.EqualTo(1));
    }

    [TestCase("delete")]
    [TestCase("Succeeded")]
    [TestCase("Failed")]
    public async Task The_end_of_the_last_pod_brings_the_claim_up_at_once(string end)
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.AnswerExpand(s_offline);
        rig.World.AddPod("p", "a");
        rig.World.AddPod("q", "a");
        rig.World.Add(new TestClaim());
        await rig.Run();
        await rig.World.UntilEvent("VolumeResizeFailed");
        await rig.Log.WaitForLine(l => l.StartsWith("Cache is populated pods", StringComparison.Ordinal));
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying expand", StringComparison.Ordinal));
        rig.Advance(TimeSpan.FromSeconds(1));
        await rig.World.UntilEvent("VolumeResizeFailed", "while a pod uses it");
        rig.World.DeletePod("q");
        await rig.Fence();
        Assert.That(rig.Expanded, Has.Count.EqualTo(1), "one pod is left");
        if (end is "delete") rig.World.DeletePod("p");
        else rig.World.EndPod("p", end);
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.Expanded, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_volume_that_no_pod_uses_is_asked_for_again()
    {
        var rig = await Given(new TestClaim(), null, s_offline);
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.World.Conditions(), Is.Empty);
    }

    [Test]
    public async Task A_pod_alone_holds_nothing_up()
    {
        var rig = await Prepared();
        rig.World.AddPod("p", "a");
        rig.World.Add(new TestClaim());
        await rig.Run();
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.Cluster.Requests.Entries.Select(r => r.Request.Resource), Has.None.EqualTo("pods"));
    }

    [Test]
    public async Task Without_the_flag_the_driver_is_asked_again_and_no_pod_is_watched()
    {
        var rig = await Prepared(new RigOptions().With(o => o with { HandlesInUse = false }));
        rig.AnswerExpand(s_offline);
        rig.World.AddPod("p", "a");
        rig.World.Add(new TestClaim());
        await rig.Run();
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.Cluster.Requests.Entries.Select(r => r.Request.Resource), Has.None.EqualTo("pods"));
    }

    [Test]
    public async Task Where_pods_may_not_be_watched_the_driver_is_asked_itself()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.Cluster.Faults.Add(new RequestMatch { Resource = "pods" }, Answers(403, "Forbidden"));
        rig.AnswerExpand(s_offline);
        rig.World.Add(new TestClaim());
        await rig.Run();
        await rig.World.UntilEvent("VolumeResizeFailed");
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying expand", StringComparison.Ordinal));
        await rig.Log.WaitForLine(l => l.StartsWith("Not allowed to watch", StringComparison.Ordinal));
        rig.Advance(TimeSpan.FromSeconds(1));
        await rig.World.UntilSized("2Gi");
    }

    [Test]
    public async Task Pods_that_are_slow_to_come_are_waited_for_and_the_driver_is_not_asked_blind()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.AnswerExpand(s_offline);
        var list = rig.Cluster.Faults.Add(new RequestMatch { Resource = "pods" }, new FaultAction.Hold());
        rig.World.AddPod("p", "a");
        rig.World.Add(new TestClaim());
        await rig.Run();
        await list.Reached.WithinLimit();
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying expand", StringComparison.Ordinal));
        for (var i = 0; i < 4; i++)
        {
            rig.Advance(TimeSpan.FromSeconds(10));
            await rig.Fence();
        }
        Assert.That(rig.Expanded, Has.Count.EqualTo(1));
        list.Release();
        await rig.World.UntilEvent("VolumeResizeFailed", "while a pod uses it"); // at once, whatever pause it was in
        Assert.That(rig.Expanded, Has.Count.EqualTo(1));
        Assert.That(rig.World.EventsAbout("a"), Has.None.Contains("it is known whether"), "a list that is only slow is no trouble of the user's");
    }

    [Test]
    public async Task A_server_that_does_not_stream_lists_is_no_trouble_of_anybodys()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.AnswerExpand(s_offline);
        rig.Cluster.Faults.Add(new RequestMatch { Resource = "pods", Verb = "watch" }, Answers(422, "Invalid"), times: 1);
        var list = rig.Cluster.Faults.Add(new RequestMatch { Resource = "pods", Verb = "list" }, new FaultAction.Hold(), times: 1);
        rig.World.Add(new TestClaim());
        await rig.Run();
        await list.Reached.WithinLimit();
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying expand", StringComparison.Ordinal));
        rig.Advance(TimeSpan.FromSeconds(10));
        await rig.Fence();
        list.Release();
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.World.EventsAbout("a"), Has.None.Contains("pods cannot be listed"));
    }

    [Test]
    public async Task Pods_that_never_come_are_told_of_once_with_the_reason_and_the_pauses_grow()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.AnswerExpand(s_offline);
        rig.Cluster.Faults.Add(new RequestMatch { Resource = "pods" }, Answers(500, "InternalError", "etcd is away"));
        rig.World.Add(new TestClaim());
        await rig.Run();
        await rig.World.UntilEvent("VolumeResizeFailed");
        await rig.Log.WaitForLine(l => l.StartsWith("Watch interrupted", StringComparison.Ordinal) && l.Contains("pods", StringComparison.Ordinal));
        await Retrying("node-7", 1);
        for (var pause = 1; pause <= 8; pause *= 2)
        {
            rig.Advance(TimeSpan.FromSeconds(pause));
            await Retrying("etcd is away", pause * 2);
        }
        await rig.World.UntilEvent("VolumeResizeFailed", "etcd is away");
        await rig.Fence();
        Assert.That(rig.World.EventObjectsAbout("a").Where(e => World.Text(e, "message").Contains("pods cannot be listed", StringComparison.Ordinal)).Sum(e => e["count"]!.GetValue<int>()),
            Is.EqualTo(1));
        Assert.That(rig.Expanded, Has.Count.EqualTo(1), "the driver is not asked blind");

        rig.Cluster.Faults.Clear();
        rig.Advance(TimeSpan.FromSeconds(60)); // the longest pause before another list
        await rig.World.UntilSized("2Gi");

        Task Retrying(string why, int seconds) => rig.Log.WaitForLine(l => l.StartsWith("Retrying expand default/a", StringComparison.Ordinal)
            && l.Contains(why, StringComparison.Ordinal) && l.Contains($"00:00:{seconds:00}", StringComparison.Ordinal));
    }

    /// <summary>Drivers whose volumes have to be detached refuse for as long as that takes, which is seconds.</summary>
    [Test]
    public async Task After_the_last_pod_the_pauses_begin_anew()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.AnswerExpand(Fails(StatusCode.FailedPrecondition, "in use"), Fails(StatusCode.FailedPrecondition, "still attached"), DriverRule.Default);
        rig.World.AddPod("p", "a");
        rig.World.Add(new TestClaim());
        await rig.Run();
        await rig.World.UntilEvent("VolumeResizeFailed");
        await rig.Log.WaitForLine(l => l.StartsWith("Cache is populated pods", StringComparison.Ordinal));
        for (var pause = 1; pause <= 8; pause *= 2)
        {
            await rig.Log.WaitForLine(l => l.StartsWith("Retrying expand default/a", StringComparison.Ordinal) && l.Contains($"00:00:{pause:00}", StringComparison.Ordinal));
            rig.Advance(TimeSpan.FromSeconds(pause));
        }
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying expand default/a", StringComparison.Ordinal) && l.Contains("00:00:16", StringComparison.Ordinal));
        rig.World.DeletePod("p");
        await rig.Driver.WaitForCalls(Expand, 2);
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying expand default/a", StringComparison.Ordinal) && l.Contains("still attached", StringComparison.Ordinal)
            && l.Contains("00:00:01", StringComparison.Ordinal));
        rig.Advance(TimeSpan.FromSeconds(1));
        await rig.World.UntilSized("2Gi");
    }
}
