using Sidecars.ControllerManager;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>
/// The objects that carry our labels in our namespace, found by what they are for, and the writes of them (provisioner contract 9.3). Objects with other labels
/// are not seen at all. Own writes are shown at once, so that nothing is written twice while the watch is late. A write answers why it failed, or null.
/// </summary>
internal sealed class CapacityObjects
{
    private const string NamePrefix = "csisc-";
    private const string DriverLabel = "csi.storage.k8s.io/drivername";
    private const string ManagedByLabel = "csi.storage.k8s.io/managed-by";

    private readonly ApiClient _api;
    private readonly Resource<CsiStorageCapacity> _resource;
    private readonly OwnerReference? _owner;
    private readonly string _namespace;
    private readonly StringMap _labels;
    private readonly ObjectStore<CsiStorageCapacity> _store;
    private readonly ObjectIndex<CsiStorageCapacity> _byItem;

    /// <param name="api">Client of the writes.</param>
    /// <param name="stores">Where the objects are watched.</param>
    /// <param name="setup">Kind, namespace and owner.</param>
    /// <param name="driver">Name of the driver.</param>
    /// <param name="managedBy">Who of several provisioners of the driver we are.</param>
    public CapacityObjects(ApiClient api, SharedStores stores, CapacitySetup setup, string driver, string managedBy)
    {
        (_api, _resource, _owner, _namespace) = (api, setup.Resource, setup.Owner, setup.Options.Namespace);
        _labels = StringMap.From([new(DriverLabel, driver), new(ManagedByLabel, managedBy)]);
        _store = stores.Of(_resource, Read, part: new WatchedPart(_namespace, $"{DriverLabel}={driver},{ManagedByLabel}={managedBy}"));
        _byItem = _store.IndexBy(CapacityItem.KeyOf);
    }

    /// <inheritdoc cref="ObjectStore{T}.Changed"/>
    public event Action<StoreChange<CsiStorageCapacity>> Changed
    {
        add => _store.Changed += value;
        remove => _store.Changed -= value;
    }

    public int Count => _store.Count;

    public bool HasAny(string key) => _byItem.First(key) is not null;

    /// <summary>The objects of an item; the first is the one to keep, by whoever looks: the oldest, of those that are not on their way out.</summary>
    public IReadOnlyList<CsiStorageCapacity> Of(string key) =>
        [.. _byItem.All(key).OrderBy(o => o.IsBeingDeleted).ThenBy(o => o.Metadata.CreationTimestamp).ThenBy(o => o.Name, StringComparer.Ordinal)];

    /// <summary>Whether the object says already what the driver answered.</summary>
    public bool IsCurrent(CsiStorageCapacity known, Quantity capacity, Quantity? largest) =>
        Equal(known.Capacity, capacity) && Equal(known.MaximumVolumeSize, largest) && IsOwned(known);

    public async Task<string?> Create(CapacityItem item, Quantity capacity, Quantity? largest, CancellationToken stop)
    {
        var created = await _api.CreateAsync(_resource, new CsiStorageCapacity
        {
            ApiVersion = _resource.Prefix["/apis/".Length..],
            Kind = "CSIStorageCapacity",
            Metadata = new ObjectMeta { GenerateName = NamePrefix, Namespace = _namespace, Labels = _labels, OwnerReferences = _owner is null ? null : [_owner] },
            NodeTopology = new LabelSelector { MatchLabels = item.Segment.Entries.Count is 0 ? null : StringMap.From(item.Segment.Entries) },
            StorageClassName = item.StorageClass,
            Capacity = capacity.ToString(),
            MaximumVolumeSize = largest?.ToString(),
        }, stop);
        if (!created.IsSuccess) return $"cannot create a CSIStorageCapacity in namespace {_namespace} for {item.Key}: {created.Failure}";
        _store.Fold(created.Value);
        return null;
    }

    public async Task<string?> Update(CsiStorageCapacity known, Quantity capacity, Quantity? largest, CancellationToken stop)
    {
        var (from, owners) = (known.Metadata, known.Metadata.OwnerReferences ?? []);
        var written = await _api.ReplaceAsync(_resource, new CsiStorageCapacity
        {
            ApiVersion = _resource.Prefix["/apis/".Length..],
            Kind = "CSIStorageCapacity",
            Metadata = new ObjectMeta
            {
                Name = from.Name, GenerateName = from.GenerateName, Namespace = from.Namespace, Uid = from.Uid, ResourceVersion = from.ResourceVersion,
                Labels = from.Labels, Annotations = from.Annotations, Finalizers = from.Finalizers, OwnerReferences = IsOwned(known) ? from.OwnerReferences : [.. owners, Beside(owners)],
            },
            NodeTopology = known.NodeTopology,
            StorageClassName = known.StorageClassName,
            Capacity = capacity.ToString(),
            MaximumVolumeSize = largest?.ToString(),
        }, stop);
        if (written.IsSuccess) _store.Fold(written.Value);
        else if (written.Failure.IsNotFound) _store.FoldDeletion(known.Key, known.Uid); // the watch tells of it, and then there is a new one
        else return $"cannot update CSIStorageCapacity {known.Key}: {written.Failure}";
        return null;
    }

    public async Task<string?> Delete(CsiStorageCapacity known, CancellationToken stop)
    {
        if (known.IsBeingDeleted) return null; // somebody's finalizer holds it
        var deleted = await _api.DeleteAsync(_resource, known.Key, known.Uid, stop);
        if (!deleted.IsSuccess && !deleted.Failure.IsNotFound && !deleted.Failure.IsOtherUid)
            return $"cannot delete CSIStorageCapacity {known.Key}, which nothing needs any more: {deleted.Failure}";
        if (!deleted.IsSuccess || deleted.Value.Metadata.Finalizers is not { Length: > 0 }) _store.FoldDeletion(known.Key, known.Uid);
        return null;
    }

    private bool IsOwned(CsiStorageCapacity known) => _owner is null || Array.Exists(known.Metadata.OwnerReferences ?? [], o => o.Uid == _owner.Uid);

    /// <summary>Our owner beside others, of which one may be the controller: the server takes no second one. An earlier replica set of our pod is that until it is gone.</summary>
    private OwnerReference Beside(OwnerReference[] others) => !Array.Exists(others, o => o.Controller is true)
        ? _owner!
        : new OwnerReference { ApiVersion = _owner!.ApiVersion, Kind = _owner.Kind, Name = _owner.Name, Uid = _owner.Uid };

    private static bool Equal(string? known, Quantity? wanted) =>
        known is null ? wanted is null : wanted is { } quantity && Quantity.TryParse(known, out var parsed) && parsed == quantity;

    /// <summary>All there is of it: it goes back as a whole.</summary>
    private static void Read(CsiStorageCapacity read, CsiStorageCapacity kept)
    {
        kept.TakeIdentity(read);
        kept.TakeFinalizers(read);
        kept.TakeAnnotations(read);
        var (from, to) = (read.Metadata, kept.Metadata);
        (to.GenerateName, to.CreationTimestamp, to.Labels, to.OwnerReferences) = (from.GenerateName, from.CreationTimestamp, from.Labels, from.OwnerReferences);
        (kept.NodeTopology, kept.StorageClassName, kept.Capacity, kept.MaximumVolumeSize) = (read.NodeTopology, read.StorageClassName, read.Capacity, read.MaximumVolumeSize);
    }
}
