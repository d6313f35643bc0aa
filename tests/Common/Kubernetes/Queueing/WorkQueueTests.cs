using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Queueing;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Queueing;

public sealed class WorkQueueTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public async Task Repeated_adds_while_queued_collapse_to_one()
    {
        using var queue = CreateQueue();
        for (var i = 0; i < 100; i++) queue.Add("a");
        queue.Add("b");

        Assert.That(await Take(queue), Is.EqualTo("a"));
        Assert.That(await Take(queue), Is.EqualTo("b"));
        Assert.That(queue.Depth, Is.Zero);
    }

    [Test]
    public async Task A_hundred_adds_during_processing_bring_the_key_up_exactly_once_more()
    {
        using var queue = CreateQueue();
        queue.Add("a");
        await Take(queue);

        for (var i = 0; i < 100; i++) queue.Add("a");
        Assert.That(queue.Depth, Is.Zero, "the key is in hand and must not be given to a second worker");

        queue.Done("a");
        Assert.That(await Take(queue), Is.EqualTo("a"));
        queue.Done("a");
        Assert.That(queue.Depth, Is.Zero);
    }

    [Test]
    public async Task Of_two_delays_the_earlier_one_counts()
    {
        using var queue = CreateQueue();
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("a", TimeSpan.FromSeconds(3));
        queue.AddAfter("a", TimeSpan.FromSeconds(7));

        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.That(queue.Depth, Is.Zero);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That(await Take(queue), Is.EqualTo("a"));

        queue.Done("a");
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.That(queue.Depth, Is.Zero, "the later times were given up for the earlier one");
    }

    [Test]
    public async Task A_direct_add_overtakes_a_delay_and_the_delayed_one_still_comes()
    {
        using var queue = CreateQueue();
        queue.AddAfter("a", TimeSpan.FromSeconds(5));
        queue.Add("a");
        Assert.That(await Take(queue), Is.EqualTo("a"));
        queue.Done("a");

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.That(await Take(queue), Is.EqualTo("a"));
    }

    [Test]
    public void A_delay_longer_than_a_timer_can_wait_is_waited_for_in_pieces()
    {
        using var queue = CreateQueue();
        queue.AddAfter("a", TimeSpan.FromDays(60));

        _time.Advance(TimeSpan.FromDays(59));
        Assert.That(queue.Depth, Is.Zero);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.That(queue.Depth, Is.EqualTo(1));
    }

    [Test]
    public void The_longest_delay_there_is_does_not_end_and_keeps_no_other_key_waiting()
    {
        using var queue = new WorkQueue<string>(new QueueMetrics(new MetricRegistry(), "test"), new NanosecondTime(_time));
        queue.AddAfter("never", TimeSpan.MaxValue);
        queue.AddAfter("a", TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromDays(400));
        Assert.That(queue.Depth, Is.EqualTo(1));
    }

    /// <summary>The test's clock with the ticks of the real one, which is the finer.</summary>
    private sealed class NanosecondTime(TimeProvider time) : TimeProvider
    {
        private const int Finer = 100;

        private readonly long _start = time.GetTimestamp();

        public override long TimestampFrequency => time.TimestampFrequency * Finer;

        public override long GetTimestamp() => (time.GetTimestamp() - _start) * Finer;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
    }

    [Test]
    public async Task A_waiting_taker_is_woken_by_an_add()
    {
        using var queue = CreateQueue();
        var taken = queue.TakeAsync(CancellationToken.None).AsTask();
        Assert.That(taken.IsCompleted, Is.False);

        queue.Add("a");

        Assert.That((await taken.WithinLimit()).Key, Is.EqualTo("a"));
    }

    [Test]
    public async Task A_taker_that_gave_up_does_not_swallow_the_wake_up_of_the_next()
    {
        using var queue = CreateQueue();
        using var gaveUp = new CancellationTokenSource();
        var first = queue.TakeAsync(gaveUp.Token).AsTask();
        await gaveUp.CancelAsync();
        var second = queue.TakeAsync(CancellationToken.None).AsTask();

        queue.Add("a");

        Assert.That(async () => await first.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That((await second.WithinLimit()).Key, Is.EqualTo("a"));
    }

    [Test]
    public async Task A_key_that_comes_while_its_taker_gives_up_is_there_for_the_next()
    {
        for (var round = 0; round < 200; round++)
        {
            using var queue = CreateQueue();
            using var givesUp = new CancellationTokenSource();
            var first = queue.TakeAsync(givesUp.Token).AsTask();
            var adding = Task.Run(() => queue.Add("a"));
            await givesUp.CancelAsync();
            await adding.WithinLimit();
            var isTaken = await first.ContinueWith(t => t.IsCompletedSuccessfully, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).WithinLimit();
            Assert.That(isTaken || await Take(queue) is "a", Is.True);
        }
    }

    [Test]
    public async Task A_second_taker_at_a_time_is_a_mistake()
    {
        using var queue = CreateQueue();
        var first = queue.TakeAsync(CancellationToken.None).AsTask();
        Assert.That(async () => await queue.TakeAsync(CancellationToken.None), Throws.InvalidOperationException);
        queue.Add("a");
        Assert.That((await first.WithinLimit()).Key, Is.EqualTo("a"));
    }

    [Test]
    public async Task A_closed_queue_hands_out_what_it_has_and_then_ends()
    {
        using var queue = CreateQueue();
        queue.Add("a");
        queue.AddAfter("later", TimeSpan.FromSeconds(1));
        queue.Close();
        queue.Add("b");

        Assert.That(await Take(queue), Is.EqualTo("a"));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.That((await queue.TakeAsync(CancellationToken.None).AsTask().WithinLimit()).Found, Is.False);
    }

    [Test]
    public async Task Closing_wakes_those_who_wait()
    {
        using var queue = CreateQueue();
        var taken = queue.TakeAsync(CancellationToken.None).AsTask();
        queue.Close();
        Assert.That((await taken.WithinLimit()).Found, Is.False);
    }

    [Test]
    public async Task Metrics_follow_the_queue()
    {
        var registry = new MetricRegistry();
        using var queue = new WorkQueue<string>(new QueueMetrics(registry, "claims"), _time);
        queue.Add("a");
        queue.Add("a");
        queue.AddAfter("b", TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(2));
        await Take(queue);
        _time.Advance(TimeSpan.FromSeconds(1));

        var text = registry.Text();
        Assert.That(text, Does.Contain("workqueue_adds_total{name=\"claims\"} 1\n"));
        Assert.That(text, Does.Contain("workqueue_depth{name=\"claims\"} 0\n"));
        Assert.That(text, Does.Contain("workqueue_retries_total{name=\"claims\"} 1\n"));
        Assert.That(text, Does.Contain("workqueue_queue_duration_seconds_sum{name=\"claims\"} 2\n"));
        Assert.That(text, Does.Contain("workqueue_unfinished_work_seconds{name=\"claims\"} 1\n"));
        Assert.That(text, Does.Contain("workqueue_longest_running_processor_seconds{name=\"claims\"} 1\n"));
        Assert.That(text, Does.Contain("workqueue_queue_duration_seconds_bucket{name=\"claims\",le=\"9.999999999999999e-06\"} 0\n"));

        queue.Done("a");
        Assert.That(registry.Text(), Does.Contain("workqueue_work_duration_seconds_sum{name=\"claims\"} 1\n"));
    }

    /// <summary>Whatever happens in whatever order: no key is in two hands, and no added key is lost.</summary>
    [Test]
    public void Any_order_of_adds_takes_and_dones_keeps_the_three_sets_apart()
    {
        var step = Gen.Two(Gen.Choose(0, 3));
        Check.QuickThrowOnFailure(Prop.ForAll(step.ListOf().ToArbitrary(), steps =>
        {
            using var queue = CreateQueue();
            var (inHand, owed) = (new HashSet<string>(), new HashSet<string>());
            foreach (var (verb, which) in steps)
            {
                var key = $"k{which}";
                switch (verb)
                {
                    case 0:
                        queue.Add(key);
                        owed.Add(key);
                        break;
                    case 1:
                        queue.AddAfter(key, TimeSpan.FromSeconds(which));
                        owed.Add(key);
                        _time.Advance(TimeSpan.FromSeconds(4));
                        break;
                    case 2 when queue.Depth > 0:
                        var taken = TakeNow(queue);
                        if (!inHand.Add(taken)) return false;
                        owed.Remove(taken);
                        break;
                    case 3 when inHand.Count > 0:
                        var done = inHand.First();
                        inHand.Remove(done);
                        queue.Done(done);
                        break;
                }
            }
            foreach (var key in inHand.ToArray()) queue.Done(key);
            while (queue.Depth > 0)
            {
                var key = TakeNow(queue);
                owed.Remove(key);
                queue.Done(key);
            }
            return owed.Count is 0;
        }));
    }

    private WorkQueue<string> CreateQueue() => new(new QueueMetrics(new MetricRegistry(), "test"), _time);

    private static async Task<string> Take(WorkQueue<string> queue)
    {
        var (found, key) = await queue.TakeAsync(CancellationToken.None).AsTask().WithinLimit();
        Assert.That(found, Is.True);
        return key;
    }

    private static string TakeNow(WorkQueue<string> queue)
    {
        var take = queue.TakeAsync(CancellationToken.None).AsTask();
        Assert.That(take.IsCompletedSuccessfully, Is.True, "the queue has a key");
        return take.Result.Key;
    }
}
