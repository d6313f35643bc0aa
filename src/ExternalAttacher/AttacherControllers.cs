using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.ExternalAttacher.Attachments;
using Sidecars.ExternalAttacher.Publication;
using Sidecars.ExternalAttacher.Requests;
using Sidecars.ExternalAttacher.Volumes;
using Sidecars.ExternalAttacher.Waiting;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Queueing;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalAttacher;

/// <summary>What csi-attacher reads, remembers and runs while it may work.</summary>
internal sealed partial class AttacherControllers : IControllers
{
    private readonly SidecarContext _context;
    private readonly AttacherOptions _options;
    private readonly DriverFacts _driver;
    private readonly Caches _caches;
    private readonly KeyController _attach;
    private readonly KeyController _detach;
    private readonly KeyController _volumes;
    private readonly WorkerBound _workers; // of both lanes together, as --worker-threads promises
    private readonly Lanes _lanes;
    private readonly AttachmentMemory _memory;
    private readonly Triggers _triggers;

    public AttacherControllers(SidecarContext context, AttacherOptions options)
    {
        (_context, _options, _driver) = (context, options, new DriverFacts(context.Driver.Name, context.Driver.Controller));
        if (!_driver.Publishes) Log.Trivial(context.Loggers.CreateLogger<AttacherControllers>(), _driver.Name);
        _caches = new Caches(context.Stores, _driver);
        _attach = Controller("attach", "csi-attacher-va");
        _detach = Controller("detach", "csi-attacher-va-detach");
        _volumes = Controller("volumes", "csi-attacher-pv");
        _workers = new WorkerBound(options.WorkerThreads);
        var abandoned = new AbandonedVolumes();
        _lanes = new Lanes(new Lane("attach", _attach.Queue, _attach.Backoff), new Lane("detach", _detach.Queue, _detach.Backoff),
            name => _caches.FindAttachment(name) is { IsBeingDeleted: true } || abandoned.Of(name).Count > 0);
        var waiting = new WaitingAttachments(_lanes, new RetryTimes(options.RetryIntervalStart, options.RetryIntervalMax), context.Events, context.Metrics, context.Time);
        _memory = new AttachmentMemory(new ForcedAttachments(), abandoned, waiting);
        _triggers = new Triggers(_driver, _caches, _lanes, _memory, _volumes.Queue);
        _caches.Attachments.Changed += _triggers.AttachmentChanged;
        _caches.Volumes.Changed += _triggers.VolumeChanged;
        _caches.Nodes.Changed += _triggers.NodeChanged;
    }

    public void Start(RunningTasks running)
    {
        var writer = new AttachmentWriter(_caches, _context.Api, _driver, _options.NotesErrorCodes, _context.Time);
        if (_driver.Publishes) StartPublishing(running, writer);
        else StartMarking(running, new TrivialReconciler(_caches, writer, _memory, LogOf<TrivialReconciler>()));
        if (_options.Resync > TimeSpan.Zero) running.Add(LookAgain);
    }

    public void Dispose()
    {
        _memory.Waiting.Dispose();
        _attach.Dispose();
        _detach.Dispose();
        _volumes.Dispose();
        _workers.Dispose();
    }

    private void StartPublishing(RunningTasks running, AttachmentWriter writer)
    {
        var marks = new VolumeMarks(_caches, _context.Api, _driver.Finalizer);
        var origins = new VolumeOrigins(_caches, _context.Api);
        var nodes = new NodeIds(_caches.Nodes, _driver.Name);
        var composer = new OrderComposer(_driver, _options.DefaultFsType, origins, marks, new CallSecrets(new SecretReader(_context.Api)), nodes);
        var calls = new DriverCalls(_context.Driver.Connection, _options.Timeout, _context.Time);

        StartLane(running, _attach, _lanes.Attach, new AttachReconciler(_caches, composer, calls, writer, _memory, LogOf<AttachReconciler>()).Reconcile);
        var detach = new DetachReconciler(_caches, composer, calls, writer, _memory, _driver.Finalizer, LogOf<DetachReconciler>());
        StartLane(running, _detach, _lanes.Detach,
            new AbandonedReconciler(_caches, calls, _memory.Abandoned, _driver.Finalizer, detach.Reconcile, LogOf<AbandonedReconciler>()).Reconcile);
        var volumes = new VolumeReconciler(_driver, _caches, marks, LogOf<VolumeReconciler>());
        _volumes.Start(running, _options.WorkerThreads, volumes.Reconcile);
        if (!_driver.ListsPublished) return;
        var published = new PublishedVolumes(_context.Driver.Connection, _options.Timeout, _options.MaxEntries, _context.Time);
        var check = new PublicationCheck(_caches, published, new Expectations(_driver, origins, nodes), _lanes, _memory.Forced, LogOf<PublicationCheck>());
        running.Add(stop => check.RunAsync(_options.ReconcileSync, _context.Time, stop));
    }

    private void StartMarking(RunningTasks running, TrivialReconciler trivial)
    {
        StartLane(running, _attach, _lanes.Attach, trivial.Reconcile);
        StartLane(running, _detach, _lanes.Detach, trivial.Reconcile);
    }

    private void StartLane(RunningTasks running, KeyController controller, Lane lane, Func<string, CancellationToken, ValueTask<Outcome>> work) =>
        controller.Start(running, _options.WorkerThreads, _lanes.OneAtATime(lane, work), _workers);

    private async Task LookAgain(CancellationToken stop)
    {
        while (true)
        {
            await Pause.For(_options.Resync, _context.Time, stop);
            _triggers.LookAgain();
        }
    }

    private KeyController Controller(string name, string metric) =>
        new(name, metric, new ItemBackoff<string>(_options.RetryIntervalStart, _options.RetryIntervalMax), _context);

    private ILogger<T> LogOf<T>() => _context.Loggers.CreateLogger<T>();

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The driver needs no attaching, its attachments are marked as attached at once: {driver}")]
        public static partial void Trivial(ILogger logger, string driver);
    }
}
