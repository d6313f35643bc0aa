using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Deletion;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalProvisioner;

/// <summary>
/// Which change of which object puts what into which queue. Objects that need nothing are passed over here, so that ten thousand
/// bound claims cost nothing at start; the reconcilers judge again by the state of then.
/// </summary>
internal sealed class Triggers(
    string driver, Caches caches, ClaimMemory memory, WorkQueue<string> claims, WorkQueue<string> volumes, ItemBackoff<string> volumeBackoff,
    VolumeReconciler volumeReconciler)
{
    public void ClaimChanged(StoreChange<PersistentVolumeClaim> change)
    {
        if (change.New is { } claim)
        {
            if (ClaimOwnership.IsOurs(claim, driver) || memory.Knows(claim.Uid)) claims.Add(claim.Uid);
        }
        else if (change.Old is { } gone && memory.InProgress.Find(gone.Uid) is null)
        {
            // Nothing of it is under way: let the reconciler forget it. Otherwise its retry goes on in its own time.
            claims.Add(gone.Uid);
        }
    }

    public void VolumeChanged(StoreChange<PersistentVolume> change)
    {
        if (change.New is { } volume)
        {
            if (IsToBeLookedAt(volume)) volumes.Add(volume.Name);
        }
        else if (change.Old is { } gone)
        {
            volumeReconciler.Forget(gone);
            volumeBackoff.Forget(gone.Name);
        }
    }

    public void ClassChanged(StoreChange<StorageClass> change)
    {
        if (change.New is not { } storageClass || storageClass.Uid == change.Old?.Uid) return;
        foreach (var uid in memory.AwaitingClass.Take(storageClass.Name)) claims.Add(uid);
    }

    /// <summary>A volume whose deletion waits for its last attachment need not wait for its back-off too.</summary>
    public void AttachmentChanged(StoreChange<VolumeAttachment> change)
    {
        if (change.New is not null || change.Old?.Spec.Source?.PersistentVolumeName is not { } name) return;
        if (caches.Volumes.Find(new ObjectKey(null, name)) is { } volume && IsToBeLookedAt(volume)) volumes.Add(name);
    }

    private bool IsToBeLookedAt(PersistentVolume volume) =>
        VolumeOwnership.IsOurs(volume, driver)
        && (VolumeOwnership.NeedsFinalizer(volume) || VolumeOwnership.ShedsFinalizer(volume) || VolumeOwnership.IsToBeDeleted(volume));
}
