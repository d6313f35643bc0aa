using System.Collections.Concurrent;

namespace Sidecars.Kubernetes.Tests.Leading;

/// <summary>Runs what awaits on it one piece after the other, on the thread that drains it: everything a moment can bring happens before time goes on.</summary>
internal sealed class TurnByTurn : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Run, object? State)> _turns = new();

    public override void Post(SendOrPostCallback d, object? state) => _turns.Enqueue((d, state));

    public void Drain(Action afterEach)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            while (_turns.TryDequeue(out var turn))
            {
                turn.Run(turn.State);
                afterEach();
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public T Run<T>(Func<T> start)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            return start();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
