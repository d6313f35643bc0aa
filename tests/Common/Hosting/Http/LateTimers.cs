using System.Collections.Concurrent;

namespace Sidecars.Hosting.Tests.Http;

/// <summary>A clock whose timers fire when the test says so, those too that were disposed: their callback may be under way already.</summary>
internal sealed class LateTimers : TimeProvider
{
    private readonly ConcurrentQueue<Action> _callbacks = new();

    public int Count => _callbacks.Count;

    public void FireAll()
    {
        while (_callbacks.TryDequeue(out var callback)) callback();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _callbacks.Enqueue(() => callback(state));
        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
