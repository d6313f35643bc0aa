using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;

namespace Sidecars.Kubernetes.Http;

/// <summary>Tells the warnings of the API server (a deprecated field, an odd name) in the log, each text once.</summary>
internal sealed partial class ServerWarnings(ILogger log)
{
    /// <summary>Different texts remembered; further ones are passed over, because a log full of warnings warns of nothing.</summary>
    private const int MostTexts = 256;

    private readonly ConcurrentDictionary<string, byte> _told = new(StringComparer.Ordinal);

    public void Take(HttpResponseHeaders headers)
    {
        if (!headers.Contains("Warning")) return;
        foreach (var warning in headers.Warning)
        {
            if (_told.Count < MostTexts && _told.TryAdd(warning.Text, 0)) Log.Warned(log, warning.Text.Trim('"'));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The API server warns {Warning}")]
        public static partial void Warned(ILogger logger, string warning);
    }
}
