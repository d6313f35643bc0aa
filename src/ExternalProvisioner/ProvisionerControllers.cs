using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner.Capacity;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Deletion;
using Sidecars.ExternalProvisioner.Intents;
using Sidecars.ExternalProvisioner.Metrics;
using Sidecars.ExternalProvisioner.NodeDeployment;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Shortfalls;
using Sidecars.ExternalProvisioner.Sources;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.ExternalProvisioner.Volumes;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Queueing;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalProvisioner;

/// <summary>
/// What csi-provisioner reads, remembers and runs while it may work: one controller for claims, one for volumes, one for objects that
/// could not be written at once. A feature with a controller of its own adds it here.
/// </summary>
internal sealed class ProvisionerControllers : IControllers
{
    /// <summary>Volumes whose objects are written at once, of those whose first write failed.</summary>
    private const int SaveWorkers = 4;

    private static readonly TimeSpan s_firstSaveRetry = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_longestSaveRetry = TimeSpan.FromSeconds(1000);

    private readonly SidecarContext _context;
    private readonly ProvisionerOptions _options;
    private readonly KeyController _claims;
    private readonly KeyController _volumes;
    private readonly KeyController _unsaved;
    private readonly ClaimReconciler _claimReconciler;
    private readonly VolumeReconciler _volumeReconciler;
    private readonly VolumeSaver _saver;
    private readonly CloneProtectionController? _cloneProtection;
    private readonly SnapshotSweep? _snapshotSweep;
    private readonly CapacityController? _capacity;
    private readonly ShortfallReport _shortfalls;

    /// <param name="context">The process.</param>
    /// <param name="options">What the command line asks for.</param>
    /// <param name="capacity">What was found out for publishing capacity; null does not publish it.</param>
    public ProvisionerControllers(SidecarContext context, ProvisionerOptions options, CapacitySetup? capacity)
    {
        (_context, _options) = (context, options);
        var driver = DriverFacts.Of(context.Driver, context.Time, options.Nodes.Node);
        var asked = new AskedDriver(driver.Name, options.Nodes.Node);
        var node = OwnNode.Of(options.Nodes, context.Driver.Node);
        var caches = new Caches(context.Stores, asked, driver.Attaches);
        var places = !driver.Plugin.HasTopology || !options.UsesTopology ? null
            : node is null ? NodeTopology.Watched(context.Stores, driver.Name) : NodeTopology.Fixed(node.Name, node.Place);
        _claims = Controller("claims", Backoff());
        _volumes = Controller("volumes", Backoff());
        _unsaved = Controller("unsavedpvs", new ItemBackoff<string>(s_firstSaveRetry, s_longestSaveRetry));

        var metrics = new OperationMetrics(context.Metrics);
        var calls = new DriverCalls(context.Driver.Connection, options.Timeout, context.Time);
        var secrets = new SecretReader(context.Api);

        if (capacity is not null) _capacity = new CapacityController(context, driver, caches, places, node, calls, capacity, Backoff());

        var memory = new ClaimMemory(options.RetryIntervalMax, context.Time);
        var lookup = new ClaimLookup(caches, memory, context.Api);
        var claimReports = new ClaimReports(context.Events, metrics, context.Time);
        var users = new SourceUsers(caches, memory.InProgress, options.Sources);
        var hold = new SourceHold(context.Api, caches, users, options.Naming, Log<SourceHold>());
        var volumes = new VolumeComposer(driver, options.ControllerPublishReadOnly, placesVolumes: places is not null);
        _saver = new VolumeSaver(context.Api, caches, volumes, context.Events, _unsaved.Queue, Log<VolumeSaver>()) { WhenSaved = hold.LetGo };
        var names = new VolumeNames(asked, options.Naming, caches, _saver, memory.InProgress);
        var topology = places is null ? null : new TopologyPart(new Placement(places, new ClusterTopology(places), options.Topology), memory);
        var composer = RequestComposer.Of(
            driver, options, SourceParts.Of(context.Api, options.Sources, memory.InProgress, users, hold), topology, secrets, new AttributesClasses(context.Api, context.Time), context.Loggers);
        var maker = new VolumeMaker(calls, context.Api, caches, volumes, placesVolumes: places is not null, context.Time, Log<VolumeMaker>());
        var abandoned = new AbandonedVolumes(asked, caches, context.Api, names, composer, calls, memory.InProgress, Log<AbandonedVolumes>());
        var intents = new ClaimIntents(asked, options.NotesIntents, caches, memory, names, abandoned, context.Api, claimReports, _claims.Queue.Add, Log<ClaimIntents>());
        var turns = node is null ? null : Turns(node, options.Nodes);
        var ownership = node is null ? null : new NodeOwnership(node, places is not null, options.Nodes, turns!,
            composer, claim => names.Of(claim).Name, calls, options.RetryIntervalMax, caches, context.Api, Log<NodeOwnership>());
        var attempt = new ProvisionAttempt(asked, lookup, memory, names, composer, intents, maker, _saver, claimReports);
        _claimReconciler = new ClaimReconciler(asked, caches, lookup, memory, intents, ownership, attempt, new NodeRelease(caches, context.Api), claimReports, Log<ClaimReconciler>()) { Observer = _capacity };

        var atDriver = new DriverDeletion(driver, calls, caches, new DeletionSecrets(caches.Classes, secrets, Log<DeletionSecrets>()));
        _volumeReconciler = new VolumeReconciler(driver.Name, node, caches, atDriver, new VolumeWriter(caches, context.Api),
            new VolumeReports(context.Events, metrics, context.Time), Log<VolumeReconciler>()) { Observer = _capacity };

        if (options.CloningProtectionThreads > 0)
            _cloneProtection = new CloneProtectionController(context, caches, users, Backoff(), options.CloningProtectionThreads);
        if (options.SnapshotSweepInterval > TimeSpan.Zero && driver.TakesSnapshots)
            _snapshotSweep = new SnapshotSweep(users, hold, context.Api, options.SnapshotSweepInterval, context.Time, Log<SnapshotSweep>());

        _shortfalls = new ShortfallReport(driver, options, context.Api, context.Time, Log<ShortfallReport>());

        var triggers = new Triggers(asked, caches, memory, _saver, atDriver, _claims.Queue, _volumes);
        if (places is not null) places.Changed += changed => memory.WithoutPlace.NodeChanged(changed, places, _claims.Queue);
        caches.Claims.Changed += triggers.ClaimChanged;
        caches.Volumes.Changed += triggers.VolumeChanged;
        caches.Classes.Changed += triggers.ClassChanged;
        caches.Attachments.Changed += triggers.AttachmentChanged;
    }

