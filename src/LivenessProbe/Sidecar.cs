using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;
using Sidecars.Hosting.Http;
using Sidecars.Hosting.Metrics;
using Sidecars.LivenessProbe.Health;

namespace Sidecars.LivenessProbe;

/// <summary>
/// The life of the program in the order of the contract (liveness contract 3): wait for the driver, ask for its name, listen, answer. A
/// driver that is down never ends it. There is no listener before the driver has told its name, so that the kubelet's probes fail until then.
/// </summary>
internal sealed partial class Sidecar(ProbeFlags flags, ProcessLife life, TimeProvider time, string version)
{
    private readonly ILogger _log = life.Loggers.CreateLogger<Sidecar>();
    private readonly CancellationToken _stop = life.Stopping;

    public async Task<int> RunAsync()
    {
        Log.Starting(_log, ProgramVersion.Full(version));
        if (flags.AutoMaxProcs.Value) Log.IgnoredFlag(_log, StandardFlags.AutoMaxProcsHasNoEffect);
        var address = CsiAddress.Parse(flags.CsiAddress.Value, out _)!; // was checked with the flags
        var registry = new MetricRegistry();
        ProcessMetrics.RegisterStartTime(registry, alpha: true);
        var metrics = new CsiCallMetrics(registry);
        var (name, error) = await new DriverName(address, metrics, life.Loggers.CreateLogger<DriverName>(), time).Ask(_stop);
        if (name is null) return Fail($"asking the driver at {address} for its name (GetPluginInfo): {error}");
        metrics.DriverName = name;
        Log.Driver(_log, name);

        using var health = new DriverHealth(address, flags.ProbeTimeout.Value, metrics, life.Loggers, time);
        var endpoint = new HealthEndpoint(new SharedCheck<Verdict>(health.Check), new CheckMetrics(registry, name), life.Loggers.CreateLogger<HealthEndpoint>());
        await using var healthServer = new DiagnosticsServer(life.Loggers, time, DiagnosticsLimits.ManyAtOnce);
        await using var metricsServer = new DiagnosticsServer(life.Loggers, time);
        healthServer.Map("/healthz", endpoint.Answer, anyMethod: true);
        if (ServeMetrics(healthServer, metricsServer, registry) is { } metricsError) return Fail(metricsError);
        if (!healthServer.TryListen(flags.HealthAddress, out var healthError)) return Fail($"{healthError} (--http-endpoint or --health-port)");
        life.EndOn(healthServer.Failed);
        life.EndOn(metricsServer.Failed);
        return await life.Ended;
    }

    /// <summary>The metrics beside the health check, on a listener of their own, or nowhere (liveness contract 2.1).</summary>
    private string? ServeMetrics(DiagnosticsServer healthServer, DiagnosticsServer metricsServer, MetricRegistry registry)
    {
        var isOwn = flags.MetricsAddress.Value.Length > 0;
        if (!isOwn && flags.HttpEndpoint.Value.Length is 0) return null;
        var server = isOwn ? metricsServer : healthServer;
        server.MapMetrics(flags.MetricsPath.Value, ProcessMetrics.ReadStartTime(time), registry);
        if (!isOwn || server.TryListen(flags.MetricsAddress.Value, out var error)) return null;
        return $"{error} (--metrics-address)";
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

        [LoggerMessage(3, LogLevel.Warning, "The command line names something without effect: {reason}")]
        public static partial void IgnoredFlag(ILogger logger, string reason);
    }
}
