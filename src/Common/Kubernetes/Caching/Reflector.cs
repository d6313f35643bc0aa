using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.Kubernetes.Caching;

/// <summary>
/// Keeps a store equal to the server's state for as long as it runs, and says in the log what goes wrong meanwhile. It never
/// gives up: a failing list or watch is tried again, and readers keep what was known.
/// </summary>
/// <typeparam name="T">Kind of the objects.</typeparam>
public sealed partial class Reflector<T>(ApiClient api, Resource<T> resource, ObjectStore<T> store, WatcherOptions options, TimeProvider time, ILogger log)
    where T : KubeObject, new()
{
    private volatile WatchFailure? _trouble;

    /// <summary>The step that failed last; null where a list was completed since.</summary>
    public WatchFailure? Trouble => _trouble;

    /// <summary>Whether the server refused the last list or watch because we may not make it.</summary>
    public bool IsForbidden => _trouble is { Failure.IsForbidden: true };

    /// <summary>Plural name of the resource, for messages.</summary>
    public string What => resource.Plural;

    /// <summary>Completes once the first full list is in the store.</summary>
    public Task Synced => store.Synced;

    /// <summary>Lists and watches until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var unreadable = new UnreadableObjects(resource.Plural, options.Metrics, log);
        try
        {
            await foreach (var e in new Watcher<T>(api, resource, options, time).Events(stop).WithCancellation(stop))
            {
                unreadable.Take(store.Take(e));
                if (e.Kind is WatchEventKind.ListCompleted)
                {
                    _trouble = null;
                    Log.Populated(log, resource.Plural, store.Count);
                }
                if (e.Failure is { } failed) Report(failed);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private void Report(WatchFailure failed)
    {
        if (!failed.FallsBack) _trouble = failed; // else the same list is asked for in another way, at once
        if (failed.FallsBack) Log.FallsBack(log, failed.Step, failed.Failure.ToString());
        else if (failed.Failure.IsForbidden) Log.Forbidden(log, failed.Step, failed.Failure.ToString(), failed.Delay);
        else Log.Failed(log, failed.Step, failed.Failure.ToString(), failed.Delay);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Cache is populated {Resource} {Count}")]
        public static partial void Populated(ILogger logger, string resource, int count);

        [LoggerMessage(2, LogLevel.Warning, "Watch interrupted, known state is kept {Step} {Reason} {RetryAfter}")]
        public static partial void Failed(ILogger logger, string step, string reason, TimeSpan retryAfter);

        [LoggerMessage(4, LogLevel.Debug, "The server does not do it this way, it is asked in a plainer one {Step} {Reason}")]
        public static partial void FallsBack(ILogger logger, string step, string reason);

        // An operator's mistake, and nothing works until it is put right: louder than the rest.
        [LoggerMessage(3, LogLevel.Error, "Not allowed to watch, grant get, list and watch to the service account {Step} {Reason} {RetryAfter}")]
        public static partial void Forbidden(ILogger logger, string step, string reason, TimeSpan retryAfter);
    }
}
