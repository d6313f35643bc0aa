using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Queueing;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Control;

public sealed class ControllerLoopTests
{
    private readonly ObservedTime _time = new();
    private readonly RecordingLogger _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly BlockingCollection<Attempt> _attempts = [];
    private readonly ConcurrentQueue<string> _waits = [];
    private WorkQueue<string> _queue = null!;
    private Task _running = Task.CompletedTask;

    private sealed record Attempt(string Key, TaskCompletionSource<Outcome> Result, CancellationToken Stop);

    [SetUp]
    public void Start() => _queue = new WorkQueue<string>(new QueueMetrics(new MetricRegistry(), "test"), _time);

    [TearDown]
    public async Task Stop()
    {
        await _stop.CancelAsync();
        foreach (var attempt in _attempts) attempt.Result.TrySetResult(Outcome.Done);
        await _running.WithinLimit();
        _queue.Dispose();
        _stop.Dispose();
        _attempts.Dispose();
    }

    [Test]
    public void No_more_keys_are_worked_on_at_once_than_there_are_workers()
    {
        Run(workers: 2);
        foreach (var key in (string[])["a", "b", "c"]) _queue.Add(key);
        var (first, second) = (Take(), Take());
        Assert.That(new[] { first.Key, second.Key }, Is.EquivalentTo(new[] { "a", "b" }));
        Assert.That(_attempts, Is.Empty);
        first.Result.SetResult(Outcome.Done);
        Finish(Take(), "c");
        second.Result.SetResult(Outcome.Done);
    }

