using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Rights;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Rights;

/// <summary>What a process says at its start of rights that its account has not got, on a cluster that decides by roles.</summary>
internal sealed class RightsCheckTests
{
    private static readonly ClusterUser s_account = new("system:serviceaccount:csi:sidecar", "sidecar-token");

    private static readonly RequiredRight[] s_rights =
    [
        new("attaching of volumes", "storage.k8s.io", "volumeattachments", [.. RequiredRight.Reading, "patch"]),
        new("attaching of volumes", "storage.k8s.io", "volumeattachments/status", "patch"),
        new("leader election", "coordination.k8s.io", "leases", "get", "update") { Namespace = "csi", Name = "leader" },
        new("event on the objects", "", "events", "create", "patch"),
        new("another thing", "", "events", "create", "patch"),
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingLogger _log = new();
    private readonly MetricRegistry _metrics = new();
    private ClusterServer _cluster = null!;

    [SetUp]
    public async Task Start()
    {
        _cluster = await ClusterServer.StartAsync(new ClusterOptions { UseRbac = true, AllowAnonymous = false, Users = [s_account] }).WithinLimit();
        _ = _cluster.Storage.Create("namespaces", JsonNode.Parse("""{"metadata":{"name":"csi"}}""")!.AsObject()).Value;
    }

    [TearDown]
    public async Task Stop()
    {
        await _cluster.DisposeAsync().WithinLimit();
        _directory.Dispose();
    }

    [Test]
    public async Task Each_that_is_missing_is_a_line_with_the_rule_that_grants_it_and_a_series()
    {
        Grant("clusterroles", """{"apiGroups":["storage.k8s.io"],"resources":["volumeattachments"],"verbs":["get","list"]}""");
        Grant("roles", """{"apiGroups":["coordination.k8s.io"],"resources":["leases"],"resourceNames":["leader"],"verbs":["get","update"]}""");
        await Check();
        Assert.That(_log.Entries.Select(entry => entry.Text), Is.EqualTo((string[])[
            "This account lacks a right, and without it there is no attaching of volumes: add the rule to a ClusterRole of it {apiGroups: [\"storage.k8s.io\"], resources: [\"volumeattachments\"], verbs: [\"watch\", \"patch\"]}",
            "This account lacks a right, and without it there is no attaching of volumes: add the rule to a ClusterRole of it {apiGroups: [\"storage.k8s.io\"], resources: [\"volumeattachments/status\"], verbs: [\"patch\"]}",
            "This account lacks a right, and without it there is no event on the objects: add the rule to a ClusterRole of it {apiGroups: [\"\"], resources: [\"events\"], verbs: [\"create\", \"patch\"]}",
        ]));
        Assert.That(Series(), Is.EqualTo((string[])[
            """csi_sidecar_missing_right{feature="attaching of volumes",group="storage.k8s.io",resource="volumeattachments",verb="patch"} 1""",
            """csi_sidecar_missing_right{feature="attaching of volumes",group="storage.k8s.io",resource="volumeattachments",verb="watch"} 1""",
            """csi_sidecar_missing_right{feature="attaching of volumes",group="storage.k8s.io",resource="volumeattachments/status",verb="patch"} 1""",
            """csi_sidecar_missing_right{feature="event on the objects",group="",resource="events",verb="create"} 1""",
            """csi_sidecar_missing_right{feature="event on the objects",group="",resource="events",verb="patch"} 1""",
        ]));
    }

    [Test]
    public async Task A_role_of_another_namespace_or_for_another_name_is_not_enough()
    {
        Grant("clusterroles", """{"apiGroups":["storage.k8s.io",""],"resources":["volumeattachments","volumeattachments/status","events"],"verbs":["*"]}""");
        Grant("roles", """{"apiGroups":["coordination.k8s.io"],"resources":["leases"],"resourceNames":["another"],"verbs":["get","update"]}""");
        await Check();
        Assert.That(_log.Entries.Select(entry => entry.Text), Is.EqualTo((string[])[
            "This account lacks a right, and without it there is no leader election: add the rule to a Role of namespace csi of it {apiGroups: [\"coordination.k8s.io\"], resources: [\"leases\"], resourceNames: [\"leader\"], verbs: [\"get\", \"update\"]}",
        ]));
    }

    [Test]
    public async Task Where_all_are_there_nothing_is_said_and_each_is_asked_for_once()
    {
        Grant("clusterroles", """{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}""");
        await Check();
        Assert.That((_log.Entries, Series()), Is.EqualTo((Array.Empty<LogEntry>(), Array.Empty<string>())).AsCollection);
        Assert.That(_cluster.Requests.Entries.Count(entry => entry.Request.Resource == "selfsubjectaccessreviews"), Is.EqualTo(4 + 1 + 2 + 2));
    }

    [TestCase(404, "NotFound")]
    [TestCase(403, "Forbidden")]
    [TestCase(500, "InternalError")]
    public async Task A_server_that_does_not_say_is_asked_no_further_and_nothing_is_claimed(int code, string reason)
    {
        using var fault = _cluster.Faults.Add(new RequestMatch { Resource = "selfsubjectaccessreviews" }, new FaultAction.Answer(new ApiStatus(code, reason, "not here")));
        await Check();
        Assert.That(_log.Entries.Single().Text, Does.StartWith("Whether this account has the rights it needs is not known").And.Contain("not here"));
        Assert.That(Series(), Is.Empty);
    }

    [Test]
    public async Task It_ends_with_the_process_though_the_server_does_not_answer()
    {
        using var fault = _cluster.Faults.Add(new RequestMatch { Resource = "selfsubjectaccessreviews" }, new FaultAction.Hold());
        using var stop = new CancellationTokenSource();
        var checking = Check(stop.Token);
        await fault.Reached.WithinLimit();
        await stop.CancelAsync();
        await checking.WithinLimit();
        Assert.That(Series(), Is.Empty);
    }

    private async Task Check(CancellationToken stop = default)
    {
        var kubeconfig = _directory.File("kubeconfig");
        await _cluster.WriteKubeconfig(kubeconfig, s_account.Name);
        var address = ClusterAddress.Find(kubeconfig, "").Address!;
        using var api = new ApiClient(address, new ApiClientOptions { UserAgent = "test" }, TimeProvider.System, new RecordingLogger());
        var check = new RightsCheck(api, _metrics, new RecordingLoggers(_log));
        await check.RunAsync(s_rights, stop).WithinLimit();
    }

    private string[] Series()
    {
        var text = new ArrayBufferWriter<byte>();
        MetricsText.Write(text, [_metrics]);
        return [.. Encoding.UTF8.GetString(text.WrittenSpan).Split('\n').Where(line => line.StartsWith("csi_sidecar_missing_right{", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    private void Grant(string roles, string rule)
    {
        var ns = roles == "roles" ? "\"namespace\":\"csi\"," : "";
        _ = _cluster.Storage.Create(roles, JsonNode.Parse($$"""{"metadata":{ {{ns}}"name":"r"},"rules":[{{rule}}]}""")!.AsObject()).Value;
        _ = _cluster.Storage.Create(roles == "roles" ? "rolebindings" : "clusterrolebindings", JsonNode.Parse($$"""
            {"metadata":{ {{ns}}"name":"b"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"{{(roles == "roles" ? "Role" : "ClusterRole")}}","name":"r"},
             "subjects":[{"kind":"ServiceAccount","name":"sidecar","namespace":"csi"}]}
            """)!.AsObject()).Value;
    }
}
