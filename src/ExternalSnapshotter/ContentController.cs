using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.ExternalSnapshotter.Waiting;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalSnapshotter;

/// <summary>All that works on one kind of contents: its queue, what puts contents in line, and what brings them on.</summary>
internal sealed class ContentController<T> : IDisposable where T : KubeObject, new()
{
    private readonly SnapshotterOptions _options;
    private readonly TimeProvider _time;
    private readonly KeyController _controller;
    private readonly ContentWaits _waits;
    private readonly Triggers<T> _triggers;
    private readonly ContentReconciler<T> _reconciler;

    /// <param name="context">The process.</param>
    /// <param name="options">What the command line asks for.</param>
    /// <param name="cache">The contents.</param>
    /// <param name="snapshots">Their calls.</param>
    public ContentController(SidecarContext context, SnapshotterOptions options, ContentCache<T> cache, ISnapshots<T> snapshots)
    {
        (_options, _time) = (options, context.Time);
        var kind = cache.Kind;
        var backoff = new ItemBackoff<string>(options.RetryIntervalStart, options.RetryIntervalMax);
        _controller = new KeyController(kind.QueueName, kind.QueueName, backoff, context);
        _waits = new ContentWaits(kind.Words, backoff, (options.RetryIntervalStart, options.RetryIntervalMax), context.Events, context.Time);
        var writes = new OwnWrites<T>(cache.Store, key => _controller.Queue.Add(key.Name));
        _triggers = new Triggers<T>(cache, _waits, writes, _controller.Queue, backoff);
        var writer = new ContentWriter<T>(cache, context.Api, writes, context.Time);
        var reports = new ContentReports(kind.Words, context.Events);
        _reconciler = new ContentReconciler<T>(cache, snapshots, writer, reports, _waits, backoff,
            context.Loggers.CreateLogger<ContentReconciler<T>>());
        cache.Store.Changed += _triggers.ContentChanged;
    }

    /// <summary>A class changed: whoever waits for it gets another try.</summary>
    public void ClassChanged<TClass>(StoreChange<TClass> change) where TClass : SnapshotClassObject => _triggers.ClassChanged(change.New);

    public void Start(RunningTasks running)
    {
        _controller.Start(running, _options.WorkerThreads, _reconciler.Reconcile);
        if (_options.Resync > TimeSpan.Zero) running.Add(LookAgain);
    }

    public void Dispose()
    {
        _waits.Dispose();
        _controller.Dispose();
    }

    private async Task LookAgain(CancellationToken stop)
    {
        while (true)
        {
            await Pause.For(_options.Resync, _time, stop);
            _triggers.LookAgain();
        }
    }
}
