using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.ControllerManager;

/// <summary>
/// The stores of a process: one for each resource that anybody reads, kept by one watch and shared by all who read it. Each reader
/// brings a <see cref="Reading{T}"/>, by which the store keeps what any of them reads and no more. Readers are added before the
/// watches start; a store that nobody asked for is never filled.
/// </summary>
public sealed class SharedStores
{
    private readonly Dictionary<string, Watched> _byPath = new(StringComparer.Ordinal);
    private bool _areStarted;

    /// <summary>How a store is filled once its watch starts.</summary>
    private delegate Task Fill(RunningTasks running, ProcessParts parts);

    private sealed record Watched(object Store, Fill Fill);

    /// <summary>The store of a resource, which keeps from now on what <paramref name="reading"/> reads.</summary>
    public ObjectStore<T> Of<T>(Resource<T> resource, Reading<T> reading) where T : KubeObject, new()
    {
        if (_areStarted) throw new InvalidOperationException($"the watch of {resource.Plural} runs already; what it left out cannot be had any more");
        if (!_byPath.TryGetValue(resource.CollectionPath, out var watched))
        {
            var made = new ObjectStore<T>();
            _byPath[resource.CollectionPath] = watched = new Watched(made, (running, parts) => Watch(resource, made, running, parts));
        }
        var store = (ObjectStore<T>)watched.Store;
        store.Add(reading);
        return store;
    }

    /// <summary>Starts all watches; completes when every store is complete.</summary>
    internal Task Start(RunningTasks running, ProcessParts parts)
    {
        _areStarted = true;
        return Task.WhenAll(_byPath.Values.Select(w => w.Fill(running, parts)).ToList());
    }

    private static Task Watch<T>(Resource<T> resource, ObjectStore<T> store, RunningTasks running, ProcessParts parts)
        where T : KubeObject, new()
    {
        var options = new WatcherOptions { StreamsLists = StreamedLists.AreWanted, Metrics = parts.Metrics };
        running.Add(new Reflector<T>(parts.Api, resource, store, options, parts.Time, parts.Loggers.CreateLogger<Reflector<T>>()).RunAsync);
        return store.Synced;
    }
}
