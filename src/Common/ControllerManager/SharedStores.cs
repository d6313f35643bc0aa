using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ControllerManager;

/// <summary>
/// The stores of a process: one for each resource that anybody reads, kept by one watch and shared by all who read it. Each reader
/// brings a <see cref="Reading{T}"/>, by which the store keeps what any of them reads and no more. Readers are added before the
/// watches start; a store that nobody asked for is never filled.
/// </summary>
public sealed class SharedStores
{
    private readonly Dictionary<string, IResourceWatch> _byPath = new(StringComparer.Ordinal);
    private bool _areStarted;

    /// <summary>The store of a resource, which keeps from now on what <paramref name="reading"/> reads.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="reading">What is read of its objects.</param>
    /// <param name="after">For a reading that depends on what another store knows: its watch begins when this has completed.</param>
    public ObjectStore<T> Of<T>(Resource<T> resource, Reading<T> reading, Task? after = null) where T : KubeObject, new()
    {
        if (_areStarted) throw new InvalidOperationException($"the watch of {resource.Plural} runs already; what it left out cannot be had any more");
        if (!_byPath.TryGetValue(resource.CollectionPath, out var watch)) _byPath[resource.CollectionPath] = watch = new ResourceWatch<T>(resource);
        var typed = (ResourceWatch<T>)watch;
        if (after is not null) typed.BeginAfter(after);
        typed.Store.Add(reading);
        return typed.Store;
    }

    /// <summary>
    /// Lists a resource once more, because a reading takes more of its objects than it did. The store keeps what it knows until that list is
    /// complete, and tells of every object then.
    /// </summary>
    public void ReadAnew<T>(Resource<T> resource) where T : KubeObject, new() => ((ResourceWatch<T>)_byPath[resource.CollectionPath]).ReadAnew();

    /// <summary>Starts all watches; completes when every store is complete.</summary>
    internal Task Start(RunningTasks running, ProcessParts parts)
    {
        _areStarted = true;
        return Task.WhenAll(_byPath.Values.Select(w => w.Start(running, parts)).ToList());
    }
}
