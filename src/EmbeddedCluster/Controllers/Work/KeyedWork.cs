using Microsoft.Extensions.Logging;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Runs a reconciliation for every key that was added: never twice at a time for one key, once more when it was added meanwhile, and again
/// after a growing delay when it asked for that or threw. Nothing is remembered of a key that is done.
/// </summary>
internal sealed partial class KeyedWork(
    string name, Func<string, CancellationToken, ValueTask<Outcome>> reconcile, TimeProvider time, ILogger log) : IAsyncDisposable
{
    // A lost race is over at once; a driver that is down is not helped by more than two calls a minute.
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Item> _items = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    public void Add(string key)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested) return;
            if (!_items.TryGetValue(key, out var item)) _items[key] = item = new Item();
            item.Retry?.Dispose();
            item.Retry = null;
            item.IsWanted = true;
            if (item.IsRunning) return;
            item.IsRunning = true;
            _running++;
        }

        _ = Task.Run(() => RunWhileWanted(key));
    }

    /// <summary>Cancels what runs and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            foreach (var item in _items.Values) item.Retry?.Dispose();
            _stopping.Cancel();
            if (_running == 0) _idle.TrySetResult();
        }

        await _idle.Task;
        _stopping.Dispose();
    }

    private async Task RunWhileWanted(string key)
    {
        while (Take(key))
        {
            var outcome = await RunOnce(key);
            if (outcome.RetryReason is { } reason) RetryLater(key, reason, outcome.Pause);
            else Succeeded(key);
        }
    }

    private async ValueTask<Outcome> RunOnce(string key)
    {
        try
        {
            return await reconcile(key, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return Outcome.Done;
        }
#pragma warning disable CA1031 // The one place where a failure of one object becomes a retry of that object.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Log.Failed(log, name, key, failure);
            return Outcome.Retry(failure.Message);
        }
    }

    private bool Take(string key)
    {
        lock (_gate)
        {
            var item = _items[key];
            if (item.IsWanted && !_stopping.IsCancellationRequested)
            {
                item.IsWanted = false;
                return true;
            }

            item.IsRunning = false;
            if (item.Retry is null) _items.Remove(key);
            if (--_running == 0 && _stopping.IsCancellationRequested) _idle.TrySetResult();
            return false;
        }
    }

    private void Succeeded(string key)
    {
        lock (_gate) _items[key].Failures = 0;
    }

    private void RetryLater(string key, string reason, TimeSpan? pause)
    {
        lock (_gate)
        {
            var item = _items[key];
            if (item.IsWanted || _stopping.IsCancellationRequested) return;
            var delay = pause ?? TimeSpan.FromTicks((long)Math.Min(LongestDelay.Ticks, FirstDelay.Ticks * Math.Pow(2, item.Failures++)));
            Log.Retrying(log, name, key, delay, reason);
            item.Retry = time.CreateTimer(_ => Add(key), null, delay, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class Item
    {
        public bool IsWanted { get; set; }
        public bool IsRunning { get; set; }
        public int Failures { get; set; }
        public ITimer? Retry { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Controller} failed on {Key}")]
        public static partial void Failed(ILogger logger, string controller, string key, Exception failure);

        [LoggerMessage(2, LogLevel.Debug, "{Controller} tries {Key} again in {Delay}: {Reason}")]
        public static partial void Retrying(ILogger logger, string controller, string key, TimeSpan delay, string reason);
    }
}
