using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Snapshots;
using Sidecars.SnapshotController.Sources;

namespace Sidecars.SnapshotController;

/// <summary>
/// Which change of which object puts what into which queue (snapshot controller contract 3). Whatever a snapshot waits for brings it up the moment
/// it comes: its claim and volume, its class, a mark on a class, its content.
/// </summary>
internal sealed class Triggers(
    Caches caches, Queues queues, OwnWrites<VolumeSnapshot> own, ClaimProtection protection, SnapshotDeletion deletion, ModeRefusals refusals)
{
    /// <summary>Called when a snapshot is gone, with its uid: whoever remembers anything of it forgets it.</summary>
    public required Action<string> Forget { get; init; }

    public void SnapshotChanged(StoreChange<VolumeSnapshot> change)
    {
        if (change.Old is { } old && old.Uid != change.New?.Uid)
        {
            own.Forget(old.Key);
            End(old);
        }
        if (change.New is not { } now) return;
        if (own.IsNews(change)) queues.Snapshots.Queue.Add(now.Key.ToString());
        LookAtClaim(SnapshotState.ClaimOf(now));
    }

    public void ContentChanged(StoreChange<VolumeSnapshotContent> change)
    {
        if (change.Old is { } old && old.Uid != change.New?.Uid) End(old);
        if (change.New is not { } now) return;
        if (ContentReconciler.IsUnfinished(now)) queues.Contents.Queue.Add(now.Name);
        LookAtSnapshots(now);
        if (change.Old is { } before && ContentNames.SnapshotOf(before) != ContentNames.SnapshotOf(now)) LookAtSnapshots(before); // turned away
    }

    public void ClassChanged(StoreChange<VolumeSnapshotClass> change)
    {
        foreach (var waiting in (IEnumerable<VolumeSnapshot>)[.. caches.UnfinishedByClass.All((change.New ?? change.Old)!.Name),
            .. caches.UnfinishedByClass.All("")])
            queues.Snapshots.Queue.Add(waiting.Key.ToString());
    }

    public void ClaimChanged(StoreChange<PersistentVolumeClaim> change)
    {
        if (change.Old is { } old && Restores.SourceOf(old) is { } source && (change.New is null || Restores.SourceOf(change.New) != source))
        {
            refusals.Forget(old.Uid);
            if (caches.FindSnapshot(source) is not null) queues.Snapshots.Queue.Add(source.ToString());
        }
        if (change.New is { } now && Restores.SourceOf(now) is { } restored
            && caches.FindSnapshot(restored) is not null) queues.Snapshots.Queue.Add(restored.ToString());
        LookAtClaim((change.New ?? change.Old)!.Key);
        if (IsAnotherSource(change.Old, change.New)) LookAtSnapshotsOf((change.New ?? change.Old)!.Key);
    }

    public void VolumeChanged(StoreChange<PersistentVolume> change)
    {
        if (!SourceVolumes.IsAnother(change.Old, change.New)) return;
        foreach (var claim in SourceVolumes.ClaimsOf(change)) LookAtSnapshotsOf(claim);
    }

    /// <summary>A node that is new, or labelled anew, may be the one a content waits for.</summary>
    public void NodeChanged(StoreChange<Node> change)
    {
        if (change.New is not { } now || (change.Old is { } old && SameLabels(old.Metadata.Labels, now.Metadata.Labels))) return;
        foreach (var content in caches.Unplaced!.All("")) LookAtSnapshots(content);
    }

    /// <summary>Looks at everything again that is not done, whatever pause it is in.</summary>
    public void LookAgain()
    {
        foreach (var snapshot in caches.Snapshots.Snapshot())
        {
            if (snapshot.IsBeingDeleted || !SnapshotState.IsReady(snapshot)
                || !string.IsNullOrEmpty(snapshot.Status?.VolumeGroupSnapshotName)) queues.Snapshots.Queue.Add(snapshot.Key.ToString());
        }
        foreach (var content in caches.Contents.Snapshot())
        {
            if (ContentReconciler.IsUnfinished(content)) queues.Contents.Queue.Add(content.Name);
        }
        foreach (var claim in caches.Claims.Snapshot()) LookAtClaim(claim.Key);
    }

    /// <summary>Whether there are groups, and which, is known from now on: snapshots that have to do with one may have waited for that.</summary>
    public void GroupsKnown()
    {
        foreach (var snapshot in caches.Snapshots.Snapshot())
        {
            var isMember = !string.IsNullOrEmpty(snapshot.Status?.VolumeGroupSnapshotName) || SnapshotState.GroupOwner(snapshot) is not null
                || caches.ContentOf(snapshot)?.Status?.VolumeGroupSnapshotHandle is { Length: > 0 };
            if (isMember) queues.Snapshots.Queue.Add(snapshot.Key.ToString());
        }
    }

    /// <summary>The snapshot is gone, be it that a list shows a successor of the same name in its place.</summary>
    private void End(VolumeSnapshot gone)
    {
        queues.Snapshots.Backoff.Forget(gone.Key.ToString());
        Forget(gone.Uid);
        protection.GiveUp(gone.Uid);
        LookAtClaim(SnapshotState.ClaimOf(gone));
        if (ContentNames.Of(gone) is { } name && caches.FindContent(name) is { } content
            && ContentReconciler.IsUnfinished(content)) queues.Contents.Queue.Add(name);
    }

    private void End(VolumeSnapshotContent gone)
    {
        queues.Contents.Backoff.Forget(gone.Name);
        if (ContentNames.SnapshotOf(gone) is { } key && caches.FindSnapshot(key) is { } snapshot && snapshot.IsBeingDeleted
            && snapshot.Uid == gone.Spec.VolumeSnapshotRef!.Uid) deletion.ContentGone(snapshot.Uid);
        LookAtSnapshots(gone);
    }

    private void LookAtSnapshots(VolumeSnapshotContent content)
    {
        if (ContentNames.SnapshotOf(content) is { } key && caches.FindSnapshot(key) is { } own)
        {
            queues.Snapshots.Queue.Add(key.ToString());
            LookAtClaim(SnapshotState.ClaimOf(own));
        }
        foreach (var other in caches.SnapshotsByContent.All(content.Name)) queues.Snapshots.Queue.Add(other.Key.ToString());
    }

    /// <summary>Those that have no content yet; what the others wait for is not the claim.</summary>
    private void LookAtSnapshotsOf(ObjectKey claim)
    {
        foreach (var snapshot in caches.SnapshotsByClaim.All(claim.ToString()))
        {
            if (!SnapshotState.IsReady(snapshot) && caches.ContentOf(snapshot) is null) queues.Snapshots.Queue.Add(snapshot.Key.ToString());
        }
    }

    /// <summary>Whether anything is new that a snapshot may have waited for: our own mark, which comes and goes with its attempts, is not.</summary>
    private static bool IsAnotherSource(PersistentVolumeClaim? old, PersistentVolumeClaim? now) =>
        old is null || now is null || old.Uid != now.Uid || old.IsBeingDeleted != now.IsBeingDeleted
        || old.Spec.VolumeName != now.Spec.VolumeName || old.Status?.Phase != now.Status?.Phase;

    internal static bool SameLabels(StringMap? one, StringMap? other) => (one ?? StringMap.Empty).SequenceEqual(other ?? StringMap.Empty);

    private void LookAtClaim(ObjectKey? key)
    {
        if (key is { } claim && caches.Claims.Find(claim) is { } found && protection.IsToBeReleased(found)) queues.Claims.Queue.Add(claim.ToString());
    }
}
