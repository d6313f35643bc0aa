using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests.Scenarios;

/// <summary>What is said of those that wait for long.</summary>
internal sealed class DelayTests : RigTest
{
    private static readonly DriverRule s_notReady = Says(("ready_to_use", false));

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
        Assert.That((World.Text(user, "metadata", "namespace"), World.Text(user, "involvedObject", "kind")),
            Is.EqualTo(("default", "VolumeSnapshot")));
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
}
