using Microsoft.Extensions.Time.Testing;
using Sidecars.ExternalAttacher.Attachments;
using Sidecars.ExternalAttacher.Objects;
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
        Attachment? cached = new() { Metadata = { Name = "va" } };
        var lanes = new Lanes(NewLane(attachQueue), NewLane(detachQueue), _ => cached);
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

    private WorkQueue<string> NewQueue() => new(new QueueMetrics(new MetricRegistry(), "test"), _time);

    private static Lane NewLane(WorkQueue<string> queue) => new("test", queue, new ItemBackoff<string>(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)));
}
