using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Http;

namespace Sidecars.LivenessProbe.Health;

/// <summary>
/// Answers <c>/healthz</c> (liveness contract 4): 200 where the driver is well, 500 with the reason where it is not. Counts each answer by
/// its result, so that a dashboard tells slow drivers from dead ones.
/// </summary>
internal sealed partial class HealthEndpoint(SharedCheck<Verdict> check, CheckMetrics metrics, ILogger<HealthEndpoint> log)
{
    public async ValueTask Answer(DiagnosticsRequest request, DiagnosticsResponse response, CancellationToken aborted)
    {
        var verdict = await check.Ask(aborted);
        metrics.Count(verdict.Result);
        if (verdict.Result is CheckResult.Ok) Log.Passed(log);
        else Log.Failed(log, verdict.Text);
        response.WriteText(verdict.Result is CheckResult.Ok ? 200 : 500, verdict.Text);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Trace, "Health check succeeded")]
        public static partial void Passed(ILogger logger);

        [LoggerMessage(2, LogLevel.Error, "Health check failed: {err}")]
        public static partial void Failed(ILogger logger, string err);
    }
}
