namespace Sidecars.Documentation.Tests.Monitoring;

/// <summary>The reader of queries finds what it is there to find.</summary>
internal sealed class QueryTests
{
    [TestCase("leader_election_master_status")]
    [TestCase("max by (job, container) (leader_election_master_status{namespace=~\"$namespace\"}) < 1")]
    [TestCase("histogram_quantile(0.99, sum by (le, driver_name) (rate(csi_sidecar_operations_seconds_bucket[$__rate_interval])))")]
    [TestCase("rate(csi_sidecar_operations_seconds_count{grpc_status_code!~\"OK|Aborted\"}[5m]) / on (pod) csi_sidecar_build_info > 1.5e3 unless on (pod) csi_sidecar_missing_right offset 5m")]
    public void What_is_there_is_fine(string query) => Assert.That(QueryCheck.Problem(query), Is.Null);

    [TestCase("csi_sidecar_operations_seconds", "no program shows a series csi_sidecar_operations_seconds")]
    [TestCase("leader_election_master_state == 0", "no program shows a series leader_election_master_state")]
    [TestCase("leader_election_master_status{lease=\"a\"}", "leader_election_master_status has no label lease")]
    [TestCase("sum by (driver) (leader_election_master_status)", "nothing it selects has a label driver")]
    [TestCase("leader_election_master_status{le=\"a\"}", "leader_election_master_status has no label le")]
    [TestCase("sum(leader_election_master_status", "a ( is not closed")]
    [TestCase("sum(leader_election_master_status})", "a } closes nothing")]
    [TestCase("workqueue_depth{pod=\"a\", name=\"unsaved\"}", "no program has a queue unsaved")]
    [TestCase("1 + 1", "it selects no series")]
    [TestCase("leader_election_master_status nonsense workqueue_depth", "no program shows a series nonsense")]
    public void What_is_not_there_is_named(string query, string problem) => Assert.That(QueryCheck.Problem(query), Is.EqualTo(problem));
}
