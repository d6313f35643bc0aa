using Microsoft.Extensions.Time.Testing;

namespace Sidecars.Tests.Support;

/// <summary>A clock that stands still, and tells which timers are set on it: a test waits for a timer, then lets it come due.</summary>
public sealed class ObservedTime : FakeTimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Setting> _set = [];
    private readonly List<(Func<TimeSpan, bool> Which, TaskCompletionSource<TimeSpan> Found)> _waiters = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        return new ObservedTimer(this, timer, Note(dueTime));
    }

    /// <summary>The first timer that is set, or will be, that fits; each is handed out once, and one that was given up is not there any more.</summary>
    public Task<TimeSpan> TimerSet(Func<TimeSpan, bool> which)
    {
        lock (_lock)
        {
            var at = _set.FindIndex(setting => which(setting.Due));
            if (at >= 0)
            {
                var found = _set[at].Due;
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

    private Setting? Note(TimeSpan due)
    {
        if (due < TimeSpan.Zero) return null;
        lock (_lock)
        {
            var at = _waiters.FindIndex(w => w.Which(due));
            if (at < 0)
            {
                var setting = new Setting(due);
                _set.Add(setting);
                return setting;
            }
            _waiters[at].Found.SetResult(due);
            _waiters.RemoveAt(at);
            return null;
        }
    }

    private void Forget(Setting? setting)
    {
        if (setting is null) return;
        lock (_lock) _set.Remove(setting);
    }

    /// <summary>What a timer is set to and nobody has asked for yet; each is its own.</summary>
    private sealed class Setting(TimeSpan due)
    {
        public TimeSpan Due => due;
    }

    private sealed class ObservedTimer(ObservedTime time, ITimer timer, Setting? setting) : ITimer
    {
        private Setting? _setting = setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = timer.Change(dueTime, period);
            time.Forget(_setting);
            _setting = time.Note(dueTime);
            return changed;
        }

        public void Dispose()
        {
            time.Forget(_setting);
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            time.Forget(_setting);
            return timer.DisposeAsync();
        }
    }
}
