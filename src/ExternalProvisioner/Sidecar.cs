using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.Hosting;
using Sidecars.Hosting.Http;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Leading;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner;

/// <summary>
/// The life of the program in the order of the contract (provisioner contract 2.1): find the cluster, connect to the driver, ask
/// who it is, serve diagnostics, and work, as the leader where that is asked for. Every step that fails ends the process with
/// its own exit code and one line that says why.
/// </summary>
internal sealed partial class Sidecar(ProvisionerFlags flags, ProcessLife life, TimeProvider time, string version)
{
    /// <summary>How much longer than the lease a leader may be silent before its health check fails (common contract 5).</summary>
    private static readonly TimeSpan s_healthTolerance = TimeSpan.FromSeconds(20);

    private readonly ILogger _log = life.Loggers.CreateLogger<Sidecar>();
    private readonly MetricRegistry _metrics = new();
    private readonly CancellationToken _stop = life.Stopping;

    public async Task<int> RunAsync()
    {
        Log.Starting(_log, version);
        var gates = flags.Gates();
        life.DrainOnSignal = gates.IsEnabled(ProvisionerFlags.ReleaseGate);

        var kubeconfig = Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } fromEnvironment ? fromEnvironment : flags.Standard.Kubeconfig.Value;
        var (cluster, clusterError) = ClusterAddress.Find(kubeconfig, flags.Master.Value);
        if (cluster is null) return Fail(ExitCode.Fatal, clusterError!);

        var csiMetrics = new CsiCallMetrics(_metrics);
        using var connection = await Connect(csiMetrics);
        if (connection is null) return ExitCode.Failure;
        _ = EndWhenLost(connection);

        if (await AskDriver(connection, csiMetrics) is not { } driver) return ExitCode.Fatal;

        await using var diagnostics = new DiagnosticsServer(life.Loggers, time);
        var election = flags.Standard.LeaderElection.Value ? Election(driver) : null;
        var (elector, electionClient, electionEvents) = election is { } parts
            ? (NewElector(cluster, parts, out var client, out var recorder), client, recorder)
            : default((LeaderElector?, ApiClient?, EventRecorder?));
        using var ownedClient = electionClient;
        if (Serve(diagnostics, elector) is { } listenError) return Fail(ExitCode.Fatal, listenError);

        using var api = NewClient(cluster);
        using var eventApi = NewClient(cluster); // a lane of its own: events never wait for, or delay, a volume
        var recorderOfVolumes = new EventRecorder(eventApi, $"{driver.Name}_{Dns.GetHostName()}_{Guid.NewGuid()}", time, life.Loggers.CreateLogger<EventRecorder>());
        var controllers = new ControllerSet(driver, flags.Options(gates), api, connection, recorderOfVolumes, _metrics, time, life.Loggers);

