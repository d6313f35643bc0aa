using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Groups;
using Sidecars.SnapshotController.Metrics;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Placement;
using Sidecars.SnapshotController.Snapshots;
using Sidecars.SnapshotController.Sources;
using Sidecars.SnapshotController.Telling;
using Sidecars.SnapshotController.Waiting;

namespace Sidecars.SnapshotController;

/// <summary>What snapshot-controller reads, remembers and runs while it may work: a line each for snapshots, contents and claims, and the part for
/// groups.</summary>
internal sealed class SnapshotControllers : IControllers
{
    private readonly SidecarContext _context;
    private readonly SnapshotControllerOptions _options;
    private readonly Queues _queues;
    private readonly ClaimProtection _claims;
    private readonly SnapshotReconciler _snapshotReconciler;
    private readonly ContentReconciler _contentReconciler;
    private readonly Triggers _triggers;
    private readonly GroupControllers? _groups;

    public SnapshotControllers(SidecarContext context, SnapshotControllerOptions options)
    {
        (_context, _options) = (context, options);
        var caches = new Caches(context.Stores, options);
        var groups = new GroupObjects(options.HasGroups);
        _queues = new Queues(Controller("snapshots", "snapshot-controller-snapshot"), Controller("contents", "snapshot-controller-content"),
            Controller("claims", "snapshot-controller-claim"));

        var channels = new Channels(context.Events, context.Time, new Operations(context.Metrics, context.Time),
            new LongWaits(context.Events, context.Time));
        var own = new OwnWrites<VolumeSnapshot>(caches.Snapshots, key => _queues.Snapshots.Queue.Add(key.ToString()));
        var writers = new Writers(new(context.Api, Resources.VolumeSnapshots, caches.Snapshots, own),
            new(context.Api, Resources.VolumeSnapshotContents, caches.Contents));
        var reports = new SnapshotReports(writers.Snapshots, channels);
        var marks = new SnapshotMarks(writers.Snapshots);
        _claims = new ClaimProtection(caches, context.Api, _queues.Claims.Queue, context.Events, LogOf<ClaimProtection>());
        var status = new StatusUpdate(writers.Snapshots, reports, groups, options.BoundPause, context.Time);
        var refusals = new ModeRefusals(caches, reports);
        var deletion = new SnapshotDeletion(caches, writers, groups, reports);
        var placement = new ContentPlacement(caches, writers.Contents, LogOf<ContentPlacement>());
        var made = new MadeSnapshots(_claims, marks, placement, status, reports);
        var dynamic = new DynamicSnapshots(
            new ContentPlanner(caches, placement, options), marks, _claims, writers.Contents, made, reports, LogOf<DynamicSnapshots>());
        var imported = new ImportedSnapshots(caches, marks, writers.Contents, status, reports);
        var unready = new UnreadySnapshots(caches, dynamic, imported, new MemberSnapshots(caches, marks, status, reports), reports);
        var ready = new ReadySnapshots(marks, writers, groups, refusals, reports);
        _snapshotReconciler = new SnapshotReconciler(caches, unready, ready, deletion);
        _contentReconciler = new ContentReconciler(caches, writers.Contents, context.Api, context.Events, LogOf<ContentReconciler>());

        _triggers = new Triggers(caches, _queues, own, _claims, deletion, refusals)
        {
            Forget = uid =>
            {
                reports.Gone(uid);
                status.Forget(uid);
                deletion.Forget(uid);
            },
        };
        caches.Snapshots.Changed += _triggers.SnapshotChanged;
        caches.Contents.Changed += _triggers.ContentChanged;
        caches.Classes.Changed += _triggers.ClassChanged;
        caches.Claims.Changed += _triggers.ClaimChanged;
        caches.Volumes.Changed += _triggers.VolumeChanged;
        if (caches.Nodes is { } nodes) nodes.Changed += _triggers.NodeChanged;
        if (options.HasGroups)
            _groups = new GroupControllers(context, options, caches, groups, _queues, channels) { Known = _triggers.GroupsKnown };
    }

    public void Start(RunningTasks running)
    {
        // Claims that a controller before this one held, and whose snapshots were gone before all was known. All stands in line before the work
        // begins: what is being worked on would be looked at a second time at once.
        _triggers.LookAgain();
        _queues.Snapshots.Start(running, _options.WorkerThreads, (key, stop) => _snapshotReconciler.Reconcile(Queues.KeyOf(key), stop));
        _queues.Contents.Start(running, _options.WorkerThreads, _contentReconciler.Reconcile);
        _queues.Claims.Start(running, _options.WorkerThreads, (key, stop) => _claims.Release(Queues.KeyOf(key), stop));
        if (_groups is not null) running.Add(_groups.RunAsync);
        if (_options.Resync > TimeSpan.Zero) running.Add(LookAgain);
    }

    public void Dispose()
    {
        _groups?.Dispose();
        _queues.Dispose();
    }

    private async Task LookAgain(CancellationToken stop)
    {
        while (true)
        {
            await Pause.For(_options.Resync, _context.Time, stop);
            _triggers.LookAgain();
            _groups?.LookAgain();
        }
    }

    private KeyController Controller(string name, string metric) =>
        new(name, metric, new ItemBackoff<string>(_options.RetryIntervalStart, _options.RetryIntervalMax), _context);

    private ILogger<T> LogOf<T>() => _context.Loggers.CreateLogger<T>();
}
