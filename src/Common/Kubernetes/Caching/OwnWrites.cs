using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Caching;

/// <summary>
/// Tells what came in with a write of ours from what somebody else wrote. The watch may show a write before its answer is here, and the server may
/// change the object with it, as where a webhook stamps each update: to look again because of that would take every pause away. What the watch
/// shows of an object while a write of it is under way is therefore kept until the answer says which version was ours; if another was among it, the
/// object is looked at again then. Of a write without an answer nobody knows, so that all that came meanwhile is somebody else's.
/// </summary>
/// <typeparam name="T">Kind of the objects.</typeparam>
/// <param name="store">What is known of them; what a write is answered with has to be folded into it before the write ends.</param>
/// <param name="lookAgain">Puts an object in line.</param>
public sealed class OwnWrites<T>(IObjectReader<T> store, Action<ObjectKey> lookAgain) where T : KubeObject
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, Trail> _trails = [];

    /// <summary>Our writes of one object that the watch has not shown yet.</summary>
    private sealed class Trail(ulong from)
    {
        /// <summary>The version before them.</summary>
        public ulong From { get; set; } = from;

        /// <summary>The versions that they made, in order.</summary>
        public List<ulong> ToCome { get; } = [];

        /// <summary>What the watch has shown since the write began that is under way; null where none is.</summary>
        public List<(ulong Version, bool IsReason)>? Shown { get; set; }

        /// <summary>Whether the object was seen to go while a write of it was under way: what that made will not be shown.</summary>
        public bool IsGone { get; set; }

        public bool IsOver => ToCome.Count is 0 && Shown is null;
    }

    /// <summary>How many objects have a write that is under way, or that the watch has still to show.</summary>
    internal int Count
    {
        get
        {
            lock (_lock) return _trails.Count;
        }
    }

    /// <summary>Makes a write of an object, of which there is one at a time.</summary>
    public async Task<ApiResult<T>> Watched(T item, Func<Task<ApiResult<T>>> write)
    {
        Begun(item);
        ulong? own = null;
        try
        {
            var answer = await write();
            own = answer.Value?.Metadata.ResourceVersion;
            return answer;
        }
        finally
        {
            if (Ended(item, own)) lookAgain(item.Key);
        }
    }

    /// <summary>
    /// Whether the object is to be looked at because of a change that the watch brings. What is older than what we know is not, unless a write of
    /// ours landed on it unawares.
    /// </summary>
    /// <param name="change">What the watch brings; all of them are to be asked about.</param>
    /// <param name="isReason">Whether the change would be a reason at all, were it not ours.</param>
    public bool IsNews(StoreChange<T> change, bool isReason = true)
    {
        if (change.New is not { } now) return false;
        var version = now.Metadata.ResourceVersion;
        var isKnown = change.IsShown || version is not 0 && change.Old is { } old && old.Uid == now.Uid && old.Metadata.ResourceVersion == version;
        var isPast = store.Find(now.Key) is { } known && known.Uid == now.Uid && known.Metadata.ResourceVersion > version;
        lock (_lock)
        {
            if (_trails.TryGetValue(now.Key, out var trail))
            {
                var isOurs = trail.ToCome.Contains(version);
                if (isOurs) trail.From = version;
                trail.ToCome.RemoveAll(v => v <= version);
                if (trail.IsOver) _trails.Remove(now.Key);
                if (isOurs) return false;
                if (version > trail.From && trail.Shown is { } shown)
                {
                    shown.Add((version, isReason));
                    return false;
                }
                if (version > trail.From && trail.ToCome.Count > 0) return isReason; // we wrote on it without having seen it
            }
            return isReason && !isKnown && !isPast;
        }
    }

    /// <summary>Somebody asks for something else by now, as was read beside the watch: it brings what is known already.</summary>
    public void LookAgain(ObjectKey key) => lookAgain(key);

    /// <summary>The object is gone: nothing of it will come.</summary>
    public void Forget(ObjectKey key)
    {
        lock (_lock)
        {
            if (!_trails.TryGetValue(key, out var trail)) return;
            trail.ToCome.Clear();
            trail.IsGone = true;
            if (trail.IsOver) _trails.Remove(key);
        }
    }

    private void Begun(T item)
    {
        lock (_lock)
        {
            if (!_trails.TryGetValue(item.Key, out var trail)) _trails[item.Key] = trail = new Trail(item.Metadata.ResourceVersion);
            trail.Shown = [];
        }
    }

    /// <summary>Whether something came meanwhile that was not ours.</summary>
    private bool Ended(T item, ulong? own)
    {
        lock (_lock)
        {
            var trail = _trails[item.Key];
            var shown = trail.Shown!;
            trail.Shown = null;
            // The watch may have taken it in, and not told of it yet. A write that changed nothing made no version.
            var isToCome = own > item.Metadata.ResourceVersion && !trail.IsGone && !shown.Exists(s => s.Version == own);
            if (isToCome) trail.ToCome.Add(own!.Value);
            if (trail.IsOver) _trails.Remove(item.Key);
            return shown.Exists(s => s.IsReason && s.Version != own);
        }
    }
}
