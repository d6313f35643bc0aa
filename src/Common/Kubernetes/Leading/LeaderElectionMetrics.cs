using Sidecars.Hosting.Metrics;

namespace Sidecars.Kubernetes.Leading;

/// <summary>The metrics of an election. Their <c>name</c> is empty, as in the originals' (common contract 4.2).</summary>
public sealed class LeaderElectionMetrics
{
    private readonly GaugeSeries _isLeader;
    private readonly CounterSeries _slowPath;

    /// <summary>Registers both series at zero.</summary>
    public LeaderElectionMetrics(MetricRegistry registry)
    {
        _isLeader = registry.Gauge("leader_election_master_status",
            "[ALPHA] Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.", "name").With("");
        _slowPath = registry.Counter("leader_election_slowpath_total",
            "[ALPHA] Total number of slow path exercised in renewing leader leases. 'name' is the string used to identify the lease. Please make sure to group by name.", "name").With("");
    }

    internal void Leading(bool isLeader) => _isLeader.Set(isLeader ? 1 : 0);

    internal void SlowPath() => _slowPath.Add();
}
