using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Scenarios;

/// <summary><c>--worker-threads</c> is one bound over attaching and detaching (attacher contract 2).</summary>
internal sealed class WorkerTests : RigTest
{
    private const int Each = 6;

    [Test]
    public async Task With_one_worker_there_is_one_call_at_a_time_and_each_lane_gets_its_turn()
    {
        var rig = await Prepared(new RigOptions { Attacher = new AttacherOptions { DefaultFsType = "ext4", WorkerThreads = 1 } });
        // Calls that take a while: two workers would be at it at the same time.
        foreach (var method in (string[])["ControllerPublishVolume", "ControllerUnpublishVolume"]) rig.Driver.Answer(method, DriverRule.After(TimeSpan.FromMilliseconds(50)));
        var (publish, unpublish) = (rig.Driver.Hold("ControllerPublishVolume"), rig.Driver.Hold("ControllerUnpublishVolume"));
        rig.World.AddNode("n1", "node-1");
        for (var i = 0; i < Each; i++)
        {
            rig.World.Add(new TestVolume($"in-{i}"));
            rig.World.Add(new TestAttachment($"in-{i}").Of($"in-{i}"));
            rig.World.Add(new TestVolume($"out-{i}").Marked());
            rig.World.Add(new TestAttachment($"out-{i}").Of($"out-{i}").Attached());
            rig.World.Delete(World.Attachments, $"out-{i}");
        }
        await rig.Run(); // both lines are full before a worker begins
        await Task.WhenAny(publish.Entered, unpublish.Entered).WithinLimit();
        Assert.That(publish.Entered.IsCompleted && unpublish.Entered.IsCompleted, Is.False, "the one worker has its hands full");

        (publish.Entered.IsCompleted ? publish : unpublish).Release();
        await Task.WhenAll(publish.Entered, unpublish.Entered).WithinLimit();
        publish.Release();
        unpublish.Release();
        for (var i = 0; i < Each; i++)
        {
            await rig.World.UntilAttached($"in-{i}");
            await rig.World.UntilGone(World.Attachments, $"out-{i}");
        }
        Assert.That(rig.Driver.MostInHand, Is.EqualTo(1), "never two at once, in whichever lanes");
        var calls = rig.Driver.Calls.All.Select(c => c.Method).Where(m => m.EndsWith("publishVolume", StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.That(calls, Has.Count.EqualTo(2 * Each));
        Assert.That(calls.Take(Each).Distinct().Count(), Is.EqualTo(2), "neither lane waits for the end of the other");
        Assert.That(calls.Skip(Each).Distinct().Count(), Is.EqualTo(2), "neither lane waits for the end of the other");
    }
}
