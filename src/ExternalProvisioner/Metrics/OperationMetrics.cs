using Sidecars.Hosting.Metrics;

namespace Sidecars.ExternalProvisioner.Metrics;

/// <summary>Counts provisioned and deleted volumes under the names dashboards know (provisioner contract 9.5).</summary>
internal sealed class OperationMetrics(MetricRegistry registry)
{
    private static readonly double[] s_buckets = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    private readonly Counter _provisioned = registry.Counter("controller_persistentvolumeclaim_provision_total",
        "Total number of persistent volumes provisioned succesfully. Broken down by storage class name and source of the claim.", "class", "source");

    private readonly Counter _provisionFailed = registry.Counter("controller_persistentvolumeclaim_provision_failed_total",
        "Total number of persistent volume provision failed attempts. Broken down by storage class name and source of the claim.", "class", "source");

    private readonly Histogram _provisionDuration = registry.Histogram("controller_persistentvolumeclaim_provision_duration_seconds",
        "Latency in seconds to provision persistent volumes. Failed provisioning attempts are ignored. Broken down by storage class name and source of the claim.",
        s_buckets, "class", "source");

    private readonly Counter _deleted = registry.Counter("controller_persistentvolume_delete_total",
        "Total number of persistent volumes deleted succesfully. Broken down by storage class name.", "class");

    private readonly Counter _deleteFailed = registry.Counter("controller_persistentvolume_delete_failed_total",
        "Total number of persistent volume delete failed attempts. Broken down by storage class name.", "class");

    private readonly Histogram _deleteDuration = registry.Histogram("controller_persistentvolume_delete_duration_seconds",
        "Latency in seconds to delete persistent volumes. Failed deletion attempts are ignored. Broken down by storage class name.", s_buckets, "class");

    public void Provisioned(string? storageClass, string? source, TimeSpan elapsed)
    {
        _provisioned.With(storageClass ?? "", source ?? "").Add();
        _provisionDuration.With(storageClass ?? "", source ?? "").Observe(elapsed);
    }

    /// <summary>Every attempt that made no volume counts, also one that found nothing to do.</summary>
    public void ProvisionFailed(string? storageClass, string? source) => _provisionFailed.With(storageClass ?? "", source ?? "").Add();

    public void Deleted(string? storageClass, TimeSpan elapsed)
    {
        _deleted.With(storageClass ?? "").Add();
        _deleteDuration.With(storageClass ?? "").Observe(elapsed);
    }

    public void DeleteFailed(string? storageClass) => _deleteFailed.With(storageClass ?? "").Add();
}
