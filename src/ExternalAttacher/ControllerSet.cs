using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.ExternalAttacher.Attachments;
using Sidecars.ExternalAttacher.Objects;
using Sidecars.ExternalAttacher.Publication;
using Sidecars.ExternalAttacher.Requests;
using Sidecars.ExternalAttacher.Volumes;
using Sidecars.ExternalAttacher.Waiting;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.ExternalAttacher;

/// <summary>
/// The caches, queues and controllers of one leadership. The watches start first, the workers when all caches are complete, so that
/// no attachment is judged by half a picture; a standby replica holds nothing.
/// </summary>
internal sealed class ControllerSet(
    DriverFacts driver, AttacherOptions options, ApiClient api, CsiConnection connection, EventRecorder events,
    MetricRegistry registry, TimeProvider time, ILoggerFactory loggers)
{
    private readonly Caches _caches = new(driver);

    public async Task RunAsync(CancellationToken stop)
    {
        using var attachQueue = Queue("csi-attacher-va");
        using var detachQueue = Queue("csi-attacher-va-detach");
        using var volumeQueue = Queue("csi-attacher-pv");
        var abandoned = new AbandonedVolumes();
        var lanes = new Lanes(new Lane("attach", attachQueue, Backoff()), new Lane("detach", detachQueue, Backoff()),
            name => _caches.FindAttachment(name) is { IsBeingDeleted: true } || abandoned.Of(name).Count > 0);
        using var waiting = new WaitingAttachments(lanes, new RetryTimes(options.RetryIntervalStart, options.RetryIntervalMax), events, registry, time);
        var memory = new AttachmentMemory(new ForcedAttachments(), abandoned, waiting);
        var triggers = new Triggers(driver, _caches, lanes, memory, volumeQueue);
        _caches.Attachments.Changed += triggers.AttachmentChanged;
        _caches.Volumes.Changed += triggers.VolumeChanged;
        _caches.Nodes.Changed += triggers.NodeChanged;

        var running = new RunningTasks(stop);
        running.Add(events.RunAsync);
        List<Task> synced = [Watch(running, AttacherResources.Attachments, _caches.Attachments)];
        if (driver.Publishes)
        {
            synced.Add(Watch(running, AttacherResources.Volumes, _caches.Volumes));
            synced.Add(Watch(running, AttacherResources.Nodes, _caches.Nodes));
        }
        if (!await running.Reached(Task.WhenAll(synced))) return;

        var writer = new AttachmentWriter(_caches, api, driver, options.NotesErrorCodes, time);
        if (driver.Publishes) StartPublishing(running, lanes, memory, writer, volumeQueue);
        else StartMarking(running, lanes, new TrivialReconciler(_caches, writer, memory, Log<TrivialReconciler>()));
        if (options.Resync > TimeSpan.Zero) running.Add(ended => LookAgain(triggers, ended));
        await running.All();
    }

    private void StartPublishing(RunningTasks running, Lanes lanes, AttachmentMemory memory, AttachmentWriter writer, WorkQueue<string> volumeQueue)
    {
        var marks = new VolumeMarks(_caches, api, driver.Finalizer);
        var origins = new VolumeOrigins(_caches, api);
        var nodes = new NodeIds(_caches.Nodes, driver.Name);
        var composer = new OrderComposer(driver, options.DefaultFsType, origins, marks, new SecretReader(api), nodes);
        var calls = new DriverCalls(connection, options.Timeout, time);

        StartLane(running, lanes, lanes.Attach, new AttachReconciler(_caches, composer, calls, writer, memory, Log<AttachReconciler>()).Reconcile);
        var detach = new DetachReconciler(_caches, composer, calls, writer, memory, driver.Finalizer, Log<DetachReconciler>());
        StartLane(running, lanes, lanes.Detach,
            new AbandonedReconciler(_caches, calls, memory.Abandoned, driver.Finalizer, detach.Reconcile, Log<AbandonedReconciler>()).Reconcile);
        var volumes = new VolumeReconciler(driver, _caches, marks, Log<VolumeReconciler>());
        running.Add(new ControllerLoop<string>("volumes", volumeQueue, Backoff(), options.WorkerThreads, volumes.Reconcile, Log<ControllerLoop<string>>()).RunAsync);
        if (!driver.ListsPublished) return;
        var published = new PublishedVolumes(connection, options.Timeout, options.MaxEntries, time);
        var check = new PublicationCheck(_caches, published, new Expectations(driver, origins, nodes), lanes, memory.Forced, Log<PublicationCheck>());
        running.Add(ended => check.RunAsync(options.ReconcileSync, time, ended));
    }

    private void StartMarking(RunningTasks running, Lanes lanes, TrivialReconciler trivial)
    {
        StartLane(running, lanes, lanes.Attach, trivial.Reconcile);
        StartLane(running, lanes, lanes.Detach, trivial.Reconcile);
    }

    private void StartLane(RunningTasks running, Lanes lanes, Lane lane, Func<string, CancellationToken, ValueTask<Outcome>> work) =>
        running.Add(new ControllerLoop<string>(
            lane.Name, lane.Queue, lane.Backoff, options.WorkerThreads, lanes.OneAtATime(lane, work), Log<ControllerLoop<string>>()).RunAsync);

    private async Task LookAgain(Triggers triggers, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(options.Resync, time, stop);
                triggers.LookAgain();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private Task Watch<T>(RunningTasks running, Resource<T> resource, ObjectStore<T> store) where T : KubeObject
    {
        var reflector = new Reflector<T>(api, resource, store, new WatcherOptions { StreamsLists = StreamedLists.AreWanted }, time, Log<Reflector<T>>());
        running.Add(reflector.RunAsync);
        return reflector.Synced;
    }

    private WorkQueue<string> Queue(string name) => new(new QueueMetrics(registry, name), time);

    private ItemBackoff<string> Backoff() => new(options.RetryIntervalStart, options.RetryIntervalMax);

    private ILogger<T> Log<T>() => loggers.CreateLogger<T>();
}
