using Sidecars.Hosting.Flags;
using Sidecars.Hosting.Metrics;

namespace Sidecars.Hosting.Http;

/// <summary>
/// The diagnostics every sidecar serves where <c>--http-endpoint</c> or <c>--metrics-address</c> names an address: its metrics and,
/// with an election, the leader's health (common contract 4.2, 4.3 and 5).
/// </summary>
public static class SidecarDiagnostics
{
    /// <summary>Where the leader's health is told; no other path may be this one.</summary>
    public const string LeaderHealthPath = "/healthz/leader-election";

    /// <summary>Registers the families of process and runtime, maps the metrics path and listens; an error says why it cannot.</summary>
    /// <param name="server">Server that does not listen yet.</param>
    /// <param name="life">Ends, with exit code 1, when the server that listened can take no requests any more.</param>
    /// <param name="flags">Addresses and path; without an address nothing happens.</param>
    /// <param name="version">Version, for the build information.</param>
    /// <param name="alphaStartTime">Whether the help of the start time says that it is alpha; the originals differ.</param>
    /// <param name="time">Clock.</param>
    /// <param name="registries">Registries that are printed; the first takes the families of process and runtime.</param>
    public static string? Serve(
        DiagnosticsServer server, ProcessLife life, StandardFlags flags, string version, bool alphaStartTime, TimeProvider time, params ReadOnlySpan<MetricRegistry> registries)
    {
        if (flags.DiagnosticsAddress is not { Length: > 0 } address) return null;
        ProcessMetrics.RegisterStartTime(registries[0], alphaStartTime);
        ProcessMetrics.Register(registries[0]);
        RuntimeMetrics.Register(registries[0]);
        RuntimeMetrics.RegisterBuildInfo(registries[0], version, "");
        server.MapMetrics(flags.MetricsPath.Value, ProcessMetrics.ReadStartTime(time), registries);
        life.EndOn(server.Failed);
        return server.TryListen(address, out var error) ? null : error;
    }

    /// <summary>Adds the leader's health, which <c>--http-endpoint</c> alone serves. May follow <see cref="Serve"/>.</summary>
    public static void ServeLeaderHealth(DiagnosticsServer server, StandardFlags flags, Func<bool> isHealthy)
    {
        if (flags.HttpEndpoint.Value.Length is 0) return;
        server.Map(LeaderHealthPath, (_, response, _) =>
        {
            if (isHealthy()) response.WriteText(200, "ok");
            else response.WriteText(500, "internal server error: failed election to renew leadership on lease \n");
            return ValueTask.CompletedTask;
        });
    }
}
