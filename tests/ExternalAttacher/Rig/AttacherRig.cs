using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Csi;
using Sidecars.EmbeddedCluster;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests;

/// <summary>
/// The real controllers between a cluster over HTTP and a scripted driver on a socket, all in this process. Tests plan faults on either side, and look
/// at objects, driver calls, writes, events, metrics and log lines.
/// </summary>
internal sealed class AttacherRig : IAsyncDisposable
{
    private const string Agent = "csi-attacher/rig";

    private readonly RigOptions _options;
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly RecordingLoggers _loggers;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _fences;

    private AttacherRig(RigOptions options, ClusterServer cluster, ScriptedDriver driver)
    {
        (_options, Cluster, Driver) = (options, cluster, driver);
        World = new World(cluster.Storage);
        _loggers = new RecordingLoggers(Log);
    }

    public ClusterServer Cluster { get; }

    public ScriptedDriver Driver { get; }

    public World World { get; }

    public RecordingLogger Log { get; } = new();

    public MetricRegistry Metrics { get; private set; } = new();

    public static async Task<AttacherRig> PrepareAsync(RigOptions? options = null)
    {
        options ??= new RigOptions();
        var cluster = await ClusterServer.StartAsync().WithinLimit();
        return new AttacherRig(options, cluster, await ScriptedDriver.StartNewAsync(options.Driver));
    }

    /// <summary>Starts the attacher, as a new process would: nothing is remembered.</summary>
    public async Task Run()
    {
        _stop = new CancellationTokenSource();
        Metrics = new MetricRegistry();
        TimeProvider time = _options.ClockStands ? _clock : TimeProvider.System;
        var metrics = new CsiCallMetrics(Metrics, isMigrationTarget: true) { DriverName = _options.Driver.Name };
        var connection = await CsiConnection.ConnectAsync(
            new CsiConnectionOptions { Address = Driver.Address, Metrics = metrics }, Log, TimeProvider.System, _stop.Token).WithinLimit();
        var start = new DriverStart(Driver.SocketPath, new DriverStartLimits(TestTimeouts.Limit, TestTimeouts.Limit, TestTimeouts.Limit), _loggers, TimeProvider.System);
        var abilities = await start.CapabilitiesAsync(connection, _options.Driver.Name, _stop.Token).WithinLimit();
        var facts = new DriverFacts(_options.Driver.Name, abilities.Value!.Controller);
        var (address, error) = ClusterAddress.Find("", Cluster.Url.AbsoluteUri);
        var api = Client(address ?? throw new InvalidOperationException(error), time);
        // On its own lane, with limits of its own: a test that moves the clock does not know what it is just writing.
        var eventApi = Client(address, TimeProvider.System);
        var events = new EventRecorder(eventApi, "external-attacher-rig", TimeProvider.System, Log);
        var set = new ControllerSet(facts, _options.Attacher, api, connection, events, Metrics, time, _loggers);
        _running = RunToEnd();

        async Task RunToEnd()
        {
            using (connection)
            using (api)
            using (eventApi) await set.RunAsync(_stop.Token);
        }
    }

    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running.WithinLimit();
        _stop.Dispose();
    }

    /// <summary>Moves the standing clock; what is due then is put in line, and not waited for.</summary>
    public void Advance(TimeSpan time) => _clock.Advance(time);

    /// <summary>
    /// Completes once everything that stood in the attach lane was worked off: an attachment of no volume is put behind it, and the single worker
    /// reports its failure. For rigs with a standing clock.
    /// </summary>
    public async Task Fence()
    {
        var name = $"fence-{++_fences}";
        World.Add(new TestAttachment(name).Of("no-such-volume"));
        await Log.WaitForLine(line => line.StartsWith("Retrying attach", StringComparison.Ordinal) && line.Contains(name, StringComparison.Ordinal));
    }

    /// <summary>Requests of a driver method.</summary>
    public IReadOnlyList<JsonObject> Calls(string method) => [.. Driver.Calls.Of(method).Select(c => c.Request)];

    public IReadOnlyList<JsonObject> Published => Calls("ControllerPublishVolume");

    public IReadOnlyList<JsonObject> Unpublished => Calls("ControllerUnpublishVolume");

    /// <summary>What the attacher wrote, in order: resource, subresource, name, code and body; events are left out.</summary>
    public IReadOnlyList<Write> Writes =>
    [
        .. Cluster.Requests.Entries
            .Where(r => r.UserAgent.StartsWith(Agent, StringComparison.Ordinal) && r.Request.Verb is "patch" or "update" or "create" or "delete" && r.Request.Resource is not "events")
            .Select(r => new Write(r.Request.Resource + (r.Request.Subresource.Length > 0 ? "/" + r.Request.Subresource : ""), r.Request.Name, r.Code, r.Body)),
    ];

    /// <summary>The writes to objects that are not fences, as resource names.</summary>
    public IReadOnlyList<string> WrittenTo(string attachment) =>
        [.. Writes.Where(w => w.Name == attachment || w.Resource is "persistentvolumes").Select(w => w.Resource)];

    /// <summary>The exposition as a scraper reads it.</summary>
    public IReadOnlyList<string> MetricLines()
    {
        var text = new ArrayBufferWriter<byte>();
        MetricsText.Write(text, Metrics);
        return Encoding.UTF8.GetString(text.WrittenSpan).Split('\n');
    }

    public async ValueTask DisposeAsync()
    {
        Cluster.Faults.Clear();
        if (!_stop.IsCancellationRequested) await Stop();
        await Driver.DisposeAsync();
        await Cluster.DisposeAsync().WithinLimit();
        _loggers.Dispose();
    }

    private ApiClient Client(ClusterAddress address, TimeProvider time) => new(address, new ApiClientOptions { UserAgent = Agent }, time, Log);
}

/// <summary>One write the API server saw.</summary>
internal sealed record Write(string Resource, string Name, int Code, string Body);
