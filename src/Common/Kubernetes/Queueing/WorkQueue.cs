namespace Sidecars.Kubernetes.Queueing;

/// <summary>
/// A queue of keys (common contract 11): fair, in the order of arrival; stingy, a key that waits is there once however often
/// it is added; and never the same key in two hands at a time: what is added while it is worked on comes up once more when it
/// is done. Keys may be added for later; the earlier of two times wins. Safe for many producers, and for one taker that hands keys
/// on to as many workers as it likes.
/// </summary>
/// <typeparam name="TKey">Key of an item.</typeparam>
public sealed class WorkQueue<TKey> : IDisposable where TKey : notnull
{
    /// <summary>A timer takes no longer times; a later one is set when this one fires.</summary>
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromDays(1);

    /// <summary>No clock's ticks go further than some of the delays that can be written down.</summary>
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromDays(36_500);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly QueueMetrics _metrics;
    private readonly ITimer _timer;

    // Every key in _queue is in _dirty and not in _processing; a key in both _dirty and _processing waits for Done.
    private readonly Queue<TKey> _queue = new();
    private readonly Dictionary<TKey, long> _dirty = []; // key -> when it was added
    private readonly Dictionary<TKey, long> _processing = []; // key -> when it was taken

    // A key in _later has its time there; an entry of _waiting with another time is stale and passed over.
    private readonly Dictionary<TKey, long> _later = [];
    private readonly PriorityQueue<TKey, long> _waiting = new();
    private TaskCompletionSource? _taker; // who waits for the next key, or the close
    private bool _isClosed;

    /// <summary>An empty queue whose metrics carry its name.</summary>
    public WorkQueue(QueueMetrics metrics, TimeProvider time)
    {
        (_metrics, _time) = (metrics, time);
        _timer = time.CreateTimer(_ => AddDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        metrics.ObserveUnfinished(UnfinishedWork);
    }

    /// <summary>Keys that are ready and wait for a worker.</summary>
    public int Depth
    {
        get
        {
            lock (_lock) return _queue.Count;
        }
    }

    /// <summary>Puts a key in line now, unless it is in line already.</summary>
    public void Add(TKey key)
    {
        lock (_lock) AddWhileLocked(key);
    }

    /// <summary>Puts a key in line after a delay; of two delays the one that ends earlier counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        _metrics.Retried();
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }
        lock (_lock)
        {
            if (_isClosed) return;
            var due = _time.GetTimestamp() + (long)((delay < s_longestDelay ? delay : s_longestDelay).TotalSeconds * _time.TimestampFrequency);
            if (_later.TryGetValue(key, out var known) && known <= due) return;
            _later[key] = due;
            _waiting.Enqueue(key, due);
            SetTimerWhileLocked();
        }
    }

    /// <summary>
    /// Takes the next key; the caller owes a <see cref="Done"/>. False once the queue is closed and empty. One caller at a time.
    /// </summary>
    public async ValueTask<(bool Found, TKey Key)> TakeAsync(CancellationToken cancel)
    {
        while (true)
        {
            TaskCompletionSource arrival;
            lock (_lock)
            {
                if (_queue.TryDequeue(out var key))
                {
                    var now = _time.GetTimestamp();
                    _metrics.Taken(_queue.Count, _time.GetElapsedTime(_dirty[key], now));
                    _dirty.Remove(key);
                    _processing[key] = now;
                    return (true, key);
                }
                if (_isClosed) return (false, default!);
                if (_taker is { Task.IsCompleted: false }) throw new InvalidOperationException("the queue has one taker at a time");
                // Completed under the lock, so its taker must go on elsewhere.
                _taker = arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            using (cancel.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), arrival))
            {
                await arrival.Task;
            }
        }
    }

    /// <summary>Hands a key back; it comes up again if it was added meanwhile.</summary>
    public void Done(TKey key)
    {
        lock (_lock)
        {
            if (!_processing.Remove(key, out var takenAt)) return;
            _metrics.Finished(_time.GetElapsedTime(takenAt));
            if (!_dirty.ContainsKey(key)) return;
            _queue.Enqueue(key);
            _metrics.DepthIs(_queue.Count);
            _taker?.TrySetResult();
        }
    }

    /// <summary>Takes no more keys, drops those that wait for their time, and lets the taker run empty.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            _later.Clear();
            _waiting.Clear();
            _taker?.TrySetResult();
        }
    }

    /// <summary>Closes the queue and stops its timer.</summary>
    public void Dispose()
    {
        Close();
        _timer.Dispose();
    }

    private void AddWhileLocked(TKey key)
    {
        if (_isClosed || !_dirty.TryAdd(key, _time.GetTimestamp())) return;
        if (!_processing.ContainsKey(key))
        {
            _queue.Enqueue(key);
            _taker?.TrySetResult();
        }
        _metrics.Added(_queue.Count);
    }

    private void AddDue()
    {
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            while (_waiting.TryPeek(out var key, out var due) && due <= now)
            {
                _waiting.Dequeue();
                if (!_later.TryGetValue(key, out var valid) || valid != due) continue;
                _later.Remove(key);
                AddWhileLocked(key);
            }
            SetTimerWhileLocked();
        }
    }

    private void SetTimerWhileLocked()
    {
        if (!_waiting.TryPeek(out _, out var due))
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }
        var wait = _time.GetElapsedTime(_time.GetTimestamp(), due);
        // Timers count whole milliseconds and would fire a little too early.
        wait = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, wait.TotalMilliseconds)));
        _timer.Change(wait < s_longestTimer ? wait : s_longestTimer, Timeout.InfiniteTimeSpan);
    }

    private (double Sum, double Longest) UnfinishedWork()
    {
        lock (_lock)
        {
            var (sum, longest) = (0d, 0d);
            foreach (var takenAt in _processing.Values)
            {
                var age = _time.GetElapsedTime(takenAt).TotalSeconds;
                sum += age;
                longest = Math.Max(longest, age);
            }
            return (sum, longest);
        }
    }
}
