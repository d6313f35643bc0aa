using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;
using Sidecars.Kubernetes.Watching;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Groups;

/// <summary>
/// The part of the controller that works on groups. It begins when the cluster serves their kinds, be that later than everything else; until then
/// it asks now and then. Its stores are its own: those that a process shares have to be complete before anything begins.
/// </summary>
internal sealed partial class GroupControllers : IDisposable
{
    private readonly SidecarContext _context;
    private readonly SnapshotControllerOptions _options;
    private readonly GroupObjects _objects;
    private readonly GroupQueues _queues;
    private readonly GroupTriggers _triggers;
    private readonly GroupReconciler _reconciler;
    private readonly GroupContentReconciler _contentReconciler;
    private readonly ILogger _log;

    /// <param name="context">The process.</param>
    /// <param name="options">What the command line asks for.</param>
    /// <param name="caches">Everything else that is known.</param>
    /// <param name="objects">What is known of groups.</param>
    /// <param name="queues">Where snapshots stand in line.</param>
    /// <param name="channels">By what users learn of groups.</param>
    public GroupControllers(
        SidecarContext context, SnapshotControllerOptions options, Caches caches, GroupObjects objects, Queues queues, Channels channels)
    {
        (_context, _options, _objects, _log) = (context, options, objects, context.Loggers.CreateLogger<GroupControllers>());
        _queues = new GroupQueues(Controller("groups", "snapshot-controller-group-snapshot"),
            Controller("group contents", "snapshot-controller-group-content"));
        var own = new OwnWrites<VolumeGroupSnapshot>(objects.Groups, key => _queues.Groups.Queue.Add(key.ToString()));
        var writers = new GroupWriters(
            new(context.Api, Resources.VolumeGroupSnapshots, objects.Groups, own),
            new(context.Api, Resources.VolumeGroupSnapshotContents, objects.Contents),
            new(context.Api, Resources.VolumeSnapshots, caches.Snapshots),
            new(context.Api, Resources.VolumeSnapshotContents, caches.Contents));
        var reports = new GroupReports(writers.Groups, channels);
        var marks = new GroupMarks(writers.Groups);
        var status = new GroupStatusUpdate(writers.Groups, reports);
        var planner = new GroupPlanner(caches, objects, context.Api);
        var refusals = new GroupRefusals(objects);
        _reconciler = new GroupReconciler(objects,
            new DynamicGroups(planner, new GroupMembers(caches, writers), writers, marks, status, reports, refusals),
            new ImportedGroups(objects, writers.Contents, marks, status, reports), new ReadyGroups(writers.Contents, marks, reports),
            new GroupDeletion(caches, objects, writers, reports), reports);
        _contentReconciler = new GroupContentReconciler(objects, writers.Contents, context.Api, context.Events);
        _triggers = new GroupTriggers(caches, objects, queues, _queues, own, refusals)
        {
            Forget = uid =>
            {
                reports.Gone(uid);
                refusals.Forget(uid);
            },
        };
        objects.Groups.Changed += _triggers.GroupChanged;
        objects.Contents.Changed += _triggers.ContentChanged;
        objects.Classes.Changed += _triggers.ClassChanged;
        caches.Claims.Changed += _triggers.ClaimChanged;
        caches.Volumes.Changed += _triggers.VolumeChanged;
    }

    /// <summary>Called when it is known whether there are groups, and which: what had to wait for that is looked at again.</summary>
    public required Action Known { get; init; }

    /// <summary>Works on groups from when their kinds are served until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await Served(stop);
        // What could not be read while it was not served is unknown again, until it has been read.
        _objects.State = GroupState.Unknown;
        var running = new RunningTasks(stop);
        Watch(running, Resources.VolumeGroupSnapshots, _objects.Groups);
        Watch(running, Resources.VolumeGroupSnapshotContents, _objects.Contents);
        Watch(running, Resources.VolumeGroupSnapshotClasses, _objects.Classes);
        if (!await running.Reached(Task.WhenAll(_objects.Groups.Synced, _objects.Contents.Synced, _objects.Classes.Synced))) return;
        _objects.State = GroupState.On;
        Log.On(_log);
        _queues.Groups.Start(running, _options.WorkerThreads, (key, ended) => _reconciler.Reconcile(Queues.KeyOf(key), ended));
        _queues.Contents.Start(running, _options.WorkerThreads, _contentReconciler.Reconcile);
        Known();
        await running.All();
    }

    /// <summary>Looks at everything again that is not done.</summary>
    public void LookAgain()
    {
        if (_objects.IsOn) _triggers.LookAgain();
    }

    public void Dispose() => _queues.Dispose();

    /// <summary>
    /// Completes when all three kinds can be listed; says once that they are not there or not for us, and each time something else is in the way,
    /// which says nothing of them.
    /// </summary>
    private async Task Served(CancellationToken stop)
    {
        var isTold = false;
        for (; await Kinds.Missing(_context.Api, Kinds.OfGroups, stop) is { } missing; await Pause.For(_options.GroupProbe, _context.Time, stop))
        {
            if (missing.Failure is { IsNotFound: false, IsForbidden: false })
            {
                Log.NotKnown(_log, missing.Kind, missing.Failure.ToString(), _options.GroupProbe);
                continue;
            }
            if (!isTold) Log.Off(_log, missing.Kind, missing.Failure.ToString(), _options.GroupProbe);
            isTold = true;
            if (_objects.State is GroupState.Off) continue;
            _objects.State = GroupState.Off;
            Known();
        }
    }

    private void Watch<T>(RunningTasks running, Resource<T> resource, ObjectStore<T> store) where T : KubeObject, new()
    {
        var options = new WatcherOptions { StreamsLists = StreamedLists.AreWanted, Metrics = _context.Metrics };
        running.Add(new Reflector<T>(_context.Api, resource, store, options, _context.Time, _context.Loggers.CreateLogger<Reflector<T>>()).RunAsync);
    }

    private KeyController Controller(string name, string metric) =>
        new(name, metric, new ItemBackoff<string>(_options.RetryIntervalStart, _options.RetryIntervalMax), _context);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Groups of snapshots are worked on")]
        public static partial void On(ILogger logger);

        [LoggerMessage(2, LogLevel.Warning,
            "Groups of snapshots are not worked on until their kinds can be listed, which is tried again; "
            + "install their definitions, or allow the account to list them {Missing} {Err} {Every}")]
        public static partial void Off(ILogger logger, string missing, string err, TimeSpan every);

        [LoggerMessage(3, LogLevel.Warning, "Cannot tell whether the cluster serves groups of snapshots, asking again {Kind} {Err} {RetryAfter}")]
        public static partial void NotKnown(ILogger logger, string kind, string err, TimeSpan retryAfter);
    }
}
