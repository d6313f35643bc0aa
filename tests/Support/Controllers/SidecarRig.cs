using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Sidecars.ControllerManager;
using Sidecars.Csi;
using Sidecars.EmbeddedCluster;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Http;

namespace Sidecars.Tests.Support.Controllers;

/// <summary>
/// The real controllers of one or more sidecars between a cluster over HTTP and a scripted driver on a socket, all in this process. Tests plan
/// faults on either side, and look at objects, driver calls, writes, events, metrics and log lines.
/// </summary>
public sealed class SidecarRig : IAsyncDisposable
{
    private const string Agent = "sidecar/rig";

    private readonly string _driverName;
    private readonly bool _clockStands;
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly RecordingLoggers _loggers;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private SidecarRig(string driverName, bool clockStands, ClusterServer cluster, ScriptedDriver driver)
    {
        (_driverName, _clockStands, Cluster, Driver) = (driverName, clockStands, cluster, driver);
        _loggers = new RecordingLoggers(Log);
    }

    public ClusterServer Cluster { get; }

    public ScriptedDriver Driver { get; }

    public RecordingLogger Log { get; } = new();

    public MetricRegistry Metrics { get; private set; } = new();

    /// <summary>What the API server saw the sidecars write, in order; events are left out.</summary>
    public IReadOnlyList<Write> Writes =>
    [
        .. Cluster.Requests.Entries
            .Where(r => r.UserAgent.StartsWith(Agent, StringComparison.Ordinal) && r.Request.Verb is "patch" or "update" or "create" or "delete" && r.Request.Resource is not "events")
            .Select(r => new Write(r.Request.Resource + (r.Request.Subresource.Length > 0 ? "/" + r.Request.Subresource : ""), r.Request.Name, r.Code, r.Body)),
    ];

    /// <summary>Cluster and driver alone. With a standing clock, the sidecars' time is moved by the test.</summary>
    public static async Task<SidecarRig> PrepareAsync(ScriptedDriverOptions driver, bool clockStands, ClusterOptions? cluster = null)
    {
        var server = await ClusterServer.StartAsync(cluster).WithinLimit();
        return new SidecarRig(driver.Name, clockStands, server, await ScriptedDriver.StartNewAsync(driver));
    }

    /// <summary>Starts the sidecars, as a new process would: nothing is remembered.</summary>
    public async Task Run(params Sidecar[] sidecars)
    {
        _stop = new CancellationTokenSource();
        Metrics = new MetricRegistry();
        TimeProvider time = _clockStands ? _clock : TimeProvider.System;
        var (connection, driver) = await Meet(sidecars);
        var (address, error) = ClusterAddress.Find("", Cluster.Url.AbsoluteUri);
        var api = Client(address ?? throw new InvalidOperationException(error), time);
        // On its own lane, with limits of its own: a test that moves the clock does not know what it is just writing.
        var eventApi = Client(address, TimeProvider.System);
        await Check(sidecars, new StartContext(driver, rate => Client(address, time, rate), time, _loggers)).WithinLimit();
        var parts = new ProcessParts
        {
            Api = api, EventApi = eventApi, NewClient = rate => Client(address, time, rate),
            Metrics = Metrics, Time = time, EventTime = TimeProvider.System, Loggers = _loggers,
        };
        _running = RunToEnd();

        async Task RunToEnd()
        {
            using (connection)
            using (api)
            using (eventApi) await new WorkingTerm(sidecars, driver, parts).RunAsync(_stop.Token);
        }
    }

    /// <summary>The driver, as a process meets it; null where no sidecar asks for one.</summary>
    private async Task<(CsiConnection? Connection, ConnectedDriver? Driver)> Meet(Sidecar[] sidecars)
    {
        if (sidecars.Select(s => s.Driver).OfType<DriverQuestions>().ToList() is not { Count: > 0 } all) return (null, null);
        var metrics = new CsiCallMetrics(Metrics, isMigrationTarget: true) { DriverName = _driverName };
        var connection = await CsiConnection.ConnectAsync(
            new CsiConnectionOptions { Address = Driver.Address, Metrics = metrics }, Log, TimeProvider.System, _stop.Token).WithinLimit();
        var questions = all.Aggregate((sum, one) => sum.With(one));
        var limits = new DriverStartLimits(TestTimeouts.Limit, TestTimeouts.Limit, questions.Capabilities with { Limit = TestTimeouts.Limit }, Node: TestTimeouts.Limit);
        var start = new DriverStart(Driver.SocketPath, limits, _loggers, TimeProvider.System);
        var abilities = (await start.CapabilitiesAsync(connection, _driverName, _stop.Token).WithinLimit()).Value!;
        var node = questions.NodeLimit is null ? null : (await start.NodeAsync(connection, _driverName, _stop.Token).WithinLimit()).Value;
        return (connection, new ConnectedDriver(_driverName, abilities.Plugin, abilities.Controller, connection, node));
    }

    /// <summary>Ends the sidecars; what they knew is lost.</summary>
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

    /// <summary>From now on the watch of a resource lags behind, until the fault is released.</summary>
    public async Task<Fault> Lag(string resource)
    {
        var watch = new RequestMatch { Verb = "watch", Resource = resource };
        var lag = Cluster.Faults.Add(watch, new FaultAction.Hold(), times: 1);
        if (Cluster.Faults.EndWatches(watch) is not 1) throw new InvalidOperationException($"not one watch of {resource}");
        await lag.Reached.WithinLimit();
        return lag;
    }

    /// <summary>Requests of a driver method.</summary>
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
        await Driver.DisposeAsync();
        await Cluster.DisposeAsync().WithinLimit();
        _loggers.Dispose();
    }

    /// <summary>What a process checks before it works; one that could not work is a mistake of the test.</summary>
    private async Task Check(Sidecar[] sidecars, StartContext context)
    {
        foreach (var sidecar in sidecars)
            if (sidecar.Check is { } check && await check(context, _stop.Token) is { } problem) throw new InvalidOperationException(problem.Reason);
    }

    private ApiClient Client(ClusterAddress address, TimeProvider time, RequestRate? rate = null) => new(address, new ApiClientOptions
    {
        UserAgent = Agent, Throttle = rate is null ? null : ApiClientOptions.ThrottleOf(rate.PerSecond, rate.Burst, isExplicit: true, time),
    }, time, Log);
}

/// <summary>One write the API server saw.</summary>
public sealed record Write(string Resource, string Name, int Code, string Body);
