namespace Sidecars.EmbeddedCluster;

/// <summary>A watch that is being served, with the fault that will end it.</summary>
internal sealed class ActiveWatch(RequestInfo request, string userAgent, string user)
{
    private readonly TaskCompletionSource<FaultAction> _commanded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RequestInfo Request { get; } = request;

    public string UserAgent { get; } = userAgent;

    public string User { get; } = user;

    /// <summary>A fault that was planned before the watch began; null for none.</summary>
    public FaultAction? Planned { get; init; }

    /// <summary>Completes when a fault strikes the running watch.</summary>
    public Task<FaultAction> Commanded => _commanded.Task;

    public void Command(FaultAction action) => _commanded.TrySetResult(action);
}
