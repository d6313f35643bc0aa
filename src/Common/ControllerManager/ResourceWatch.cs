using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.ControllerManager;

/// <summary>The one watch of a resource in a process, whatever its kind of objects.</summary>
internal interface IResourceWatch
{
    /// <summary>Starts it; completes when its store is complete.</summary>
    Task Start(RunningTasks running, ProcessParts parts);
}

/// <summary>Fills the store of a resource, and does so anew when a reading takes more than it did.</summary>
internal sealed class ResourceWatch<T>(Resource<T> resource, WatchedPart part) : IResourceWatch where T : KubeObject, new()
{
    private readonly List<Task> _awaited = [];
    private readonly Lock _lock = new();
    private Action? _endRound; // of list and watch; null between two

    public ObjectStore<T> Store { get; } = new();

    /// <summary>Does not begin before that.</summary>
    public void BeginAfter(Task something) => _awaited.Add(something);

    /// <summary>Lists once more; what is known stays until then.</summary>
    public void ReadAnew()
    {
        lock (_lock) _endRound?.Invoke();
    }

    public Task Start(RunningTasks running, ProcessParts parts)
    {
        var options = new WatcherOptions
        {
            Namespace = part.Namespace, LabelSelector = part.LabelSelector, FieldSelector = part.FieldSelector,
            StreamsLists = StreamedLists.AreWanted, Metrics = parts.Metrics,
        };
        var reflector = new Reflector<T>(parts.Api, resource, Store, options, parts.Time, parts.Loggers.CreateLogger<Reflector<T>>());
        running.Add(stop => RunAsync(reflector, stop));
        return Store.Synced;
    }

    private async Task RunAsync(Reflector<T> reflector, CancellationToken stop)
    {
        await Task.WhenAll(_awaited).WaitAsync(stop);
        while (!stop.IsCancellationRequested)
        {
            using var round = CancellationTokenSource.CreateLinkedTokenSource(stop);
            lock (_lock) _endRound = round.Cancel;
            await reflector.RunAsync(round.Token);
            lock (_lock) _endRound = null;
        }
    }
}
