namespace Sidecars.Kubernetes.Control;

/// <summary>
/// Tasks that live and die together: when one of them throws, the others are stopped and the exception comes out of
/// <see cref="All"/>. A task that ends by itself does not end the others.
/// </summary>
public sealed class RunningTasks
{
    private readonly CancellationTokenSource _stop;
    private readonly List<Task> _tasks = [];

    /// <summary>Tasks that also end on <paramref name="stop"/>.</summary>
    public RunningTasks(CancellationToken stop) => _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);

    /// <summary>Starts a task.</summary>
    public void Add(Func<CancellationToken, Task> run) => _tasks.Add(Task.Run(() => Guarded(run), CancellationToken.None));

    /// <summary>Waits for something; false where the tasks were stopped first, and have ended.</summary>
    public async Task<bool> Reached(Task something)
    {
        try
        {
            await something.WaitAsync(_stop.Token);
            return true;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            await All();
            return false;
        }
    }

    /// <summary>Waits until all have ended.</summary>
    public async Task All()
    {
        try
        {
            await Task.WhenAll(_tasks);
        }
        finally
        {
            _stop.Dispose();
        }
    }

    private async Task Guarded(Func<CancellationToken, Task> run)
    {
        try
        {
            await run(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Asked to stop, by whoever waits for all or by the failure of another task.
        }
        catch (Exception)
        {
            await _stop.CancelAsync();
            throw;
        }
    }
}
