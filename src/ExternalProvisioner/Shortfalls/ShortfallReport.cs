using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Http;

namespace Sidecars.ExternalProvisioner.Shortfalls;

/// <summary>
/// Says once, when the work begins, what no claim will get from this driver in this cluster, so that whoever sets it up need not wait for the first claim
/// that asks for it. Nothing depends on it: claims are judged by themselves, later, and a kind may be served by then.
/// </summary>
internal sealed partial class ShortfallReport(DriverFacts driver, ProvisionerOptions options, ApiClient api, TimeProvider time, ILogger<ShortfallReport> log)
{
    public async Task RunAsync(CancellationToken stop)
    {
        foreach (var shortfall in DriverShortfalls.Of(driver, options)) Tell(shortfall);
        foreach (var kind in NeededKind.Of(driver, options))
        {
            var (version, failure) = await new ServedKind(api, kind.Group, kind.Versions, kind.Kind, time).Ask(stop);
            if (failure is not null) Log.Unknown(log, kind.Kind, failure.ToString());
            else if (version is null) Tell(kind.Without);
        }
    }

    private void Tell(Shortfall shortfall)
    {
        if (shortfall.IsMeant) Log.Lacks(log, driver.Name, shortfall.ToString());
        else Log.Wrong(log, driver.Name, shortfall.ToString());
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "What claims of this driver do not get here: {driver} {shortfall}")]
        public static partial void Lacks(ILogger logger, string driver, string shortfall);

        [LoggerMessage(2, LogLevel.Warning, "What claims of this driver do not get here: {driver} {shortfall}")]
        public static partial void Wrong(ILogger logger, string driver, string shortfall);

        [LoggerMessage(3, LogLevel.Information, "Whether the cluster serves a kind is not known: {kind} {err}")]
        public static partial void Unknown(ILogger logger, string kind, string err);
    }
}
