using Sidecars.Hosting.Metrics;

namespace Sidecars.ClusterDriverRegistrar.Registration;

/// <summary>What a dashboard can see of the object; the original showed nothing.</summary>
internal sealed class RegistrarMetrics
{
    private readonly MetricRegistry _registry;
    private readonly Counter _writes;
    private Gauge? _inOrder;

    public RegistrarMetrics(MetricRegistry registry)
    {
        _registry = registry;
        _writes = registry.Counter("csi_cluster_driver_registrar_writes_total", "Writes of the CSIDriver object by operation and result.", "operation", "result");
        foreach (var operation in (ReadOnlySpan<string>)["create", "patch", "delete"])
            foreach (var result in (ReadOnlySpan<string>)["success", "failure"]) _ = _writes.With(operation, result);
    }

    public void Wrote(string operation, bool succeeded) => _writes.With(operation, succeeded ? "success" : "failure").Add(1);

    /// <summary>From here on it is told whether the object is in order; a replica that does not lead does not know and must not alarm anybody.</summary>
    public void Begin() => _inOrder ??=
        _registry.Gauge("csi_cluster_driver_registrar_object_in_order", "Whether the CSIDriver object exists and, as far as it may be read, says what the flags say.");

    public void InOrder(bool value) => _inOrder?.Set(value ? 1 : 0);
}
