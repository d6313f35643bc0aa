using Sidecars.Hosting.Metrics;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>How many objects of capacity there are and should be, under the names dashboards know (provisioner contract 9.5). Counted when they are read.</summary>
internal sealed class CapacityMetrics
{
    public CapacityMetrics(MetricRegistry registry, CapacityWork work, CapacityObjects objects)
    {
        registry.Gauge("csistoragecapacities_desired_goal", "Number of CSIStorageCapacity objects that should exist.").Callback(() => work.Count);
        registry.Gauge("csistoragecapacities_desired_current", "Number of CSIStorageCapacity objects that should exist and do.").Callback(Current);
        registry.Gauge("csistoragecapacities_obsolete", "Number of CSIStorageCapacity objects that exist and are going to be deleted.")
            .Callback(() => Math.Max(0, objects.Count - Current()));

        double Current() => work.All.Count(objects.HasAny);
    }
}