        if (elector is null)
        {
            await controllers.RunAsync(_stop);
            return ExitCode.Success;
        }
        _ = electionEvents!.RunAsync(_stop);
        var isInOrder = await elector.RunAsync(controllers.RunAsync, life.DrainOnSignal, _stop);
        return isInOrder ? ExitCode.Success : Fail(ExitCode.Failure, "the leader lease was lost; another replica may work from now on");
    }

    private async Task<CsiConnection?> Connect(CsiCallMetrics csiMetrics)
    {
        if (CsiAddress.Parse(flags.Standard.CsiAddress.Value, out var addressError) is not { } address)
        {
            Fail(ExitCode.Failure, addressError!);
            return null;
        }
        try
        {
            var options = new CsiConnectionOptions { Address = address, OnLoss = LossPolicy.Exit, Metrics = csiMetrics };
            return await CsiConnection.ConnectAsync(options, life.Loggers.CreateLogger<CsiConnection>(), time, _stop);
        }
        catch (CsiConnectionException e)
        {
            Fail(ExitCode.Failure, e.Message);
            return null;
        }
    }

    /// <summary>A restarted driver may be another one: everything known of it is stale, so the process starts anew too.</summary>
    private async Task EndWhenLost(CsiConnection connection)
    {
        await connection.Lost;
        life.Fail(ExitCode.Failure, CsiConnection.LostMessage, asTerminationMessage: true);
    }

    private async Task<DriverFacts?> AskDriver(CsiConnection connection, CsiCallMetrics csiMetrics)
    {
        var calls = new CsiCall(time);
        var timeout = flags.Timeout.Value;
        var notReady = await new DriverProbe(connection.Invoker, calls, life.Loggers.CreateLogger<DriverProbe>(), time).WaitUntilReadyAsync(timeout, _stop);
        if (notReady is not null) return Refuse(ExitCode.Failure, notReady.Text);

        var identity = new DriverIdentity(connection.Invoker, calls, timeout);
        var name = await identity.NameAsync(_stop);
        if (!name.IsOk) return Refuse(ExitCode.Fatal, $"asking the driver for its name (GetPluginInfo): {name.Error.Text}");
        csiMetrics.DriverName = name.Response;
        Log.Driver(_log, name.Response);

        var plugin = await identity.PluginCapabilitiesAsync(_stop);
        if (!plugin.IsOk) return Refuse(ExitCode.Fatal, $"asking driver {name.Response} what it can do (GetPluginCapabilities): {plugin.Error.Text}");
        var controller = await identity.ControllerCapabilitiesAsync(_stop);
        if (!controller.IsOk) return Refuse(ExitCode.Fatal, $"asking driver {name.Response} what its controller can do (ControllerGetCapabilities): {controller.Error.Text}");

        const int identities = 10_000; // a number from 0 to 9999, as in the identities of the original
        var own = $"{time.GetUtcNow().ToUnixTimeMilliseconds()}-{Random.Shared.Next(identities)}-{name.Response}";
        return new DriverFacts(name.Response, new PluginCapabilities(plugin.Response), new ControllerCapabilities(controller.Response), own);

        DriverFacts? Refuse(int code, string reason)
        {
            Fail(code, reason);
            return null;
        }
    }

    private LeaderElectionOptions Election(DriverFacts driver) => new()
    {
        LeaseName = LeaderElectionOptions.Sanitise(driver.Name),
        Namespace = OwnNamespace.Find(flags.Standard.LeaderElectionNamespace.Value),
        Identity = LeaderElectionOptions.Sanitise(Dns.GetHostName()),
        LeaseDuration = flags.Standard.LeaseDuration.Value,
        RenewDeadline = flags.Standard.RenewDeadline.Value,
        RetryPeriod = flags.Standard.RetryPeriod.Value,
        Labels = flags.Standard.LeaderElectionLabels.Value,
    };

    private LeaderElector NewElector(ClusterAddress cluster, LeaderElectionOptions options, out ApiClient client, out EventRecorder events)
    {
        client = NewClient(cluster);
        var recorder = events = new EventRecorder(client, $"{options.LeaseName}/{Dns.GetHostName()}", time, life.Loggers.CreateLogger<EventRecorder>());
        return new LeaderElector(client, options, new LeaderElectionMetrics(_metrics), Announce, time, life.Loggers.CreateLogger<LeaderElector>());

        void Announce(Lease lease, string message) => recorder.Record(
            new ObjectReference { Kind = "Lease", ApiVersion = "coordination.k8s.io/v1", Namespace = options.Namespace, Name = options.LeaseName, Uid = lease.Metadata.Uid },
            EventType.Normal, "LeaderElection", message);
    }

    /// <summary>Starts the diagnostics server where an address is given; an error says why it cannot.</summary>
    private string? Serve(DiagnosticsServer server, LeaderElector? elector)
    {
        if (flags.Standard.DiagnosticsAddress is not { Length: > 0 } address) return null;
        ProcessMetrics.RegisterStartTime(_metrics, alpha: false);
        ProcessMetrics.Register(_metrics);
        RuntimeMetrics.Register(_metrics);
        RuntimeMetrics.RegisterBuildInfo(_metrics, version, "");
        server.MapMetrics(flags.Standard.MetricsPath.Value, ProcessMetrics.ReadStartTime(time), _metrics);
        if (elector is not null && flags.Standard.HttpEndpoint.Value.Length > 0)
        {
            server.Map("/healthz/leader-election", (_, response, _) =>
            {
                if (elector.IsHealthy(s_healthTolerance)) response.WriteText(200, "ok");
                else response.WriteText(500, "internal server error: failed election to renew leadership on lease \n");
                return ValueTask.CompletedTask;
            });
        }
        return server.TryListen(address, out var error) ? null : error;
    }

    private ApiClient NewClient(ClusterAddress cluster)
    {
        var standard = flags.Standard;
        var isExplicit = standard.KubeApiQps.IsSet || standard.KubeApiBurst.IsSet;
        return new ApiClient(cluster, new ApiClientOptions
        {
            UserAgent = $"csi-provisioner/v{version} (linux/{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()})",
            Throttle = ApiClientOptions.ThrottleOf(standard.KubeApiQps.Value, standard.KubeApiBurst.Value, isExplicit, time),
        }, time, life.Loggers.CreateLogger<ApiClient>());
    }

    private int Fail(int code, string reason)
    {
        life.Fail(code, reason);
        return code;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Starting: {version}")]
        public static partial void Starting(ILogger logger, string version);

        [LoggerMessage(2, LogLevel.Information, "Detected CSI driver: {driver}")]
        public static partial void Driver(ILogger logger, string driver);
    }
}
