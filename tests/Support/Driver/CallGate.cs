namespace Sidecars.Tests.Support;

/// <summary>Keeps the calls of one method waiting at the driver until the test lets them go on. Disposal lets them go.</summary>
public sealed class CallGate : IDisposable
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal CallGate()
    {
    }

    /// <summary>Completes once a call waits here.</summary>
    public Task Entered => _entered.Task;

    /// <summary>Completes once a call that waited here was given up by its caller.</summary>
    public Task Cancelled => _cancelled.Task;

    /// <summary>Lets all calls pass, those waiting and those to come.</summary>
    public void Release() => _open.TrySetResult();

    public void Dispose() => Release();

    internal async Task Pass(CancellationToken stop)
    {
        _entered.TrySetResult();
        try
        {
            await _open.Task.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            _cancelled.TrySetResult();
            throw;
        }
    }
}
