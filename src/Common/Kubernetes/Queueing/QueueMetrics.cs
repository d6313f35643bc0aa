using Sidecars.Hosting.Metrics;

namespace Sidecars.Kubernetes.Queueing;

/// <summary>
/// The metrics of one work queue under the names dashboards know (common contract 4.2 and 11.4). All series are there at zero
/// from the start. The two gauges of unfinished work are computed when they are read, so an idle process has no timer for them.
/// Two queues may have one name, as those of csi-resizer do: then they share the series.
/// </summary>
public sealed class QueueMetrics
{
    // 1e-08 times 10 to the k; two of them as the original's arithmetic left them, because stored series carry those texts.
    private static readonly double[] s_buckets = [1e-08, 1e-07, 1e-06, 9.999999999999999e-06, 9.999999999999999e-05, 0.001, 0.01, 0.1, 1, 10];

    private readonly GaugeSeries _depth;
    private readonly CounterSeries _adds;
    private readonly CounterSeries _retries;
    private readonly HistogramSeries _waited;
    private readonly HistogramSeries _worked;
    private readonly GaugeSeries _unfinished;
    private readonly GaugeSeries _longest;
    private readonly Lock _lock = new();
    private int _ownDepth; // what of the gauge is this queue's

    /// <summary>Registers the families, once per registry, and the series of this queue.</summary>
    public QueueMetrics(MetricRegistry registry, string queue)
    {
        _depth = registry.Gauge("workqueue_depth", "[BETA] Current depth of workqueue", "name").With(queue);
        _adds = registry.Counter("workqueue_adds_total", "[BETA] Total number of adds handled by workqueue", "name").With(queue);
        _retries = registry.Counter("workqueue_retries_total", "[BETA] Total number of retries handled by workqueue", "name").With(queue);
        _waited = registry.Histogram("workqueue_queue_duration_seconds",
            "[BETA] How long in seconds an item stays in workqueue before being requested.", s_buckets, "name").With(queue);
        _worked = registry.Histogram("workqueue_work_duration_seconds",
            "[BETA] How long in seconds processing an item from workqueue takes.", s_buckets, "name").With(queue);
        _unfinished = registry.Gauge("workqueue_unfinished_work_seconds",
            "[BETA] How many seconds of work in progress has not been observed by work_duration.", "name").With(queue);
        _longest = registry.Gauge("workqueue_longest_running_processor_seconds",
            "[BETA] How many seconds has the longest running processor for workqueue been running.", "name").With(queue);
    }

    internal void Added(int depth)
    {
        _adds.Add();
        DepthIs(depth);
    }

    internal void DepthIs(int depth)
    {
        lock (_lock)
        {
            _depth.Add(depth - _ownDepth);
            _ownDepth = depth;
        }
    }

    internal void Taken(int depth, TimeSpan waited)
    {
        DepthIs(depth);
        _waited.Observe(waited);
    }

    internal void Finished(TimeSpan worked) => _worked.Observe(worked);

    internal void Retried() => _retries.Add();

    internal void ObserveUnfinished(Func<(double Sum, double Longest)> unfinished)
    {
        _unfinished.AddCallback(() => unfinished().Sum, static (one, other) => one + other);
        _longest.AddCallback(() => unfinished().Longest, Math.Max);
    }
}
