namespace Sidecars.EmbeddedCluster;

/// <summary>One planned fault. Disposing it takes it out of the plan and lets a held request go.</summary>
public sealed class Fault : IDisposable
{
    private readonly FaultPlan _plan;
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _seen;

    internal Fault(FaultPlan plan, RequestMatch match, FaultAction action, int skip, int times) =>
        (_plan, Match, Action, Skip, Times) = (plan, match, action, skip, times);

    /// <summary>Completes when the fault strikes for the first time.</summary>
    public Task Reached => _reached.Task;

    /// <summary>How often the fault has struck.</summary>
    public int Hits { get; private set; }

    internal RequestMatch Match { get; }

    internal FaultAction Action { get; }

    internal int Skip { get; }

    internal int Times { get; }

    internal Task Released => _released.Task;

    /// <summary>Lets the requests of a <see cref="FaultAction.Hold"/> or <see cref="FaultAction.HoldAnswer"/> go on, and those that come later pass.</summary>
    public void Release() => _released.TrySetResult();

    /// <inheritdoc/>
    public void Dispose()
    {
        _plan.Remove(this);
        Release();
    }

    internal bool StrikesWhileLocked()
    {
        if (_seen++ < Skip || Hits >= Times) return false;
        Hits++;
        _reached.TrySetResult();
        return true;
    }
}
