using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ControllerManager;

/// <summary>
/// The stores of a process: one for each resource, or part of one, that anybody reads, kept by one watch and shared by all who read it. Each reader
/// brings a <see cref="Reading{T}"/>, by which the store keeps what any of them reads and no more. Readers are added before the
/// watches start; a store that nobody asked for is never filled.
/// </summary>
public sealed class SharedStores
{
    private readonly Dictionary<(string Path, WatchedPart Part), IResourceWatch> _watches = [];
    private bool _areStarted;

    /// <summary>The store of a resource, which keeps from now on what <paramref name="reading"/> reads.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="reading">What is read of its objects.</param>
    /// <param name="after">For a reading that depends on what another store knows: its watch begins when this has completed.</param>
    /// <param name="part">Which part of it; null is the whole. A part has a store and a watch of its own.</param>
    /// <param name="wants">Which objects are read at all; null is all. What no reader of the store wants is not kept.</param>
    public ObjectStore<T> Of<T>(Resource<T> resource, Reading<T> reading, Task? after = null, WatchedPart? part = null, Func<T, bool>? wants = null) where T : KubeObject, new()
    {
        if (_areStarted) throw new InvalidOperationException($"the watch of {resource.Plural} runs already; what it left out cannot be had any more");
        var key = (resource.CollectionPath, part ??= WatchedPart.Whole);
        if (!_watches.TryGetValue(key, out var watch)) _watches[key] = watch = new ResourceWatch<T>(resource, part);
        var typed = (ResourceWatch<T>)watch;
        if (after is not null) typed.BeginAfter(after);
        typed.Store.Add(reading, wants);
        return typed.Store;
    }

    /// <summary>
    /// Lists a resource once more, because a reading takes more of its objects than it did. The store keeps what it knows until that list is
    /// complete, and tells of every object then.
    /// </summary>
    public void ReadAnew<T>(Resource<T> resource) where T : KubeObject, new() => ((ResourceWatch<T>)_watches[(resource.CollectionPath, WatchedPart.Whole)]).ReadAnew();

    /// <summary>Starts all watches; completes when every store is complete.</summary>
    internal Task Start(RunningTasks running, ProcessParts parts)
    {
        _areStarted = true;
        return Task.WhenAll(_watches.Values.Select(w => w.Start(running, parts)).ToList());
    }
}
