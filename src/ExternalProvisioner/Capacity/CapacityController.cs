using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Deletion;
using Sidecars.ExternalProvisioner.Intents;
using Sidecars.ExternalProvisioner.NodeDeployment;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>
/// Publishes how much storage there is of each class in each segment (provisioner contract 9.3), and asks the driver again in a period and whenever something
/// happened that may have changed it. One key for each item, and one timer for all: a driver that is slow is asked later, and nothing piles up.
/// </summary>
internal sealed partial class CapacityController : IControllers, IProvisionObserver
{
    /// <summary>What a timer takes.</summary>
    private static readonly TimeSpan s_leastPeriod = TimeSpan.FromMilliseconds(1);

    private readonly CapacityWork _work = new();
    private readonly CapacityOptions _options;
    private readonly DriverFacts _driver;
    private readonly ApiClient _api;
    private readonly CapacityObjects _objects;
    private readonly KeyController _controller;
    private readonly CapacityReconciler _reconciler;
    private readonly TimeProvider _time;

    /// <param name="context">The process.</param>
    /// <param name="driver">The driver.</param>
    /// <param name="caches">Classes and volumes.</param>
    /// <param name="nodes">Where the nodes stand; null where the driver sees no difference.</param>
    /// <param name="own">The one node whose room is published; null where it is that of all.</param>
    /// <param name="calls">Asks the driver.</param>
    /// <param name="setup">What is asked of us, and what the start found out.</param>
    /// <param name="backoff">How long failed items wait.</param>
    public CapacityController(
        SidecarContext context, DriverFacts driver, Caches caches, NodeTopology? nodes, OwnNode? own, DriverCalls calls, CapacitySetup setup, ItemBackoff<string> backoff)
    {
        (_driver, _options, _time) = (driver, setup.Options, context.Time);
        _api = context.NewClient(_options.Rate);
        _controller = new KeyController("capacity", "csistoragecapacity", backoff, context);
        _objects = new CapacityObjects(_api, context.Stores, setup, driver.Name, ManagedBy.Of(own?.Name));
        _reconciler = new CapacityReconciler(_work, _objects, caches, calls, context.Loggers.CreateLogger<CapacityReconciler>());
        _ = new CapacityMetrics(context.Metrics, _work, _objects);

        caches.Classes.Changed += ClassChanged;
        _objects.Changed += ObjectChanged;
        context.Stores.Of(Resources.PersistentVolumes, ReadAffinity);
        if (own is not null) Add(_work.NodeChanged(own.Name, () => own.Place));
        else if (nodes is not null) nodes.Changed += node => NodeChanged(nodes, node);
        else context.Stores.Of(Resources.CsiNodes, new Readings(new AskedDriver(driver.Name)).DriverNode).Changed += DriverNodeChanged;

        if (!driver.Controller.Has(ControllerRpc.GetCapacity)) Log.NotAnnounced(context.Loggers.CreateLogger<CapacityController>(), driver.Name);
    }

    public void Start(RunningTasks running)
    {
        Add(_work.All); // before any worker takes a key: each item once
        _controller.Start(running, _options.Threads, _reconciler.Reconcile);
        running.Add(Poll);
    }

    public void Dispose()
    {
        _controller.Dispose();
        _api.Dispose();
    }

    /// <summary>A volume was made: there is less where it is, or, where it is everywhere, of its class.</summary>
    public void Provisioned(PersistentVolume volume)
    {
        if (AffinityPlaces.Of(volume) is { } places) AddPlaces(places);
        else if (volume.Spec.StorageClassName is { } storageClass) Add(_work.OfClass(storageClass));
    }

    /// <summary>The driver was asked for a volume and did not make it, perhaps because there is less than we said.</summary>
    public void NotProvisioned(StorageClass storageClass, ProvisionState state)
    {
        if (state is not ProvisionState.NoChange) Add(_work.OfClass(storageClass.Name));
    }

    /// <summary>A volume was deleted: there is more where it was. Where that is not known, the next poll finds out.</summary>
    public void Deleted(PersistentVolume volume)
    {
        if (AffinityPlaces.Of(volume) is { } places) AddPlaces(places);
    }

    private async Task Poll(CancellationToken stop)
    {
        var period = _options.PollInterval < s_leastPeriod ? s_leastPeriod : _options.PollInterval;
        using var timer = new PeriodicTimer(period < TimeLimit.Longest ? period : TimeLimit.Longest, _time);
        while (await timer.WaitForNextTickAsync(stop)) Add(_work.All);
    }

    private void ClassChanged(StoreChange<StorageClass> change)
    {
        var (name, counts) = ((change.New ?? change.Old)!.Name, change.New is { } now && Counts(now));
        var changed = _work.ClassChanged(name, counts);
        var isNews = counts && change.New!.Metadata.ResourceVersion != change.Old?.Metadata.ResourceVersion; // a list tells of all of them again
        Add(isNews ? _work.OfClass(name) : changed);
    }

    /// <summary>One that is gone, by whomever, is missing; one for which there is no item, or another object, is too many. Any other is as we know it.</summary>
    private void ObjectChanged(StoreChange<CsiStorageCapacity> change)
    {
        var (old, now) = (change.Old is { } before ? CapacityItem.KeyOf(before) : null, change.New is { } after ? CapacityItem.KeyOf(after) : null);
        if (old is not null && old != now) _controller.Queue.Add(old);
        if (now is not null && (_work.Find(now) is null || _objects.Of(now).Count > 1)) _controller.Queue.Add(now);
    }

    /// <summary>One that cannot be read now stands where it stood.</summary>
    private void NodeChanged(NodeTopology nodes, string node)
    {
        if (!nodes.IsUnreadable(node)) Add(_work.NodeChanged(node, () => PlaceOf(nodes, node)));
    }

    /// <summary>Without topology there is one segment, as soon as the driver is on any node.</summary>
    private void DriverNodeChanged(StoreChange<CsiNode> change) =>
        Add(_work.NodeChanged((change.New ?? change.Old)!.Name, () => change.New?.Own is null ? null : TopologyTerm.Everywhere));

    private static TopologyTerm? PlaceOf(NodeTopology nodes, string node) =>
        nodes.HasDriver(node) && nodes.LabelsOf(node) is { } labels ? NodeTopology.Place(labels, nodes.KeysOf(node)) : null;

    private bool Counts(StorageClass storageClass) =>
        storageClass.Provisioner == _driver.Name && (_options.CoversImmediateBinding || storageClass.VolumeBindingMode is not WellKnown.Immediate);

    /// <summary>Of our own volumes, where they are.</summary>
    private void ReadAffinity(PersistentVolume read, PersistentVolume kept)
    {
        if (read.Spec.NodeAffinity is { } affinity && VolumeOwnership.IsOurs(read, _driver.Name)) kept.SpecToFill().NodeAffinity = affinity;
    }

    private void AddPlaces(IEnumerable<TopologyTerm> places)
    {
        foreach (var place in places) Add(_work.OfSegment(place));
    }

    private void Add(IEnumerable<string> keys)
    {
        foreach (var key in keys) _controller.Queue.Add(key);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The driver does not announce GET_CAPACITY; unless it answers all the same, --enable-capacity publishes nothing {driver}")]
        public static partial void NotAnnounced(ILogger logger, string driver);
    }
}
