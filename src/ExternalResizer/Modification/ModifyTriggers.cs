using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalResizer.Modification;

/// <summary>
/// Which change puts which claim in line to be modified (resizer contract 11.1). A claim whose volume has the class it names is passed over, and so are
/// our own writes.
/// </summary>
internal sealed class ModifyTriggers(Caches caches, ModifyMemory memory, AttributesClassWaits waits, WorkQueue<string> queue, ItemBackoff<string> backoff)
{
    public void ClaimChanged(StoreChange<PersistentVolumeClaim> change)
    {
        if (change.Old is { } old && old.Uid.Length > 0 && old.Uid != change.New?.Uid)
        {
            var key = Caches.KeyOf(old);
            memory.Forget(old.Uid);
            waits.Forget(key);
            backoff.Forget(key);
        }
        if (change.New is not { } now || !Readings.IsBound(now)) return;
        if (change.Old is not { } before || Matters(before, now, change.IsOwn)) Look(caches.FindClaim(now.Key) ?? now);
    }

    public void VolumeChanged(StoreChange<PersistentVolume> change)
    {
        if (change.New is { Spec.ClaimRef: { Name: { } name } of } && change.Old?.Spec.ClaimRef?.Uid != of.Uid
            && caches.FindClaim(new ObjectKey(of.Namespace, name)) is { } claim) Look(claim);
    }

    /// <summary>Looks at everything again that is not done. What has failed, or waits for a class, has its own time.</summary>
    public void LookAgain()
    {
        foreach (var claim in caches.Claims.Snapshot())
            if (Readings.IsBound(claim) && Caches.KeyOf(claim) is var key && backoff.FailuresOf(key) is 0 && !waits.IsWaiting(key)) Look(claim);
    }

    /// <summary>Puts the claim in line, if it asks for anything.</summary>
    public void Look(PersistentVolumeClaim claim)
    {
        if (ModifyReconciler.IsWanted(claim)) queue.Add(Caches.KeyOf(claim));
    }

    private static bool Matters(PersistentVolumeClaim old, PersistentVolumeClaim now, bool isOwn) =>
        old.Uid != now.Uid
        || old.Spec.VolumeAttributesClassName != now.Spec.VolumeAttributesClassName
        || (!isOwn && old.Status?.ModifyVolumeStatus is not null && now.Status!.ModifyVolumeStatus is null);
}
