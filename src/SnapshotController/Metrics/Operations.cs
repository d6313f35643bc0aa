using Sidecars.Hosting.Metrics;

namespace Sidecars.SnapshotController.Metrics;

/// <summary>
/// Measures how long snapshots and groups take, from when they were first seen to when they are there, under the names dashboards know (snapshot
/// controller contract 11). An operation is known by the uid of its object and counts once; what is unfinished when the object goes is cancelled or
/// forgotten.
/// </summary>
internal sealed class Operations
{
    public const string Create = "CreateSnapshot";
    public const string CreateAndReady = "CreateSnapshotAndReady";
    public const string Delete = "DeleteSnapshot";
    public const string CreateGroup = "CreateGroupSnapshot";
    public const string CreateGroupAndReady = "CreateGroupSnapshotAndReady";
    public const string DeleteGroup = "DeleteGroupSnapshot";
    public const string Dynamic = "dynamic";
    public const string PreProvisioned = "pre-provisioned";
    private const string Unknown = "unknown";

    private static readonly double[] s_buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120, 300, 600];
    private static readonly string[] s_ofObject = [Create, CreateAndReady, Delete, CreateGroup, CreateGroupAndReady, DeleteGroup];

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Uid, string Name), (long Since, string Driver, string Type)> _started = [];
    private readonly Histogram _seconds;
    private readonly TimeProvider _time;

    public Operations(MetricRegistry registry, TimeProvider time)
    {
        _time = time;
        _seconds = registry.Histogram("snapshot_controller_operation_total_seconds",
            "[ALPHA] Total number of seconds spent by the controller on an operation from end to end", s_buckets, "driver_name", "operation_name",
                "operation_status", "snapshot_type");
        registry.Gauge("snapshot_controller_operations_in_flight", "[ALPHA] Total number of operations in flight").With().Callback(() => InFlight);
    }

    private int InFlight
    {
        get
        {
            lock (_lock) return _started.Count;
        }
    }

    public void Begin(string uid, string name, string? driver, string type)
    {
        lock (_lock) _started.TryAdd((uid, name), (_time.GetTimestamp(), string.IsNullOrEmpty(driver) ? Unknown : driver, type));
    }

    /// <summary>It came about; measured only where its beginning was seen.</summary>
    public void Succeed(string uid, string name, string? driver = null) => End(uid, name, "success", driver, null);

    /// <summary>The object is gone: its deletion came about where it was seen to begin, and what else was under way is over.</summary>
    public void Gone(string uid)
    {
        foreach (var deletion in (ReadOnlySpan<string>)[Delete, DeleteGroup])
        {
            if (End(uid, deletion, "success", null, null) is not { } since) continue;
            foreach (var creation in deletion is Delete ? (ReadOnlySpan<string>)[Create, CreateAndReady] : [CreateGroup, CreateGroupAndReady])
                End(uid, creation, "cancel", null, since);
        }
        lock (_lock)
        {
            foreach (var name in s_ofObject) _started.Remove((uid, name));
        }
    }

    private long? End(string uid, string name, string status, string? driver, long? since)
    {
        (long Since, string Driver, string Type) operation;
        lock (_lock)
        {
            if (!_started.Remove((uid, name), out operation)) return null;
        }
        _seconds.With(string.IsNullOrEmpty(driver) ? operation.Driver : driver, name, status, operation.Type)
            .Observe(_time.GetElapsedTime(since ?? operation.Since));
        return operation.Since;
    }
}
