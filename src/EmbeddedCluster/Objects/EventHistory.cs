namespace Sidecars.EmbeddedCluster;

/// <summary>
/// The last changes of one resource, oldest first, bounded. Watches read from it by position, each at its own pace; nothing is queued for them.
/// What fell out, or was compacted, can no longer be watched from. Every method takes the lock itself.
/// </summary>
internal sealed class EventHistory(int capacity, long start)
{
    private readonly Lock _gate = new();
    private readonly WatchEvent[] _ring = new WatchEvent[capacity];
    private long _first;
    private long _next;
    private long _oldestWatchable = start;
    private TaskCompletionSource _grown = NewSignal();

    /// <summary>The position after the newest change.</summary>
    public long End
    {
        get
        {
            lock (_gate) return _next;
        }
    }

    public void Add(WatchEvent change)
    {
        TaskCompletionSource grown;
        lock (_gate)
        {
            if (_next - _first == _ring.Length) _oldestWatchable = _ring[_first++ % _ring.Length].Version;
            _ring[_next++ % _ring.Length] = change;
            (grown, _grown) = (_grown, NewSignal());
        }
        grown.SetResult();
    }

    /// <summary>Forgets every change up to and including that version and wakes all watches, so that those behind notice.</summary>
    public void Compact(long version)
    {
        TaskCompletionSource grown;
        lock (_gate)
        {
            while (_first < _next && _ring[_first % _ring.Length].Version <= version) _ring[_first++ % _ring.Length] = null!;
            _oldestWatchable = Math.Max(_oldestWatchable, version);
            (grown, _grown) = (_grown, NewSignal());
        }
        grown.SetResult();
    }

    /// <summary>The position of the first change after a version; null when changes after it were forgotten.</summary>
    public long? PositionAfter(long version)
    {
        lock (_gate)
        {
            if (version < _oldestWatchable) return null;
            var (low, high) = (_first, _next);
            while (low < high)
            {
                var middle = low + ((high - low) / 2);
                if (_ring[middle % _ring.Length].Version <= version) low = middle + 1;
                else high = middle;
            }
            return low;
        }
    }

    /// <summary>Copies changes from a position on; null when the position was forgotten.</summary>
    public int? Read(long position, Span<WatchEvent> into)
    {
        lock (_gate)
        {
            if (position < _first) return null;
            var count = (int)Math.Min(into.Length, _next - position);
            for (var i = 0; i < count; i++) into[i] = _ring[(position + i) % _ring.Length];
            return count;
        }
    }

    /// <summary>Completes when there is something at this position, or when the history was compacted.</summary>
    public Task WaitFor(long position)
    {
        lock (_gate) return position < _next || position < _first ? Task.CompletedTask : _grown.Task;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
