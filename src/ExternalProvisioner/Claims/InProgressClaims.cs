using System.Collections.Concurrent;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>
/// Claims for which the driver may still be making a volume (provisioner contract 4.2). It keeps provisioning alive after the
/// claim is gone, so that a late volume gets a PersistentVolume and is reclaimed instead of leaked. Lives in memory only.
/// </summary>
internal sealed class InProgressClaims
{
    private readonly ConcurrentDictionary<string, PersistentVolumeClaim> _byUid = new(StringComparer.Ordinal);

    public PersistentVolumeClaim? Find(string uid) => _byUid.GetValueOrDefault(uid);

    public void Keep(PersistentVolumeClaim claim) => _byUid[claim.Uid] = claim;

    public void Drop(string uid) => _byUid.TryRemove(uid, out _);
}
