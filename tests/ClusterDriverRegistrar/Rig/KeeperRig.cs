using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Sidecars.ClusterDriverRegistrar.Registration;
using Sidecars.EmbeddedCluster;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Http;
using Sidecars.Tests.Support;

namespace Sidecars.ClusterDriverRegistrar.Tests;

/// <summary>
/// The part of the program that talks to a real API server in this process, on a clock that stands still. Tests plan faults, move the clock, and
/// look at objects, requests, metrics and log lines.
/// </summary>
internal sealed class KeeperRig : IAsyncDisposable
{
    public const string Name = ScriptedDriverOptions.DefaultName;
    public const string Resource = "csidrivers";

    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly MetricRegistry _metrics = new();
    private ApiClient? _api;
    private Registrar? _registrar;
    private Task _running = Task.CompletedTask;

    private KeeperRig(ClusterServer cluster) => Cluster = cluster;

    public ClusterServer Cluster { get; }

    public ObservedTime Time { get; } = new();

    public RecordingLogger Log { get; } = new();

    public RegistrarState State { get; } = new();

    /// <summary>A cluster without the object, and nothing running yet. With verbs, only these are allowed on the kind.</summary>
    public static async Task<KeeperRig> PrepareAsync(params string[] verbs)
    {
        var cluster = await ClusterServer.StartAsync(new ClusterOptions
        {
            UseRbac = verbs.Length > 0,
            Users = [new ClusterUser("registrar", "a-token")],
        }).WithinLimit();
        if (verbs.Length > 0)
        {
            cluster.Storage.Create("clusterroles", Json($$"""{"metadata":{"name":"registrar"},"rules":{{Rules(verbs)}}}""")).Value.ToString();
            cluster.Storage.Create("clusterrolebindings", Json("""
                {"metadata":{"name":"registrar"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"registrar"},
                 "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"registrar"}]}
                """)).Value.ToString();
        }
        return new KeeperRig(cluster);
    }

    /// <summary>A cluster whose server has these feature gates otherwise than today's.</summary>
    public static async Task<KeeperRig> PrepareWithGatesAsync(params (string Gate, bool IsOn)[] gates) => new(await ClusterServer.StartAsync(new ClusterOptions
    {
        FeatureGates = gates.ToDictionary(g => g.Gate, g => g.IsOn),
        Users = [new ClusterUser("registrar", "a-token")],
    }).WithinLimit());

    /// <summary>A running keeper of a driver that is attached as told.</summary>
    public static async Task<KeeperRig> StartAsync(bool attach = true, params string[] flags)
    {
        var rig = await PrepareAsync();
        await rig.Run(attach, Name, flags);
        return rig;
    }

    public async Task Run(bool attach = true, string driver = Name, params string[] flags)
    {
        var parsed = new RegistrarFlags();
        Assert.That(parsed.Parse(flags).Report(TextWriter.Null), Is.Null);
        Assert.That(parsed.Problem(), Is.Null);
        var kubeconfig = _directory.File("kubeconfig");
        await Cluster.WriteKubeconfig(kubeconfig, "registrar");
        var (address, error) = ClusterAddress.Find(kubeconfig);
        _api = new ApiClient(address ?? throw new InvalidOperationException(error), new ApiClientOptions { UserAgent = "registrar/rig" }, Time, Log);
        var item = new DriverObject(_api, driver, Time, () => 0);
        var metrics = new RegistrarMetrics(_metrics);
        metrics.Begin();
        _registrar = new Registrar(item, parsed.Spec.Wanted(attach), parsed.Reconcile.Value, metrics, Time, Log);
        _running = new Keeper(item, _registrar, State, Time, Log).RunAsync(_stop.Token);
    }

    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running.WithinLimit();
    }

    /// <summary>Allows these verbs on the kind, and no others.</summary>
    public void Grant(params string[] verbs) => Assert.That(
        Cluster.Storage.Patch("clusterroles", null, "registrar", PatchKind.Merge, JsonNode.Parse($$"""{"rules":{{Rules(verbs)}}}""")!).IsOk, Is.True);

    public Task<bool> Delete() => _registrar!.DeleteAsync();

    public StoredObject Add(string spec, string metadata = "") =>
        Cluster.Storage.Create(Resource, Json($$"""{"metadata":{"name":"{{Name}}"{{metadata}}},"spec":{{spec}}}""")).Value;

    public void Change(string patch) => Assert.That(Cluster.Storage.Patch(Resource, null, Name, PatchKind.Merge, JsonNode.Parse(patch)!).IsOk, Is.True);

    public void Remove() => Assert.That(Cluster.Storage.Delete(Resource, null, Name).IsOk, Is.True);

    public JsonObject Spec => Cluster.Storage.Get(Resource, null, Name).Value.ToJson()["spec"]!.AsObject();

    /// <summary>The next request of that verb is told that there is no such object.</summary>
    public Fault PlanGone(string verb) => Cluster.Faults.Add(Match(verb), new FaultAction.Answer(Gone), times: 1);

    /// <summary>That the object is not there, as a server says it, which names it.</summary>
    public static ApiStatus Gone => new(404, "NotFound", "it is gone") { Details = new StatusDetails { Name = Name, Group = "storage.k8s.io", Kind = "csidrivers" } };

    public Fault Plan(string verb, int code, string reason, string message = "as the test wants it", int times = int.MaxValue) =>
        Cluster.Faults.Add(Match(verb), new FaultAction.Answer(new ApiStatus(code, reason, message)), times: times);

    /// <summary>Completes once everything before is done with: a change of the object that concerns nobody is looked at after it.</summary>
    public async Task Fence()
    {
        var looks = Requests("get");
        Change("""{"metadata":{"annotations":{"example.com/fence":"passed"}}}""");
        await Request("get", looks + 1);
    }

    /// <summary>The n-th answered request of the verb.</summary>
    public Task<LoggedRequest> Request(string verb, int count = 1) => Cluster.Requests.WaitFor(Match(verb), count).WithinLimit();

    public int Requests(string verb) => Cluster.Requests.Count(Match(verb));

    public int Writes => Requests("create") + Requests("patch") + Requests("update") + Requests("delete");

    /// <summary>The n-th line with this text.</summary>
    public Task<string> Line(string text, int count = 1)
    {
        var seen = 0;
        return Log.WaitForLine(line => line.Contains(text, StringComparison.Ordinal) && ++seen >= count);
    }

    public string Metrics()
    {
        var text = new ArrayBufferWriter<byte>();
        MetricsText.Write(text, _metrics);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    public static RequestMatch Match(string verb) => new() { Verb = verb, Resource = Resource };

    public async ValueTask DisposeAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(string.Join('\n', Log.Lines));
        Cluster.Faults.Clear();
        await Stop();
        _api?.Dispose();
        _stop.Dispose();
        await Cluster.DisposeAsync().WithinLimit();
        _directory.Dispose();
    }

    private static string Rules(string[] verbs) =>
        $$"""[{"apiGroups":["storage.k8s.io"],"resources":["csidrivers"],"verbs":[{{string.Join(',', verbs.Select(v => $"\"{v}\""))}}]}]""";

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