    [Test]
    public async Task Loops_that_share_a_bound_take_turns_in_it()
    {
        using var bound = new WorkerBound(1);
        using var other = new WorkQueue<string>(new QueueMetrics(new MetricRegistry(), "other"), _time);
        foreach (var key in (string[])["a1", "a2", "a3", "a4"]) _queue.Add(key);
        foreach (var key in (string[])["b1", "b2"]) other.Add(key);
        Run(workers: 4, shared: bound);
        var now = Take();
        Assert.That(now.Key, Is.EqualTo("a1"));
        var running = Loop(other, workers: 4, shared: bound).RunAsync(_stop.Token);
        var order = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            Assert.That(_attempts, Is.Empty, "one at a time");
            now.Result.SetResult(Outcome.Done);
            now = Take();
            order.Add(now.Key);
        }
        now.Result.SetResult(Outcome.Done);
        Assert.That(order, Is.EqualTo((string[])["a2", "b1", "a3", "b2", "a4"]).Or.EqualTo((string[])["b1", "a2", "b2", "a3", "a4"]));
        await _stop.CancelAsync();
        await running.WithinLimit();
    }

    [Test]
    public void One_key_is_never_in_two_hands_and_comes_again_when_it_was_added_meanwhile()
    {
        Run(workers: 4);
        _queue.Add("a");
        var first = Take();
        _queue.Add("a");
        _queue.Add("b");
        Finish(Take(), "b");
        first.Result.SetResult(Outcome.Done);
        Finish(Take(), "a");
    }

    [Test]
    public async Task A_failing_key_waits_ever_longer_and_others_do_not_wait_for_it()
    {
        Run(workers: 1);
        _queue.Add("bad");
        for (var pause = 1; pause <= 8; pause *= 2)
        {
            Take().Result.SetResult(Outcome.Retry("the driver said no"));
            await _time.TimerSet(d => d == TimeSpan.FromSeconds(pause));
            _queue.Add("good");
            Finish(Take(), "good");
            _time.Advance(TimeSpan.FromSeconds(pause));
        }
        Finish(Take(), "bad");
        Assert.That(_log.Lines, Has.Some.Contains("bad").And.Some.Contains("the driver said no"));
    }

    [Test]
    public async Task Waits_of_more_than_half_a_minute_are_told_with_what_is_waited_for()
    {
        Run(workers: 1);
        _queue.Add("a");
        for (var pause = 1; pause <= 64; pause *= 2)
        {
            Take().Result.SetResult(Outcome.Retry($"no, for {pause}"));
            await _time.Pass(TimeSpan.FromSeconds(pause));
        }
        Take().Result.SetResult(Outcome.After(TimeSpan.FromSeconds(31), "a slow answer"));
        await _time.Pass(TimeSpan.FromSeconds(31));
        Take().Result.SetResult(Outcome.After(TimeSpan.FromSeconds(31)));
        await _time.Pass(TimeSpan.FromSeconds(31));
        Take().Result.SetResult(Outcome.After(TimeSpan.FromSeconds(30), "half a minute"));
        await _time.Pass(TimeSpan.FromSeconds(30));
        Finish(Take(), "a");
        Assert.That(_waits, Is.EqualTo((string[])["a 32 no, for 32", "a 64 no, for 64", "a 31 a slow answer"]));
    }

    [Test]
    public async Task An_exception_is_logged_and_becomes_a_retry_of_that_key_alone()
    {
        Run(workers: 1);
        _queue.Add("bad");
        _queue.Add("good");
        Take().Result.SetException(new InvalidOperationException("boom"));
        Finish(Take(), "good");
        await _time.Pass(TimeSpan.FromSeconds(1));
        Finish(Take(), "bad");
        Assert.That(_log.Entries.Single(e => e.Level is LogLevel.Error).Exception?.Message, Is.EqualTo("boom"));
    }

    [Test]
    public void A_retry_is_in_line_before_it_is_told()
    {
        Run(workers: 1);
        _log.OnLine = line =>
        {
            if (line.StartsWith("Retrying", StringComparison.Ordinal)) _time.Advance(TimeSpan.FromSeconds(1));
        };
        _queue.Add("a");
        Take().Result.SetResult(Outcome.Retry("the driver said no"));
        Finish(Take(), "a");
    }

    [Test]
    public async Task Success_starts_the_back_off_anew_and_After_waits_the_time_it_names()
    {
        Run(workers: 1);
        _queue.Add("a");
        Take().Result.SetResult(Outcome.Retry("first"));
        await _time.Pass(TimeSpan.FromSeconds(1));
        Take().Result.SetResult(Outcome.After(TimeSpan.FromSeconds(42)));
        await _time.Pass(TimeSpan.FromSeconds(42));
        Take().Result.SetResult(Outcome.Retry("second"));
        await _time.Pass(TimeSpan.FromSeconds(1));
        Finish(Take(), "a");
    }

    [Test]
    public async Task Stopping_waits_for_all_the_work_in_hand_when_every_worker_is_busy()
    {
        Run(workers: 2);
        _queue.Add("a");
        _queue.Add("b");
        _queue.Add("c");
        var (first, second) = (Take(), Take());
        await _stop.CancelAsync();
        Assert.That((first.Stop.IsCancellationRequested, second.Stop.IsCancellationRequested), Is.EqualTo((true, true)));
        first.Result.SetResult(Outcome.Done);
        Assert.That(_running.IsCompleted, Is.False, "b is still in hand");
        second.Result.SetResult(Outcome.Done);
        await _running.WithinLimit();
        Assert.That(_attempts, Is.Empty, "and nothing new was begun");
    }

    [Test]
    public async Task Stopping_an_idle_loop_ends_it_and_so_does_closing_its_queue()
    {
        Run(workers: 2);
        await _stop.CancelAsync();
        await _running.WithinLimit();

        using var queue = new WorkQueue<string>(new QueueMetrics(new MetricRegistry(), "other"), _time);
        queue.Close();
        await Loop(queue, 2).RunAsync(CancellationToken.None).WithinLimit();
    }

    [Test]
    public async Task Work_that_was_broken_off_by_the_stop_is_no_failure()
    {
        Run(workers: 1);
        _queue.Add("a");
        var attempt = Take();
        await _stop.CancelAsync();
        attempt.Result.SetCanceled(attempt.Stop);
        await _running.WithinLimit();
        Assert.That(_log.Entries, Is.Empty);
    }

    private void Run(int workers, WorkerBound? shared = null) => _running = Loop(_queue, workers, shared).RunAsync(_stop.Token);

    private ControllerLoop<string> Loop(WorkQueue<string> queue, int workers, WorkerBound? shared = null) =>
        new("test", queue, new ItemBackoff<string>(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)), workers, async (key, stop) =>
        {
            var attempt = new Attempt(key, new TaskCompletionSource<Outcome>(TaskCreationOptions.RunContinuationsAsynchronously), stop);
            _attempts.Add(attempt, CancellationToken.None);
            return await attempt.Result.Task;
        }, _log, shared, (key, delay, reason) => _waits.Enqueue($"{key} {delay.TotalSeconds} {reason}"));

    private Attempt Take()
    {
        Assert.That(_attempts.TryTake(out var attempt, TestTimeouts.Limit), Is.True, "a key is worked on");
        return attempt!;
    }

    private static void Finish(Attempt attempt, string expectedKey)
    {
        Assert.That(attempt.Key, Is.EqualTo(expectedKey));
        attempt.Result.SetResult(Outcome.Done);
    }
}
