using System.Collections.Concurrent;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Groups;
using Sidecars.SnapshotController.Metrics;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>
/// Lets a snapshot go (snapshot controller contract 4.7): not while a volume is being restored from it, and with policy Delete not before its
/// content. Only what points back at this very snapshot is touched, and deleted only in the state in which its policy was looked at.
/// </summary>
internal sealed class SnapshotDeletion(Caches caches, Writers writers, GroupObjects groups, SnapshotReports reports)
{
    private const string Pending = "SnapshotDeletePending";

    private readonly ConcurrentDictionary<string, string> _ended = new(StringComparer.Ordinal); // snapshots whose content was seen to go, by uid

    /// <summary>The content of that snapshot has gone.</summary>
    public void ContentGone(string snapshotUid) => _ended[snapshotUid] = "";

    /// <summary>Nothing is left to remember of a snapshot that is gone.</summary>
    public void Forget(string uid) => _ended.TryRemove(uid, out _);

    public async Task<Outcome> Reconcile(VolumeSnapshot snapshot, CancellationToken stop)
    {
        reports.Begins(snapshot, Operations.Delete, caches.ContentOf(snapshot)?.Spec.Driver,
            isImported: snapshot.Spec.Source?.VolumeSnapshotContentName is not null);
        if (!IsHeld(snapshot)) return Outcome.Done;
        var (content, unknown) = await ContentOf(snapshot, stop);
        if (unknown is not null) return Outcome.Retry(unknown);

        if (content is not null && caches.PendingRestores.First(snapshot.Key.ToString()) is { } claim)
        {
            return IsPending(snapshot,
                $"a volume is being restored from it for PersistentVolumeClaim {claim.Key}; it goes once that is bound, or deleted");
        }
        if (groups.State is GroupState.Unknown && NameOfGroup(snapshot) is not null)
            return Outcome.Retry($"whether the group of VolumeSnapshot {snapshot.Key} is there is not known yet");
        if (GroupOf(snapshot) is { } group)
        {
            if (group.IsBeingDeleted) return Outcome.Done; // it takes its members with it, and its end brings them up again
            return IsPending(snapshot, $"deletion of the individual volume snapshot {snapshot.Name} is not allowed, "
                + $"as it belongs to group snapshot {group.Name}; delete the group snapshot");
        }

        if (content is { } present)
        {
            (content, var outcome) = await End(snapshot, present, stop);
            if (outcome is { } early) return early;
        }
        var waitsForContent = content?.Spec.DeletionPolicy is WellKnown.Delete;
        string[] over = [WellKnown.SourceFinalizer, WellKnown.MemberFinalizer, .. waitsForContent ? (string[])[] : [WellKnown.BoundFinalizer]];
        if (over.Any(snapshot.HasFinalizer))
        {
            var release = MergePatch.Guarded(snapshot, json => json.RemoveFinalizers(snapshot, over));
            var released = await writers.Snapshots.Patch(snapshot, release, null, stop);
            if (!released.IsSuccess) return reports.NotMarked(snapshot, released.Failure);
        }
        return waitsForContent && snapshot.HasFinalizer(WellKnown.BoundFinalizer)
            ? reports.Wait(snapshot, SnapshotReports.NotGone, Awaited(content!), content!.Status?.Error?.Message) : Outcome.Done;
    }

