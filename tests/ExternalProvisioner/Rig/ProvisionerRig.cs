using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Csi;
using Sidecars.EmbeddedCluster;
using Sidecars.EmbeddedCluster.Controllers;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests;

/// <summary>
/// The real controllers between a cluster over HTTP and a scripted driver on a socket, all in this process. Tests plan faults on either side, and look
/// at objects, driver calls, events, metrics and log lines.
/// </summary>
internal sealed class ProvisionerRig : IAsyncDisposable
{
    private readonly RigOptions _options;
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly RecordingLoggers _loggers;
    private readonly ClusterControllers? _controllers;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _fences;

    private ProvisionerRig(RigOptions options, ClusterServer cluster, ScriptedDriver driver)
    {
        (_options, Cluster, Driver) = (options, cluster, driver);
        World = new World(cluster.Storage);
        _loggers = new RecordingLoggers(Log);
        if (options.HasControllers) _controllers = ClusterControllers.Start(cluster.Storage, new ControllerOptions());
    }

    public ClusterServer Cluster { get; }

    public ScriptedDriver Driver { get; }

    public World World { get; }

    public RecordingLogger Log { get; } = new();

    public MetricRegistry Metrics { get; private set; } = new();

    /// <summary>Cluster and driver alone; the provisioner starts with <see cref="Run"/>.</summary>
    public static async Task<ProvisionerRig> PrepareAsync(RigOptions? options = null)
    {
        options ??= new RigOptions();
        var cluster = await ClusterServer.StartAsync().WithinLimit();
        return new ProvisionerRig(options, cluster, await ScriptedDriver.StartNewAsync(options.Driver));
    }

    /// <summary>Starts the provisioner, as a new process would: nothing is remembered.</summary>
    public async Task Run()
    {
        _stop = new CancellationTokenSource();
        Metrics = new MetricRegistry();
        TimeProvider time = _options.ClockStands ? _clock : TimeProvider.System;
        var connection = await CsiConnection.ConnectAsync(new CsiConnectionOptions { Address = Driver.Address }, Log, TimeProvider.System, _stop.Token).WithinLimit();
        var facts = await FactsOf(connection, _stop.Token).WithinLimit();
        var (address, error) = ClusterAddress.Find("", Cluster.Url.AbsoluteUri);
        var api = Client(address ?? throw new InvalidOperationException(error), time);
        // On its own lane, with limits of its own: a test that moves the clock does not know what it is just writing.
        var eventApi = Client(address, TimeProvider.System);
        var events = new EventRecorder(eventApi, $"{facts.Name}_rig_{Guid.NewGuid()}", TimeProvider.System, Log);
        var set = new ControllerSet(facts, _options.Provisioner, api, connection, events, Metrics, time, _loggers);
        _running = RunToEnd();

        async Task RunToEnd()
        {
            using (connection)
            using (api)
            using (eventApi) await set.RunAsync(_stop.Token);
        }
    }

    /// <summary>Ends the provisioner; what it knew is lost.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running.WithinLimit();
        _stop.Dispose();
    }

    /// <summary>
    /// Moves the standing clock; what is due then is put in line, and not waited for. Not beyond five minutes in all: then the watches end.
    /// </summary>
    public void Advance(TimeSpan time) => _clock.Advance(time);

    /// <summary>Moves the standing clock, and completes when the claims that came due were worked on.</summary>
    public Task Passes(TimeSpan time)
    {
        Advance(time);
        return Fence();
    }

    /// <summary>
    /// Completes once everything that stood in the queue of claims was worked off: a claim of a class that does not exist is put behind it, and the
    /// single worker reports its failure. For rigs with a standing clock.
    /// </summary>
    public async Task Fence()
    {
        var claim = World.Add(new TestClaim($"fence-{++_fences}").OfClass("missing-class-of-fences"));
        await Log.WaitForLine(line => line.StartsWith("Retrying", StringComparison.Ordinal) && line.Contains(claim.Uid, StringComparison.Ordinal));
    }

    /// <summary>The same for the queue of volumes, by a volume of ours that no driver could delete.</summary>
    public async Task FenceVolumes()
    {
        var name = $"fence-{++_fences}";
        World.Add(new TestVolume(name).OnHostPath().Released());
        await Log.WaitForLine(line => line.StartsWith("Retrying", StringComparison.Ordinal) && line.Contains(name, StringComparison.Ordinal));
    }

    /// <summary>Requests of a driver method, of those that name a volume or id.</summary>
    public IReadOnlyList<JsonObject> Calls(string method) => [.. Driver.Calls.Of(method).Select(c => c.Request)];

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
        if (_controllers is not null) await _controllers.DisposeAsync().WithinLimit();
        await Driver.DisposeAsync();
        await Cluster.DisposeAsync().WithinLimit();
        _loggers.Dispose();
    }

    private static async Task<DriverFacts> FactsOf(CsiConnection connection, CancellationToken stop)
    {
        var identity = new DriverIdentity(connection.Invoker, new CsiCall(TimeProvider.System), TestTimeouts.Limit);
        var name = await identity.NameAsync(stop);
        var plugin = await identity.PluginCapabilitiesAsync(stop);
        var controller = await identity.ControllerCapabilitiesAsync(stop);
        return new DriverFacts(name.Response!, new PluginCapabilities(plugin.Response!), new ControllerCapabilities(controller.Response!), "identity-of-the-rig");
    }

    private ApiClient Client(ClusterAddress address, TimeProvider time) => new(address, new ApiClientOptions { UserAgent = "csi-provisioner/rig" }, time, Log);
}
