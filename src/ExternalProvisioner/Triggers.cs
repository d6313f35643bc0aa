using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Deletion;
using Sidecars.ExternalProvisioner.Intents;
using Sidecars.ExternalProvisioner.Volumes;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalProvisioner;

/// <summary>
/// Which change of which object puts what into which queue. Objects that need nothing are passed over here, so that ten thousand
/// bound claims cost nothing at start; the reconcilers judge again by the state of then.
/// </summary>
internal sealed class Triggers(
    AskedDriver driver, Caches caches, ClaimMemory memory, VolumeSaver saver, DriverDeletion deletions, WorkQueue<string> claims, KeyController volumes)
{
    public void ClaimChanged(StoreChange<PersistentVolumeClaim> change)
    {
        // Nothing of it is under way: let the reconciler forget it. Otherwise its retry goes on in its own time.
        if (Vanished(change) is { } gone && memory.InProgress.Find(gone.Uid) is null) claims.Add(gone.Uid);
        if (IsOwnWrite(change)) return;
        if (change.New is { } claim && (ClaimOwnership.IsOurs(claim, driver.Name) || IsNoted(claim) || memory.Knows(claim.Uid))) claims.Add(claim.Uid);
    }

    public void VolumeChanged(StoreChange<PersistentVolume> change)
    {
        if (Vanished(change) is { } gone)
        {
            deletions.Forget(gone);
            volumes.Backoff.Forget(gone.Name);
            // Deleted before it was bound: its claim waits for another.
            if (gone.Spec.ClaimRef?.Uid is { } uid && caches.ClaimsByUid.First(uid) is { } claim && ClaimOwnership.IsOurs(claim, driver.Name)) claims.Add(uid);
        }
        if (change.New is not { } volume) return;
        if (IsToBeLookedAt(volume)) volumes.Queue.Add(volume.Name);
        // It is stored: the note on its claim has done its work.
        if (volume.Spec.ClaimRef?.Uid is { } owner && caches.ClaimsByUid.Find(owner) is { } noted && IsNoted(noted)) claims.Add(owner);
    }

    /// <summary>
    /// A class that is new, or made anew, may be what its claims were waiting for: they did not find it, it was of another driver, or
    /// the driver called its parameters invalid. Where its news comes late, a claim may have been tried with it already, and has its own time then.
    /// A volume that the server refused to store may be waiting for any change: mount options can be edited in place.
    /// </summary>
    public void ClassChanged(StoreChange<StorageClass> change)
    {
        if (change.New is not { } storageClass || storageClass.Metadata.ResourceVersion == change.Old?.Metadata.ResourceVersion) return;
        saver.ClassChanged(storageClass);
        if (storageClass.Uid == change.Old?.Uid) return;
        foreach (var claim in caches.Claims.Snapshot().Concat(memory.InProgress.All))
        {
            if (ClaimOwnership.IsOurs(claim, driver.Name) && ClaimOwnership.ClassOf(claim) == storageClass.Name && !memory.HadClass(claim.Uid, storageClass))
                claims.Add(claim.Uid);
        }
    }

    /// <summary>A volume whose deletion waits for its last attachment need not wait for its back-off too.</summary>
    public void AttachmentChanged(StoreChange<VolumeAttachment> change)
    {
        if (change.New is not null || change.Old?.Spec.Source?.PersistentVolumeName is not { } name) return;
        if (caches.FindVolume(name) is { } volume && IsToBeLookedAt(volume)) volumes.Queue.Add(name);
    }

    /// <summary>
    /// The note came or went, by us, and nothing else: what brings a claim up at once would do so with every failed attempt, which notes and takes off.
    /// </summary>
    private bool IsOwnWrite(StoreChange<PersistentVolumeClaim> change)
    {
        if (change is not { Old: { } old, New: { } now } || old.Uid != now.Uid) return false;
        if (change.IsShown) return memory.IsNoteWrite(now.Uid, now.Metadata.ResourceVersion); // folded in when it was written
        return IsNoted(old) != IsNoted(now) && WhatMatters(old) == WhatMatters(now);
    }

    /// <summary>All of a claim that matters to its volume, but for the note.</summary>
    internal static (string?, DateTimeOffset?, string?, string, string?) WhatMatters(PersistentVolumeClaim claim) =>
        (claim.Spec.VolumeName, claim.Metadata.DeletionTimestamp, ClaimOwnership.ProvisionerOf(claim), ClaimOwnership.ClassOf(claim), ClaimOwnership.SelectedNodeOf(claim));

    /// <summary>The object that is no more, be it that another of the same name has taken its place while nobody watched.</summary>
    private static T? Vanished<T>(StoreChange<T> change) where T : KubeObject => change.Old is { } old && old.Uid != change.New?.Uid ? old : null;

    private bool IsNoted(PersistentVolumeClaim claim) => VolumeIntent.Of(claim, driver) is not null;

    private bool IsToBeLookedAt(PersistentVolume volume) =>
        VolumeOwnership.IsOurs(volume, driver.Name)
        && (VolumeOwnership.NeedsFinalizer(volume) || VolumeOwnership.ShedsFinalizer(volume) || VolumeOwnership.IsToBeDeleted(volume));
}
