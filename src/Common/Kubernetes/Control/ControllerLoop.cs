using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.Kubernetes.Control;

/// <summary>
/// Works off a queue: at most so many keys at once, never one key twice at a time, and each attempt's outcome turned into one
/// verb of the queue. An exception out of the work is a bug or a broken transport; it is turned into a retry here and nowhere
/// else, so that one bad item never ends the process.
/// </summary>
/// <typeparam name="TKey">Key of an item.</typeparam>
/// <param name="name">Name of the controller, for the log.</param>
/// <param name="queue">Where keys come from.</param>
/// <param name="backoff">How long failed keys wait.</param>
/// <param name="workers">Keys worked on at once, at most.</param>
/// <param name="reconcile">Brings the object of a key to the state asked for.</param>
/// <param name="log">Where failures are told.</param>
/// <param name="shared">A further bound, shared with other loops; null where there is none.</param>
/// <param name="longWait">Hears of every wait of more than half a minute that has a reason, once the key is in line for it; null where nobody wants to.</param>
public sealed partial class ControllerLoop<TKey>(
    string name, WorkQueue<TKey> queue, ItemBackoff<TKey> backoff, int workers, Func<TKey, CancellationToken, ValueTask<Outcome>> reconcile, ILogger log,
    WorkerBound? shared = null, LongWait<TKey>? longWait = null)
    where TKey : notnull
{
    /// <summary>Up to this, whoever looks at an object sees its next attempt happen.</summary>
    private static readonly TimeSpan s_unexplained = TimeSpan.FromSeconds(30);

    /// <summary>Runs until <paramref name="stop"/>, then waits for the work in hand.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var slots = new SemaphoreSlim(workers, workers);
        var holdsSlot = false; // one that no work has yet
        try
        {
            while (true)
            {
                await slots.WaitAsync(stop);
                holdsSlot = true;
                var (found, key) = await queue.TakeAsync(stop);
                if (!found) break;
                if (!await Entered(key, stop)) break;
                // Forked so that the next key need not wait; joined below, through the slots.
                _ = Task.Run(() => Work(key, slots, stop), CancellationToken.None);
                holdsSlot = false;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
        if (holdsSlot) slots.Release();
        queue.Close();
        for (var i = 0; i < workers; i++) await slots.WaitAsync(CancellationToken.None);
    }

    /// <summary>Waits for a place in the shared bound, with the key in hand: without one there would be nothing to wait for.</summary>
    private async Task<bool> Entered(TKey key, CancellationToken stop)
    {
        if (shared is null) return true;
        try
        {
            await shared.Enter(stop);
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            queue.Done(key);
            return false;
        }
    }

    private async Task Work(TKey key, SemaphoreSlim slots, CancellationToken stop)
    {
        try
        {
            if (await Attempt(key, stop) is { } outcome) Conclude(key, outcome);
        }
        finally
        {
            shared?.Leave();
            queue.Done(key);
            slots.Release();
        }
    }

    /// <summary>The outcome; null where the attempt was broken off because the loop stops.</summary>
    private async ValueTask<Outcome?> Attempt(TKey key, CancellationToken stop)
    {
        try
        {
            return await reconcile(key, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // The one place where whatever an item throws becomes a retry of that item.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.Threw(log, e, name, key.ToString());
            return Outcome.Retry(e.Message);
        }
    }

    private void Conclude(TKey key, Outcome outcome)
    {
        switch (outcome.Kind)
        {
            case OutcomeKind.Done:
                backoff.Forget(key);
                break;
            case OutcomeKind.After:
                backoff.Forget(key);
                queue.AddAfter(key, outcome.Delay);
                Explain(key, outcome, outcome.Delay);
                break;
            case OutcomeKind.Retry:
                var delay = backoff.Next(key);
                queue.AddAfter(key, delay);
                // Told only now: who reads the line may rely on the retry being in line.
                Log.WillRetry(log, name, key.ToString(), outcome.Reason, delay, backoff.FailuresOf(key));
                Explain(key, outcome, delay);
                break;
            default:
                throw new InvalidOperationException($"an outcome of kind {outcome.Kind}");
        }
    }

    private void Explain(TKey key, Outcome outcome, TimeSpan delay)
    {
        if (longWait is not null && delay > s_unexplained && outcome.Reason is { } reason) longWait(key, delay, reason);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "An attempt threw, which is a bug; the item is retried {Controller} {Key}")]
        public static partial void Threw(ILogger logger, Exception e, string controller, string? key);

        [LoggerMessage(2, LogLevel.Information, "Retrying {Controller} {Key} {Reason} {RetryAfter} {Failures}")]
        public static partial void WillRetry(ILogger logger, string controller, string? key, string? reason, TimeSpan retryAfter, int failures);
    }
}

/// <summary>An item waits for long: told so that whoever looks at its object can learn what it waits for.</summary>
/// <typeparam name="TKey">Key of an item.</typeparam>
/// <param name="key">Which.</param>
/// <param name="delay">Until it is tried again, unless something brings it up before.</param>
/// <param name="reason">What failed, or what it waits for.</param>
public delegate void LongWait<in TKey>(TKey key, TimeSpan delay, string reason);
