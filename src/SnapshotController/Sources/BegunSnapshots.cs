using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Sources;

/// <summary>
/// Snapshots whose content is being made: they hold their claim, and nothing in the cluster says so yet. Safe for concurrent use.
/// </summary>
internal sealed class BegunSnapshots
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ObjectKey> _claims = new(StringComparer.Ordinal); // by uid of the snapshot
    private readonly Dictionary<ObjectKey, Dictionary<string, bool>> _snapshots = []; // by claim: uid, and whether the content was refused

    public void Begin(string uid, ObjectKey claim)
    {
        lock (_lock)
        {
            _claims[uid] = claim;
            if (!_snapshots.TryGetValue(claim, out var of)) _snapshots[claim] = of = new(StringComparer.Ordinal);
            of[uid] = false;
        }
    }

    /// <summary>The server has refused the content. Gives back the claim, if one is held for it.</summary>
    public ObjectKey? Refuse(string uid)
    {
        lock (_lock)
        {
            if (!_claims.TryGetValue(uid, out var claim)) return null;
            _snapshots[claim][uid] = true;
            return claim;
        }
    }

    /// <summary>Gives back the claim, if one was held for it.</summary>
    public ObjectKey? End(string uid)
    {
        lock (_lock)
        {
            if (!_claims.Remove(uid, out var claim)) return null;
            var of = _snapshots[claim];
            of.Remove(uid);
            if (of.Count is 0) _snapshots.Remove(claim);
            return claim;
        }
    }

    /// <summary>Whether a content may have been made that nobody has seen.</summary>
    public bool MayBeMade(string uid)
    {
        lock (_lock) return _claims.TryGetValue(uid, out var claim) && !_snapshots[claim][uid];
    }

    /// <summary>Whether one holds the claim; one that was refused holds none that is to go.</summary>
    public bool Hold(ObjectKey claim, bool isToGo)
    {
        lock (_lock) return _snapshots.TryGetValue(claim, out var of) && (!isToGo || of.ContainsValue(false));
    }
}
