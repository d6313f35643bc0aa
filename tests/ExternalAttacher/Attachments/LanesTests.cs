using Microsoft.Extensions.Time.Testing;
using Sidecars.ExternalAttacher.Attachments;
using Sidecars.Kubernetes.Objects;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Queueing;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Attachments;

internal sealed class LanesTests
{
    private readonly FakeTimeProvider _time = new();

    /// <summary>The status patch of a failed attach answers with the deletion mark: nobody else may ever tell of it.</summary>
    [Test]
    public async Task A_deletion_that_shows_in_the_answer_to_our_own_write_goes_to_the_detach_lane()
    {
        using var attachQueue = NewQueue();
        using var detachQueue = NewQueue();
        VolumeAttachment cached = new() { Metadata = { Name = "va" } };
        var lanes = new Lanes(NewLane(attachQueue), NewLane(detachQueue), _ => cached.IsBeingDeleted);
        var attach = lanes.OneAtATime(lanes.Attach, (_, _) =>
        {
            cached = new() { Metadata = { Name = "va", DeletionTimestamp = DateTimeOffset.UnixEpoch } };
            return ValueTask.FromResult(Outcome.Retry("failed"));
        });

        await attach("va", CancellationToken.None).WithinLimit();

        Assert.That(detachQueue.Depth, Is.EqualTo(1));
        await lanes.OneAtATime(lanes.Detach, (_, _) => ValueTask.FromResult(Outcome.Done))("va", CancellationToken.None).WithinLimit();
        Assert.That(attachQueue.Depth, Is.Zero);
    }

    [Test]
    public async Task A_lane_that_finds_an_attachment_in_the_hands_of_the_other_keeps_its_back_off()
    {
        using var attachQueue = NewQueue();
        using var detachQueue = NewQueue();
        var lanes = new Lanes(NewLane(attachQueue), NewLane(detachQueue), _ => false);
        var inHand = new TaskCompletionSource<Outcome>();
        for (var i = 0; i < 3; i++) lanes.Detach.Backoff.Next("va");
        var attach = lanes.OneAtATime(lanes.Attach, (_, _) => new ValueTask<Outcome>(inHand.Task))("va", CancellationToken.None);
        var failures = -1;
        var detach = lanes.OneAtATime(lanes.Detach, (_, _) =>
        {
            failures = lanes.Detach.Backoff.FailuresOf("va");
            return ValueTask.FromResult(Outcome.Retry("busy"));
        });

        var bounced = await detach("va", CancellationToken.None).WithinLimit();
        Assert.That(bounced, Is.EqualTo(Outcome.Done));
        lanes.Detach.Backoff.Forget("va"); // as the loop does after every outcome of that kind
        inHand.SetResult(Outcome.Done);
        await attach.WithinLimit();
        Assert.That(detachQueue.Depth, Is.EqualTo(1), "it is put in line again");
        await detach("va", CancellationToken.None).WithinLimit();
        Assert.That(failures, Is.EqualTo(3));
    }

    private WorkQueue<string> NewQueue() => new(new QueueMetrics(new MetricRegistry(), "test"), _time);

    private static Lane NewLane(WorkQueue<string> queue) => new("test", queue, new ItemBackoff<string>(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)));
}
