using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
namespace Sidecars.SnapshotController.Patches;

/// <summary>
/// Tells our own writes from the news of others. The watch may show a write before its answer is here, and would then bring up an object that
/// has just been looked at, past any pause it is in. What the watch shows of an object while a write of it is under way is therefore kept until the
/// answer says which version was ours; if another was among it, the object is brought up then.
/// </summary>
internal sealed class OwnWrites(Action<ObjectKey> wake)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, HashSet<ulong>> _underWay = []; // versions that the watch has shown meanwhile
    private readonly Dictionary<ObjectKey, ulong> _toCome = []; // our last versions, which the watch has still to show

    /// <summary>A write of that object is sent; the worker that owns the key sends one at a time.</summary>
    public void Begin(ObjectKey key)
    {
        lock (_lock) _underWay[key] = [];
    }

    /// <summary>It is answered: with the version it made, or with none where nobody knows what it did.</summary>
    public void End(ObjectKey key, ulong? version)
    {
        bool isNews;
        lock (_lock)
        {
            isNews = _underWay.Remove(key, out var shown) && shown.Any(v => v != version);
            // The watch may have taken it in, and not told of it yet.
            if (version is { } own && shown?.Contains(own) is false) _toCome[key] = own;
        }
        if (isNews) wake(key);
    }

    /// <summary>The object is gone: nothing of it will come.</summary>
    public void Forget(ObjectKey key)
    {
        lock (_lock) _toCome.Remove(key);
    }

    /// <summary>Whether the object is to be looked at because of a change that the watch brings.</summary>
    public bool IsNews<T>(StoreChange<T> change) where T : KubeObject
    {
        if (change.New is not { } now) return false;
        var version = now.Metadata.ResourceVersion;
        lock (_lock)
        {
            if (_toCome.TryGetValue(now.Key, out var own) && version >= own)
            {
                _toCome.Remove(now.Key);
                if (version == own) return false;
            }
        }
        // What was written comes back as what is known already; nothing follows from it that was not done with it.
        if (change.Old is { } known && known.Uid == now.Uid && version is not 0
            && version <= known.Metadata.ResourceVersion) return false;
        lock (_lock)
        {
            if (!_underWay.TryGetValue(now.Key, out var shown)) return true;
            shown.Add(version);
            return false;
        }
    }
}
