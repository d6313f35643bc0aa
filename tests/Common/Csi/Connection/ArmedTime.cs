using Microsoft.Extensions.Time.Testing;

namespace Sidecars.Csi.Tests.Connection;

/// <summary>A fake clock that tells when somebody set a timer, so that a test advances it only when there is something to wait for.</summary>
internal sealed class ArmedTime : FakeTimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private int _timers;

    /// <summary>How many timers have been made so far, whether or not they still run.</summary>
    public int Timers
    {
        get { lock (_lock) return _timers; }
    }

    /// <summary>Completes once so many timers have been made in all.</summary>
    public Task WaitForTimers(int count)
    {
        lock (_lock)
        {
            if (_timers >= count) return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((count, reached));
            return reached.Task;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        lock (_lock)
        {
            _timers++;
            foreach (var waiting in _waiting.Where(w => w.Count <= _timers)) waiting.Reached.TrySetResult();
        }

        return timer;
    }
}
