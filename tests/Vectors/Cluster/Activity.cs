namespace Sidecars.Vectors.Tests;

/// <summary>A bell that rings whenever anything happens: an object changed, the driver was called. Nobody has to ask twice a second.</summary>
internal sealed class Activity
{
    private TaskCompletionSource _next = New();

    /// <summary>Completes with the next ring. Take it before looking at the state, or a change in between is missed.</summary>
    internal Task Next => Volatile.Read(ref _next).Task;

    internal void Ring() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    /// <summary>Waits until the condition holds, looking again after every ring. False when the time is up.</summary>
    internal async Task<bool> Until(Func<bool> condition, TimeSpan limit, TimeProvider time)
    {
        using var end = new CancellationTokenSource(limit, time);
        while (true)
        {
            var next = Next;
            if (condition()) return true;
            try
            {
                await next.WaitAsync(end.Token);
            }
            catch (OperationCanceledException)
            {
                return condition();
            }
        }
    }

    /// <summary>Waits until nothing rang for <paramref name="quiet"/>, at most for <paramref name="limit"/>.</summary>
    internal async Task UntilQuiet(TimeSpan quiet, TimeSpan limit, TimeProvider time)
    {
        using var end = new CancellationTokenSource(limit, time);
        while (!end.IsCancellationRequested)
        {
            try
            {
                await Next.WaitAsync(quiet, time, end.Token);
            }
            catch (Exception e) when (e is TimeoutException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
