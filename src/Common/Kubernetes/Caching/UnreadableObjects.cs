using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.Kubernetes.Caching;

/// <summary>
/// Tells of the objects of one resource that cannot be read: each once in the log, until it can be read again or is gone, and each state
/// of one once in a metric. Used on the watch's task alone.
/// </summary>
internal sealed partial class UnreadableObjects
{
    private readonly string _resource;
    private readonly ILogger _log;
    private readonly CounterSeries? _count;
    private readonly Dictionary<ObjectKey, (string Uid, ulong Version)> _told = [];
    private HashSet<ObjectKey>? _listed; // those of the list that is coming in

    public UnreadableObjects(string resource, MetricRegistry? metrics, ILogger log)
    {
        (_resource, _log) = (resource, log);
        _count = metrics?.Counter("csi_sidecar_unreadable_objects_total",
            "Number of states of objects of the API server that could not be read and were passed over. 'resource' is the plural name of their kind.", "resource").With(resource);
    }

    public void Take<T>(in WatchEvent<T> e) where T : KubeObject
    {
        switch (e.Kind)
        {
            case WatchEventKind.Unreadable:
                Tell(e.Unreadable!);
                break;
            case WatchEventKind.ListStarted:
                _listed = [];
                break;
            case WatchEventKind.ListCompleted:
                foreach (var key in _told.Keys.Where(key => !_listed!.Contains(key)).ToArray()) _told.Remove(key);
                _listed = null;
                break;
            case WatchEventKind.DeletedUnreadable:
                _told.Remove(e.Unreadable!.Key);
                break;
            case WatchEventKind.Deleted when _told.Count > 0:
                _told.Remove(e.Object!.Key);
                break;
            case WatchEventKind.Applied or WatchEventKind.Listed when _told.Count > 0:
                if (_told.Remove(e.Object!.Key)) Log.Readable(_log, _resource, e.Object.Key);
                break;
            default:
                break;
        }
    }

    private void Tell(UnreadableObject item)
    {
        _listed?.Add(item.Key);
        var isKnown = _told.TryGetValue(item.Key, out var told) && told.Uid == item.Uid;
        if (isKnown && told.Version == item.Version) return; // a list brings it again and again
        _told[item.Key] = (item.Uid, item.Version);
        _count?.Add();
        if (!isKnown) Log.Unreadable(_log, _resource, item.Key, item.What);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error,
            "An object cannot be read and is left alone until it changes; correct it, or report this if it is as the API wants it {Resource} {Object} {Err}")]
        public static partial void Unreadable(ILogger logger, string resource, ObjectKey @object, string err);

        [LoggerMessage(2, LogLevel.Information, "An object can be read again {Resource} {Object}")]
        public static partial void Readable(ILogger logger, string resource, ObjectKey @object);
    }
}