    /// <summary>Tells the sidecar that the content may go, and with policy Delete asks for its deletion.</summary>
    private async Task<(VolumeSnapshotContent? Content, Outcome? Outcome)> End(VolumeSnapshot snapshot, VolumeSnapshotContent content,
        CancellationToken stop)
    {
        if (content.Annotation(WellKnown.BeingDeleted) is null)
        {
            var marked = await writers.Contents.Patch(content, MergePatch.Annotation(content, WellKnown.BeingDeleted, WellKnown.Yes), null, stop);
            if (marked.Failure is { IsNotFound: true }) return (null, null);
            if (!marked.IsSuccess)
                return (null, NotEnded(snapshot, $"failed to mark VolumeSnapshotContent {content.Name} as being deleted", marked.Failure));
            content = marked.Value;
            if (!ContentNames.PointsAt(content, snapshot)) return (null, null);
        }
        if (content.Spec.DeletionPolicy is not WellKnown.Delete || content.IsBeingDeleted) return (content, null);

        var failure = await writers.Contents.Delete(content, stop);
        if (failure is null) return (caches.FindContent(content.Name) is null ? null : content, null);
        return (null, NotEnded(snapshot, $"failed to delete VolumeSnapshotContent {content.Name}", failure));
    }

    private Outcome NotEnded(VolumeSnapshot snapshot, string what, ApiFailure failure)
    {
        if (failure is { IsConflict: false, IsWithoutAnswer: false })
            reports.Warn(snapshot, "SnapshotContentObjectDeleteError", $"Failed to delete snapshot content API object: {what}: {failure}");
        return Outcome.Retry($"{what}: {failure}");
    }

    /// <summary>The content that points back at the snapshot; or why nobody knows whether there is one.</summary>
    private async Task<(VolumeSnapshotContent? Content, string? Unknown)> ContentOf(VolumeSnapshot snapshot, CancellationToken stop)
    {
        if (ContentNames.Of(snapshot) is not { Length: > 0 } name) return (null, null);
        // It may have been made or bound a moment ago, by a request whose answer nobody got: once the snapshot is gone, nobody will look for it.
        var (content, unknown) = await writers.Contents.FindSurely(ContentNames.KeyOf(name),
            c => c is null ? _ended.ContainsKey(snapshot.Uid) : ContentNames.PointsAt(c, snapshot), stop);
        if (unknown is not null) return (null, unknown);
        // That of a member may still be made, by its group.
        if (content is null && SnapshotState.GroupOwner(snapshot) is null) ContentGone(snapshot.Uid);
        return (content is not null && ContentNames.PointsAt(content, snapshot) ? content : null, null);
    }

    /// <summary>The group it belongs to, by its owner, or by its status where it has not joined it yet; null where that is gone.</summary>
    private VolumeGroupSnapshot? GroupOf(VolumeSnapshot snapshot)
    {
        if (!groups.IsOn || NameOfGroup(snapshot) is not { } name) return null;
        var (owner, group) = (SnapshotState.GroupOwner(snapshot), groups.Find(new ObjectKey(snapshot.Metadata.Namespace, name)));
        // Another of the same name, made since, is not its group.
        return group is not null && owner is not null && owner.Uid != group.Uid ? null : group;
    }

    private static string? NameOfGroup(VolumeSnapshot snapshot) =>
        (SnapshotState.GroupOwner(snapshot)?.Name ?? snapshot.Status?.VolumeGroupSnapshotName) is { Length: > 0 } name ? name : null;

    private Outcome IsPending(VolumeSnapshot snapshot, string why)
    {
        reports.Warn(snapshot, Pending, $"Snapshot {snapshot.Key} is not deleted yet: {why}");
        return Outcome.Retry(why);
    }

    private static bool IsHeld(VolumeSnapshot snapshot) =>
        snapshot.HasFinalizer(WellKnown.SourceFinalizer) || snapshot.HasFinalizer(WellKnown.BoundFinalizer)
            || snapshot.HasFinalizer(WellKnown.MemberFinalizer);

    private static string Awaited(VolumeSnapshotContent content) => content.Status?.Error is not null
        ? $"driver {content.Spec.Driver} to delete the snapshot of VolumeSnapshotContent {content.Name}, which is tried again"
        : $"VolumeSnapshotContent {content.Name} to go: the csi-snapshotter sidecar of driver {content.Spec.Driver} has to run "
            + "and its driver to delete the snapshot"
            + (content.Annotation(WellKnown.BeingCreated) is null ? "" : ", once it has answered the call that takes it");
}
