namespace Sidecars.Kubernetes.Queueing;

/// <summary>
/// How long a failed item waits: the n-th failure since the last success waits base times 2 to the n-1, up to a cap, without
/// jitter (common contract 11.3). Counters live until they are forgotten.
/// </summary>
/// <typeparam name="TKey">Key of an item.</typeparam>
public sealed class ItemBackoff<TKey>(TimeSpan first, TimeSpan longest) where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, int> _failures = [];

    /// <summary>Counts one more failure, and says how long to wait for the next try.</summary>
    public TimeSpan Next(TKey key)
    {
        lock (_lock)
        {
            var failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
            var ticks = first.Ticks * Math.Pow(2, failures);
            return ticks >= longest.Ticks ? longest : TimeSpan.FromTicks((long)ticks);
        }
    }

    /// <summary>Failures since the last success.</summary>
    public int FailuresOf(TKey key)
    {
        lock (_lock) return _failures.GetValueOrDefault(key);
    }

    /// <summary>Starts the item anew.</summary>
    public void Forget(TKey key)
    {
        lock (_lock) _failures.Remove(key);
    }
}