    public void Start(RunningTasks running)
    {
        _claims.Start(running, _options.WorkerThreads, _claimReconciler.Reconcile, longWait: _claimReconciler.TellWait);
        _volumes.Start(running, _options.WorkerThreads, _volumeReconciler.Reconcile);
        _unsaved.Start(running, SaveWorkers, _saver.Retry);
        _cloneProtection?.Start(running);
        if (_snapshotSweep is not null) running.Add(_snapshotSweep.RunAsync);
        _capacity?.Start(running);
        running.Add(_shortfalls.RunAsync);
    }

    public void Dispose()
    {
        _claims.Dispose();
        _volumes.Dispose();
        _unsaved.Dispose();
        _cloneProtection?.Dispose();
        _capacity?.Dispose();
    }

    /// <summary>Of the claims of the driver, also those that have their volume, the nodes are learned that share the work.</summary>
    private TakingTurns Turns(OwnNode node, NodeDeploymentOptions options)
    {
        var known = new KnownNodes(node.Name);
        var turns = new TakingTurns(options, known, _context.Time, Random.Shared.NextDouble);
        _context.Stores.Of(Resources.PersistentVolumeClaims, (read, _) =>
        {
            if (ClaimOwnership.SelectedNodeOf(read) is { Length: > 0 } selected && ClaimOwnership.Asks(read, _context.Driver.Name)) known.See(selected);
        });
        known.Grew += () =>
        {
            foreach (var uid in turns.Waiting) _claims.Queue.Add(uid);
        };
        return turns;
    }

    private KeyController Controller(string name, ItemBackoff<string> backoff) => new(name, name, backoff, _context);

    private ItemBackoff<string> Backoff() => new(_options.RetryIntervalStart, _options.RetryIntervalMax);

    private ILogger<T> Log<T>() => _context.Loggers.CreateLogger<T>();
}
