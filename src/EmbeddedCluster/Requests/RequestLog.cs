namespace Sidecars.EmbeddedCluster;

/// <summary>
/// The newest requests in the order of their answers; a watch is logged when it starts. Tests count them and wait for them. Beyond its length the
/// log forgets the oldest; with length 0 it is off and costs nothing.
/// </summary>
public sealed class RequestLog
{
    private readonly Lock _gate = new();
    private readonly int _length;
    private readonly Queue<LoggedRequest> _entries = new();
    private readonly List<Waiter> _waiters = [];

    internal RequestLog(int length) => _length = length;

    private sealed record Waiter(RequestMatch Match, TaskCompletionSource<LoggedRequest> Found)
    {
        public int Missing { get; set; }
    }

    /// <summary>A copy of the log, oldest first.</summary>
    public IReadOnlyList<LoggedRequest> Entries
    {
        get
        {
            lock (_gate) return [.. _entries];
        }
    }

    internal bool IsOn => _length > 0;

    /// <summary>How many logged requests fit.</summary>
    public int Count(RequestMatch match)
    {
        lock (_gate) return _entries.Count(entry => match.Fits(entry.Request, entry.UserAgent, entry.User));
    }

    /// <summary>Completes with the n-th request that fits, counted from the start of the log; at once when it is there already.</summary>
    public Task<LoggedRequest> WaitFor(RequestMatch match, int count = 1)
    {
        lock (_gate)
        {
            var present = _entries.Where(entry => match.Fits(entry.Request, entry.UserAgent, entry.User)).Take(count).ToList();
            if (present.Count == count) return Task.FromResult(present[^1]);
            var waiter = new Waiter(match, new(TaskCreationOptions.RunContinuationsAsynchronously)) { Missing = count - present.Count };
            _waiters.Add(waiter);
            return waiter.Found.Task;
        }
    }

    /// <summary>Forgets everything logged so far. Those who wait go on waiting for as many requests as they still missed.</summary>
    public void Clear()
    {
        lock (_gate) _entries.Clear();
    }

    internal void Add(LoggedRequest entry)
    {
        if (!IsOn) return;
        lock (_gate)
        {
            _entries.Enqueue(entry);
            if (_entries.Count > _length) _entries.Dequeue();
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (!_waiters[i].Match.Fits(entry.Request, entry.UserAgent, entry.User) || --_waiters[i].Missing > 0) continue;
                _waiters[i].Found.SetResult(entry);
                _waiters.RemoveAt(i);
            }
        }
    }
}
