namespace Sidecars.Tests.Support;

/// <summary>The calls a scripted driver received, in order, which can be waited for by number.</summary>
public sealed class CallLog
{
    private readonly Lock _lock = new();
    private readonly List<DriverCall> _calls = [];
    private readonly List<(string Method, int Count, TaskCompletionSource Reached)> _waiting = [];

    /// <summary>Raised after a call was written down, on the thread of the call.</summary>
    public event Action<DriverCall>? Added;

    /// <summary>How many calls there have been, of any method.</summary>
    public int Count
    {
        get { lock (_lock) return _calls.Count; }
    }

    /// <summary>All calls so far.</summary>
    public IReadOnlyList<DriverCall> All
    {
        get { lock (_lock) return [.. _calls]; }
    }

    /// <summary>The calls of one method so far.</summary>
    public IReadOnlyList<DriverCall> Of(string method)
    {
        lock (_lock) return [.. _calls.Where(c => c.Method == method)];
    }

    /// <summary>Completes once the method was called so many times in all; counts a call when it arrives, not when it is answered.</summary>
    public Task WaitFor(string method, int count)
    {
        lock (_lock)
        {
            if (CountWhileLocked(method) >= count) return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((method, count, reached));
            return reached.Task;
        }
    }

    internal void Add(DriverCall call)
    {
        lock (_lock)
        {
            _calls.Add(call);
            var count = CountWhileLocked(call.Method);
            foreach (var waiting in _waiting.Where(w => w.Method == call.Method && w.Count <= count).ToList())
            {
                _waiting.Remove(waiting);
                waiting.Reached.TrySetResult();
            }
        }

        Added?.Invoke(call);
    }

    private int CountWhileLocked(string method) => _calls.Count(c => c.Method == method);
}
