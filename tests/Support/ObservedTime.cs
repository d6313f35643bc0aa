using Microsoft.Extensions.Time.Testing;

namespace Sidecars.Tests.Support;

/// <summary>A clock that stands still, and tells which timers are set on it: a test waits for a timer, then lets it come due.</summary>
public sealed class ObservedTime : FakeTimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _set = [];
    private readonly List<(Func<TimeSpan, bool> Which, TaskCompletionSource<TimeSpan> Found)> _waiters = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Note(dueTime);
        return new ObservedTimer(this, timer);
    }

    /// <summary>The first timer set so far, or to be set, that fits; each is handed out once.</summary>
    public Task<TimeSpan> TimerSet(Func<TimeSpan, bool> which)
    {
        lock (_lock)
        {
            var at = _set.FindIndex(d => which(d));
            if (at >= 0)
            {
                var found = _set[at];
                _set.RemoveAt(at);
                return Task.FromResult(found);
            }
            var waiter = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((which, waiter));
            return waiter.Task.WithinLimit();
        }
    }

    /// <summary>Waits until such a timer is set, and lets it come due. Returns how long it took.</summary>
    public async Task<TimeSpan> Pass(Func<TimeSpan, bool> which)
    {
        var due = await TimerSet(which);
        Advance(due);
        return due;
    }

    /// <inheritdoc cref="Pass(Func{TimeSpan, bool})"/>
    public Task<TimeSpan> Pass(TimeSpan due) => Pass(d => d == due);

    private sealed class ObservedTimer(ObservedTime time, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = timer.Change(dueTime, period);
            time.Note(dueTime);
            return changed;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }

    private void Note(TimeSpan due)
    {
        if (due < TimeSpan.Zero) return;
        lock (_lock)
        {
            var at = _waiters.FindIndex(w => w.Which(due));
            if (at < 0)
            {
                _set.Add(due);
                return;
            }
            _waiters[at].Found.SetResult(due);
            _waiters.RemoveAt(at);
        }
    }
}
