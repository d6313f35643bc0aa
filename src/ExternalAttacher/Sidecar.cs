using System.Net;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.ExternalAttacher.Migration;
using Sidecars.Hosting;
using Sidecars.Hosting.Http;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Leading;

namespace Sidecars.ExternalAttacher;

/// <summary>
/// The life of the program in the order of the contract (attacher contract 4.1): find the cluster, connect to the driver, ask who it
/// is, serve diagnostics, and work, as the leader where that is asked for. Every step that fails ends the process with one line that
/// says why.
/// </summary>
internal sealed partial class Sidecar(AttacherFlags flags, ProcessLife life, TimeProvider time, string version)
{
    /// <summary>How long the driver may think about its name, and about its capabilities (attacher contract 4.1).</summary>
    private static readonly TimeSpan s_identityLimit = DriverIdentity.ShortLimit;

    private readonly ILogger _log = life.Loggers.CreateLogger<Sidecar>();
    private readonly MetricRegistry _metrics = new();
    private readonly CancellationToken _stop = life.Stopping;
    private MetricRegistry _callMetrics = new();

    public async Task<int> RunAsync()
    {
        Log.Starting(_log, version);
        var gates = flags.Gates();
        life.DrainOnSignal = gates.IsEnabled(AttacherFlags.ReleaseGate);
        var (cluster, clusterError) = ClusterAddress.Find(flags.Standard.Kubeconfig.Value, "");
        if (cluster is null) return Fail(clusterError!);

        var limits = new DriverStartLimits(flags.Timeout.Value, s_identityLimit, s_identityLimit, flags.MaxGrpcLogLength.Value);
        var start = new DriverStart(flags.Standard.CsiAddress.Value, limits, life.Loggers, time);
        var (connection, name, refused) = await Meet(start);
        if (connection is null) return Fail(refused!.Reason);
        using var connected = connection;
        _ = EndWhenLost(connection);

        await using var diagnostics = new DiagnosticsServer(life.Loggers, time);
        if (SidecarDiagnostics.Serve(diagnostics, life, flags.Standard, version, alphaStartTime: true, time, _metrics, _callMetrics) is { } listenError)
            return Fail(listenError);
        var abilities = await start.CapabilitiesAsync(connection, name, _stop);
        if (!abilities.IsOk) return Fail(abilities.Failure.Reason);

        var driver = new DriverFacts(name, abilities.Value.Controller);
        if (!driver.Publishes) Log.Trivial(_log, name);
        return await Work(new SidecarClients(cluster, "csi-attacher", version, flags.Standard, life.Loggers, time), driver, connection, diagnostics, flags.Options(gates));
    }

    private async Task<int> Work(SidecarClients clients, DriverFacts driver, CsiConnection connection, DiagnosticsServer diagnostics, AttacherOptions options)
    {
        using var leadership = new Leadership(flags.Standard, WellKnown.LeaseOf(driver.Name), clients, _metrics, life.Loggers, time);
        if (leadership.IsElected) SidecarDiagnostics.ServeLeaderHealth(diagnostics, flags.Standard, () => leadership.IsHealthy);
        using var api = clients.Create();
        using var eventApi = clients.Create(); // a lane of its own: events never wait for, or delay, an attachment
        var events = new EventRecorder(eventApi, $"external-attacher-{driver.Name}/{Dns.GetHostName()}", time, life.Loggers.CreateLogger<EventRecorder>());
        var controllers = new ControllerSet(driver, options, api, connection, events, _metrics, time, life.Loggers);
        var isInOrder = await leadership.RunAsync(controllers.RunAsync, life.DrainOnSignal, _stop);
        return isInOrder ? ExitCode.Success : Fail("the leader lease was lost; another replica may work from now on");
    }

    /// <summary>
    /// Connects and asks for the name. For a driver that took over a built-in plugin the calls are measured with one more label, so
    /// it is connected to anew: a metric cannot change its labels (attacher contract 4.1 step 7).
    /// </summary>
    private async Task<(CsiConnection? Connection, string Name, DriverStartFailure? Refused)> Meet(DriverStart start)
    {
        var metrics = new CsiCallMetrics(_callMetrics);
        var connected = await start.ConnectAsync(metrics, _stop);
        if (!connected.IsOk) return (null, "", connected.Failure);
        var name = await start.NameAsync(connected.Value, _stop);
        if (!name.IsOk)
        {
            connected.Value.Dispose();
            return (null, "", name.Failure);
        }
        metrics.DriverName = name.Value;
        Log.Driver(_log, name.Value);
        if (!MigrationTargets.Contains(name.Value)) return (connected.Value, name.Value, null);

        _callMetrics = new MetricRegistry();
        var again = await start.ConnectAsync(new CsiCallMetrics(_callMetrics, isMigrationTarget: true) { DriverName = name.Value }, _stop);
        connected.Value.Dispose();
        return (again.Value, name.Value, again.Failure);
    }

    /// <summary>A restarted driver may be another one: everything known of it is stale, so the process starts anew too.</summary>
    private async Task EndWhenLost(CsiConnection connection)
    {
        await connection.Lost;
        life.Fail(ExitCode.Failure, CsiConnection.LostMessage, asTerminationMessage: true);
    }

    private int Fail(string reason)
    {
        life.Fail(ExitCode.Failure, reason);
        return ExitCode.Failure;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Starting: {version}")]
        public static partial void Starting(ILogger logger, string version);

        [LoggerMessage(2, LogLevel.Information, "Detected CSI driver: {driver}")]
        public static partial void Driver(ILogger logger, string driver);

        [LoggerMessage(3, LogLevel.Information, "The driver needs no attaching, its attachments are marked as attached at once: {driver}")]
        public static partial void Trivial(ILogger logger, string driver);
    }
}
