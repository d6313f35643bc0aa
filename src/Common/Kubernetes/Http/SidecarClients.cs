using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Flags;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// Makes the API clients of one program, as its flags want them: all present themselves under the program's name, and each has a
/// token bucket of its own where <c>--kube-api-qps</c> or <c>--kube-api-burst</c> was given, so that lanes cannot starve each
/// other. Whoever asks for a client owns it.
/// </summary>
/// <param name="cluster">Where the API server is.</param>
/// <param name="program">Binary name; the server records it as the manager of what we write.</param>
/// <param name="version">Version, three numbers.</param>
/// <param name="flags">The program's flags.</param>
/// <param name="loggers">Where requests are told at high verbosity.</param>
/// <param name="time">Clock.</param>
public sealed class SidecarClients(
    ClusterAddress cluster, string program, string version, StandardFlags flags, ILoggerFactory loggers, TimeProvider time)
{
    /// <summary>A new client with its own connections and its own bucket.</summary>
    /// <param name="connections">How soon it notices a dead connection; null for the usual times.</param>
    /// <param name="rate">A rate of its own, whatever those two flags say; null for theirs.</param>
    public ApiClient Create(ConnectionOptions? connections = null, RequestRate? rate = null)
    {
        var isExplicit = rate is not null || flags.KubeApiQps.IsSet || flags.KubeApiBurst.IsSet;
        rate ??= new RequestRate(flags.KubeApiQps.Value, flags.KubeApiBurst.Value);
        return new ApiClient(cluster, new ApiClientOptions
        {
            UserAgent = $"{program}/v{version} (linux/{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()})",
            Throttle = ApiClientOptions.ThrottleOf(rate.PerSecond, rate.Burst, isExplicit, time),
            Connections = connections ?? ConnectionOptions.OfEnvironment,
        }, time, loggers.CreateLogger<ApiClient>());
    }
}
