using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ControllerManager;

/// <summary>
/// A queue of keys with its back-off and, once started, the workers that take from it. Keys may be put in line before that; they wait.
/// Everything about the order of work is <see cref="WorkQueue{TKey}"/>'s and <see cref="ControllerLoop{TKey}"/>'s.
/// </summary>
public sealed class KeyController : IDisposable
{
    private readonly string _name;
    private readonly SidecarContext _context;

    /// <summary>An empty line.</summary>
    /// <param name="name">Name in the log.</param>
    /// <param name="metric">Name in the metrics of queues.</param>
    /// <param name="backoff">How long failed keys wait.</param>
    /// <param name="context">Metrics, clock and log.</param>
    public KeyController(string name, string metric, ItemBackoff<string> backoff, SidecarContext context)
    {
        (_name, Backoff, _context) = (name, backoff, context);
        Queue = new WorkQueue<string>(new QueueMetrics(context.Metrics, metric), context.Time);
    }

    /// <summary>The line.</summary>
    public WorkQueue<string> Queue { get; }

    /// <summary>How long failed keys wait.</summary>
    public ItemBackoff<string> Backoff { get; }

    /// <summary>
    /// Starts the workers, at most so many, and no more than <paramref name="shared"/> allows to all who share it. Waits of more than half a minute
    /// are told to <paramref name="longWait"/>.
    /// </summary>
    public void Start(
        RunningTasks running, int workers, Func<string, CancellationToken, ValueTask<Outcome>> reconcile, WorkerBound? shared = null, LongWait<string>? longWait = null)
    {
        var log = _context.Loggers.CreateLogger<ControllerLoop<string>>();
        running.Add(new ControllerLoop<string>(_name, Queue, Backoff, workers, reconcile, log, shared, longWait).RunAsync);
    }

    /// <inheritdoc />
    public void Dispose() => Queue.Dispose();
}
