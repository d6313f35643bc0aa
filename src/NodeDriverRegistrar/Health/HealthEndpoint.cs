using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Http;

namespace Sidecars.NodeDriverRegistrar.Health;

/// <summary>Answers <c>/healthz</c>; who asks at the same time gets the outcome of one check. A failure also stands in the log.</summary>
internal sealed partial class HealthEndpoint(SharedCheck<HealthAnswer> check, ILogger logger)
{
    public const string Path = "/healthz";

    public async ValueTask Answer(DiagnosticsRequest request, DiagnosticsResponse response, CancellationToken aborted)
    {
        var answer = await check.Ask(aborted);
        if (answer != HealthAnswer.Ok) Log.Failed(logger, answer.Text, answer.Status);
        response.WriteText(answer.Status, answer.Text);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The health check failed: {reason} {status}")]
        public static partial void Failed(ILogger logger, string reason, int status);
    }
}
