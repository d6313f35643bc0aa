using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Groups;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Sources;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>
/// Watches over a snapshot that is ready (snapshot controller contract 4.6): its content has to be there and to be its own. What the content says
/// later changes nothing of it but what was unknown, and neither does its class, which may be gone.
/// </summary>
internal sealed class ReadySnapshots(SnapshotMarks marks, Writers writers, GroupObjects groups, ModeRefusals refusals, SnapshotReports reports)
{
    public async Task<Outcome> Reconcile(VolumeSnapshot snapshot, CancellationToken stop)
    {
        reports.WaitIsOver(snapshot);
        var (content, failure, unknown) = await ContentOf(snapshot, stop);
        if (unknown is not null) return Outcome.Retry(unknown);
        if (failure is not null) return await reports.Fail(snapshot, failure, stop);

        // A member that was made with its group waits for that, and not for its content.
        var isMember = SnapshotState.GroupOwner(snapshot) is not null && snapshot.Spec.Source?.VolumeSnapshotContentName is null;
        var marked = await marks.Ensure(snapshot, isBound: !isMember && content!.Spec.DeletionPolicy is WellKnown.Delete, null, stop);
        if (!marked.IsSuccess) return reports.NotMarked(snapshot, marked.Failure);
        snapshot = marked.Value;
        if (StatusProjection.Completion(snapshot, content!) is { } patch)
        {
            var completed = await writers.Snapshots.Patch(snapshot, patch, "status", stop);
            if (!completed.IsSuccess)
                return ObjectWriter<VolumeSnapshot>.After(completed.Failure, $"cannot complete the status of VolumeSnapshot {snapshot.Key}");
            snapshot = completed.Value;
        }
        refusals.Tell(snapshot, content!);
        return await Join(snapshot, stop);
    }

    /// <summary>The content it is bound to; or what is wrong with it; or why nobody knows.</summary>
    private async Task<(VolumeSnapshotContent? Content, Failure? Failure, string? Unknown)> ContentOf(VolumeSnapshot snapshot, CancellationToken stop)
    {
        var key = ContentNames.KeyOf(snapshot.Status!.BoundVolumeSnapshotContentName!);
        // Whatever is wrong takes a snapshot out of use: the server itself has to say so.
        var (content, unknown) = await writers.Contents.FindSurely(key, c => c is not null && ContentNames.PointsAt(c, snapshot), stop);
        if (unknown is not null) return (null, null, unknown);
        if (content is null) return (null, SnapshotFailures.ContentMissing, null);
        return ContentNames.PointsAt(content, snapshot) ? (content, null, null) : (null, SnapshotFailures.Misbound(key.Name), null);
    }

    /// <summary>One that was taken in an imported group belongs to the group, so that it goes with it.</summary>
    private async Task<Outcome> Join(VolumeSnapshot snapshot, CancellationToken stop)
    {
        if (!groups.IsOn || snapshot.Status?.VolumeGroupSnapshotName is not { Length: > 0 } name
            || SnapshotState.GroupOwner(snapshot) is not null) return Outcome.Done;
        var key = new ObjectKey(snapshot.Metadata.Namespace, name);
        if (groups.Find(key) is not { } group)
            return Outcome.Retry($"VolumeGroupSnapshot {key}, which VolumeSnapshot {snapshot.Key} was taken in, is not there");
        var joined = await writers.Snapshots.Patch(snapshot, MergePatch.Guarded(snapshot, json =>
        {
            json.WriteStartArray("ownerReferences");
            foreach (var owner in snapshot.Metadata.OwnerReferences ?? []) MemberPatch.WriteOwner(json, owner);
            MemberPatch.WriteOwner(json, GroupMembers.OwnerOf(group));
            json.WriteEndArray();
        }), null, stop);
        return joined.IsSuccess ? Outcome.Done : ObjectWriter<VolumeSnapshot>.After(joined.Failure,
            $"cannot make VolumeGroupSnapshot {group.Key} the owner of VolumeSnapshot {snapshot.Key}");
    }
}
