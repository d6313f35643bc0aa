using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>
/// Claims for which the driver may still be making a volume (provisioner contract 4.2). It keeps provisioning alive after the
/// claim is gone, so that a late volume gets a PersistentVolume and is reclaimed instead of leaked. The name of the volume is
/// reserved meanwhile: two claims that were given the same name would get the same volume. Lives in memory only.
/// </summary>
internal sealed class InProgressClaims
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (PersistentVolumeClaim Claim, string Volume, AskedPlace? Asked)> _byUid = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PersistentVolumeClaim> _byVolume = new(StringComparer.Ordinal);

    public IReadOnlyList<PersistentVolumeClaim> All
    {
        get
        {
            lock (_lock) return [.. _byUid.Values.Select(e => e.Claim)];
        }
    }

    /// <summary>Whether any of them satisfies a condition, which is asked under the lock.</summary>
    public bool Any(Func<PersistentVolumeClaim, bool> condition)
    {
        lock (_lock)
        {
            foreach (var entry in _byUid.Values)
            {
                if (condition(entry.Claim)) return true;
            }
            return false;
        }
    }

    public PersistentVolumeClaim? Find(string uid)
    {
        lock (_lock) return _byUid.GetValueOrDefault(uid).Claim;
    }

    /// <summary>Where the driver was asked to make the volume, or null.</summary>
    public AskedPlace? AskedFor(string uid)
    {
        lock (_lock) return _byUid.GetValueOrDefault(uid).Asked;
    }

    /// <summary>Keeps the claim, and the name for it, and where the volume is asked for; where another claim has the name, nothing is kept and that claim is returned.</summary>
    public PersistentVolumeClaim? Keep(PersistentVolumeClaim claim, string volume, AskedPlace? asked = null)
    {
        lock (_lock)
        {
            if (_byVolume.TryGetValue(volume, out var holder) && holder.Uid != claim.Uid) return holder;
            _byVolume[volume] = claim;
            _byUid[claim.Uid] = (claim, volume, asked);
            return null;
        }
    }

    public void Drop(string uid)
    {
        lock (_lock)
        {
            if (_byUid.Remove(uid, out var entry)) _byVolume.Remove(entry.Volume);
        }
    }
}
