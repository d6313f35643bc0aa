using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Http;

namespace Sidecars.SnapshotController;

/// <summary>
/// Waits at the start until the cluster serves the snapshot kinds (snapshot controller contract 1.3): in a new cluster they are made at the same
/// time as this program. After the time of <c>--retry-crd-interval-max</c> it is given up.
/// </summary>
internal sealed partial class KindsStart(SnapshotControllerOptions options, RequestRate rate)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);

    public async Task<StartProblem?> Check(StartContext context, CancellationToken stop)
    {
        using var api = context.NewClient(rate);
        var log = context.Loggers.CreateLogger<KindsStart>();
        var started = context.Time.GetTimestamp();
        for (var pause = s_firstPause; await Kinds.Missing(api, Kinds.OfSnapshots, stop) is { } missing; pause *= 1.5)
        {
            var left = options.KindsWait - context.Time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                return new StartProblem($"the cluster does not serve {missing.Kind} after {GoDuration.Format(options.KindsWait)}: {missing.Failure}; "
                    + "install the CustomResourceDefinitions of group snapshot.storage.k8s.io in version v1, "
                    + "and allow the service account to list them");
            }
            Log.Waiting(log, missing.Kind, missing.Failure.ToString());
            await Pause.For(pause < left ? pause : left, context.Time, stop);
        }
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Waiting for the cluster to serve the snapshot kinds {Kind} {Err}")]
        public static partial void Waiting(ILogger logger, string kind, string err);
    }
}
