using Sidecars.Hosting.Metrics;

namespace Sidecars.Csi;

/// <summary>
/// The histogram of CSI calls, under the name, labels and buckets that dashboards of the originals know (common contract 4.1). Calls made before
/// <see cref="DriverName"/> is set are recorded for <c>unknown-driver</c> and stay there. For a migration target make a second one on a second
/// registry: the label <c>migrated</c> exists for such drivers only, and the calls of the first connection are dropped with its registry.
/// </summary>
public sealed class CsiCallMetrics
{
    /// <summary>The driver's name as long as nobody asked the driver.</summary>
    public const string UnknownDriver = "unknown-driver";

    /// <summary>The code of a call that failed without a gRPC status.</summary>
    internal const string NoStatus = "unknown-non-grpc";

    /// <summary>Upper bounds in seconds: from an instant driver to a backend that copies data for minutes.</summary>
    private static readonly double[] Buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600];

    private readonly Histogram _operations;
    private readonly bool _isMigrationTarget;
    private volatile string _driverName = UnknownDriver;

    /// <summary>Registers the histogram; it prints nothing before the first call.</summary>
    public CsiCallMetrics(MetricRegistry registry, bool isMigrationTarget = false)
    {
        _isMigrationTarget = isMigrationTarget;
        string[] labels = ["driver_name", "method_name", "grpc_status_code"];
        _operations = registry.Histogram(
            "csi_sidecar_operations_seconds",
            "[ALPHA] Container Storage Interface operation duration with gRPC error code status total",
            Buckets,
            isMigrationTarget ? [.. labels, "migrated"] : labels);
    }

    /// <summary>The label of all calls recorded from now on.</summary>
    public string DriverName
    {
        get => _driverName;
        set => _driverName = value;
    }

    internal void Record(string method, string code, bool isMigrated, TimeSpan elapsed)
    {
        var series = _isMigrationTarget
            ? _operations.With(_driverName, method, code, isMigrated ? "true" : "false")
            : _operations.With(_driverName, method, code);
        series.Observe(elapsed);
    }
}
