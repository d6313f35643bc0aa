using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecars.EmbeddedCluster.Controllers;
using Sidecars.Tests.Support;

namespace Sidecars.EmbeddedCluster.Tests.Controllers;

internal sealed class KeyedWorkTests
{
    [Test]
    public async Task A_key_added_while_it_is_worked_on_is_worked_on_once_more_and_never_twice_at_a_time()
    {
        var (runs, atOnce, most) = (0, 0, 0);
        var entered = new SemaphoreSlim(0);
        var go = new SemaphoreSlim(0);
        await using var work = new KeyedWork("test", async (_, stop) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref atOnce));
            Interlocked.Increment(ref runs);
            entered.Release();
            await go.WaitAsync(stop);
            Interlocked.Decrement(ref atOnce);
            return Outcome.Done;
        }, TimeProvider.System, NullLogger.Instance);

        work.Add("a");
        await entered.WaitAsync().WithinLimit();
        for (var i = 0; i < 5; i++) work.Add("a");
        go.Release();
        await entered.WaitAsync().WithinLimit();
        go.Release();
        Assert.That((runs, most), Is.EqualTo((2, 1)));
    }

    [Test]
    public async Task A_failure_is_tried_again_after_a_delay_that_grows()
    {
        var time = new FakeTimeProvider();
        var ran = new SemaphoreSlim(0);
        await using var work = new KeyedWork("test", (_, _) =>
        {
            ran.Release();
            throw new InvalidOperationException("out of order");
        }, time, NullLogger.Instance);

        work.Add("a");
        await ran.WaitAsync().WithinLimit();
        foreach (var milliseconds in (int[])[20, 40, 80])
        {
            // The timer is set just after the run; it is due only when all of the delay has passed.
            while (!await ran.WaitAsync(0)) time.Advance(TimeSpan.FromMilliseconds(milliseconds / 4.0));
        }

        Assert.That(time.GetUtcNow() - time.Start, Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(140)));
    }

    [Test]
    public async Task Disposing_cancels_what_runs_and_waits_for_it()
    {
        var entered = new TaskCompletionSource();
        var ended = false;
        var work = new KeyedWork("test", async (_, stop) =>
        {
            entered.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
            }
            finally
            {
                ended = true;
            }

            return Outcome.Done;
        }, TimeProvider.System, NullLogger.Instance);
        work.Add("a");
        await entered.Task.WithinLimit();
        await work.DisposeAsync().WithinLimit();
        Assert.That(ended);
    }
}
