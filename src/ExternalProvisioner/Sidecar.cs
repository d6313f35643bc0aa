using System.Net;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.Hosting;
using Sidecars.Hosting.Http;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Leading;

namespace Sidecars.ExternalProvisioner;

/// <summary>
/// The life of the program in the order of the contract (provisioner contract 2.1): find the cluster, connect to the driver, ask
/// who it is, serve diagnostics, and work, as the leader where that is asked for. Every step that fails ends the process with
/// its own exit code and one line that says why.
/// </summary>
internal sealed partial class Sidecar(ProvisionerFlags flags, ProcessLife life, TimeProvider time, string version)
{
    private const string ProgramName = "csi-provisioner";

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

        var limit = flags.Timeout.Value;
        var start = new DriverStart(flags.Standard.CsiAddress.Value, new DriverStartLimits(limit, limit, limit), life.Loggers, time);
        var csiMetrics = new CsiCallMetrics(_metrics);
        var connected = await start.ConnectAsync(csiMetrics, _stop);
        if (!connected.IsOk) return Fail(ExitCode.Failure, connected.Failure.Reason);
        using var connection = connected.Value;
        _ = EndWhenLost(connection);

        var (driver, driverError) = await AskDriver(start, connection, csiMetrics);
        if (driver is null) return Fail(ExitCode.Fatal, driverError!);

        var clients = new SidecarClients(cluster, ProgramName, version, flags.Standard, life.Loggers, time);
        // The slash is replaced before the name is sanitised, as the originals did before they sanitised at all.
        using var leadership = new Leadership(flags.Standard, driver.Name.Replace('/', '-'), clients, _metrics, life.Loggers, time);
        await using var diagnostics = new DiagnosticsServer(life.Loggers, time);
        if (SidecarDiagnostics.Serve(diagnostics, life, flags.Standard, version, alphaStartTime: false, time, _metrics) is { } listenError)
            return Fail(ExitCode.Fatal, listenError);
        if (leadership.IsElected) SidecarDiagnostics.ServeLeaderHealth(diagnostics, flags.Standard, () => leadership.IsHealthy);

        using var api = clients.Create();
        using var eventApi = clients.Create(); // a lane of its own: events never wait for, or delay, a volume
        var events = new EventRecorder(eventApi, $"{driver.Name}_{Dns.GetHostName()}_{Guid.NewGuid()}", time, life.Loggers.CreateLogger<EventRecorder>());
        var controllers = new ControllerSet(driver, flags.Options(gates), api, connection, events, _metrics, time, life.Loggers);
        return await leadership.RunAsync(controllers.RunAsync, life.DrainOnSignal, _stop)
            ? ExitCode.Success
            : Fail(ExitCode.Failure, "the leader lease was lost; another replica may work from now on");
    }

    /// <summary>A restarted driver may be another one: everything known of it is stale, so the process starts anew too.</summary>
    private async Task EndWhenLost(CsiConnection connection)
    {
        await connection.Lost;
        life.Fail(ExitCode.Failure, CsiConnection.LostMessage, asTerminationMessage: true);
    }

    /// <summary>The controller is asked even where the plugin announces none, as the original does; both calls have a limit of their own.</summary>
    private async Task<(DriverFacts? Driver, string? Error)> AskDriver(DriverStart start, CsiConnection connection, CsiCallMetrics csiMetrics)
    {
        var name = await start.NameAsync(connection, _stop);
        if (!name.IsOk) return (null, name.Failure.Reason);
        csiMetrics.DriverName = name.Value;
        Log.Driver(_log, name.Value);

        var identity = new DriverIdentity(connection.Invoker, new CsiCall(time), flags.Timeout.Value);
        var plugin = await identity.PluginCapabilitiesAsync(_stop);
        if (!plugin.IsOk) return (null, $"asking driver {name.Value} what it can do (GetPluginCapabilities): {plugin.Error.Text}");
        var controller = await identity.ControllerCapabilitiesAsync(_stop);
        if (!controller.IsOk) return (null, $"asking driver {name.Value} what its controller can do (ControllerGetCapabilities): {controller.Error.Text}");

        const int identities = 10_000; // a number from 0 to 9999, as in the identities of the original
        var own = $"{time.GetUtcNow().ToUnixTimeMilliseconds()}-{Random.Shared.Next(identities)}-{name.Value}";
        return (new DriverFacts(name.Value, new PluginCapabilities(plugin.Response), new ControllerCapabilities(controller.Response), own), null);
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
