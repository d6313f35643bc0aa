using System.Globalization;
using Sidecars.Hosting.Metrics;

namespace Sidecars.Hosting.Http;

/// <summary>
/// Serves registries at a path of a <see cref="DiagnosticsServer"/> (common contract 4.3): text format 0.0.4 whatever the client
/// accepts, gzip when it takes it, and the start of the process in a header of its own.
/// </summary>
public static class MetricsEndpoint
{
    /// <summary>
    /// Adds the metrics path. <paramref name="processStart"/> is printed as whole Unix seconds in <c>Process-Start-Time-Unix</c>.
    /// </summary>
    public static void MapMetrics(
        this DiagnosticsServer server, string path, DateTimeOffset processStart, params ReadOnlySpan<MetricRegistry> registries)
    {
        var served = registries.ToArray();
        var startText = processStart.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        server.Map(path, (request, response, _) =>
        {
            response.ContentType = MetricsText.ContentType;
            response.AddHeader("Process-Start-Time-Unix", startText);
            response.AddHeader("Vary", "Accept-Encoding");
            MetricsText.Write(response.Body, served);
            if (request.AcceptsGzip) response.Compress();
            return ValueTask.CompletedTask;
        });
    }
}
