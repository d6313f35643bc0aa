using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Metrics;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Lets a group go with all its members (snapshot controller contract 10.6): not while a volume is being restored from one, and with
/// policy Delete not before its content.</summary>
internal sealed class GroupDeletion(Caches caches, GroupObjects objects, GroupWriters writers, GroupReports reports)
{
    public async Task<Outcome> Reconcile(VolumeGroupSnapshot group, CancellationToken stop)
    {
        reports.Begins(group, Operations.DeleteGroup, objects.FindContent(GroupSnapshotState.ContentOf(group))?.Spec.Driver,
            isImported: group.Spec.Source?.VolumeGroupSnapshotContentName is not null);
        if (!group.HasFinalizer(WellKnown.GroupFinalizer)) return Outcome.Done;
        var (content, unknown) = await ContentOf(group, stop);
        if (unknown is not null) return Outcome.Retry(unknown);

        var members = caches.SnapshotsByGroup.All(group.Uid);
        foreach (var member in members)
        {
            if (caches.PendingRestores.First(member.Key.ToString()) is not { } claim) continue;
            var why = $"a volume is being restored from its member {member.Name} for PersistentVolumeClaim {claim.Key}; "
                + "it goes once that is bound, or deleted";
            reports.Warn(group, "SnapshotDeletePending", $"GroupSnapshot {group.Key} is not deleted yet: {why}");
            return Outcome.Retry(why);
        }
        if (content is { } present)
        {
            (content, var outcome) = await End(group, present, stop);
            if (outcome is { } early) return early;
        }
        foreach (var member in members)
        {
            if (member.IsBeingDeleted || await writers.Members.Delete(member, stop) is not { } failure) continue;
            if (failure is { IsConflict: false, IsWithoutAnswer: false }) reports.Warn(group, "SnapshotDeleteError",
                $"failed to delete VolumeSnapshot {member.Key}: {failure}");
            return Outcome.Retry($"cannot delete VolumeSnapshot {member.Key} of VolumeGroupSnapshot {group.Key}: {failure}");
        }
        if (content?.Spec.DeletionPolicy is WellKnown.Delete)
        {
            return reports.Wait(group, "GroupSnapshotDeletionDelayed",
                $"VolumeGroupSnapshotContent {content.Name} to go: the csi-snapshotter sidecar of driver {content.Spec.Driver} has to run "
                + "and its driver to delete the group", content.Status?.Error?.Message);
        }
        var released = await writers.Groups.Patch(group,
            MergePatch.Guarded(group, json => json.RemoveFinalizers(group, WellKnown.GroupFinalizer)), null, stop);
        return released.IsSuccess ? Outcome.Done : reports.NotMarked(group, released.Failure);
    }

    /// <summary>Tells the sidecar that the content may go, and with policy Delete asks for its deletion.</summary>
    private async Task<(VolumeGroupSnapshotContent? Content, Outcome? Outcome)> End(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content,
        CancellationToken stop)
    {
        if (content.Annotation(WellKnown.GroupBeingDeleted) is null)
        {
            var mark = MergePatch.Annotation(content, WellKnown.GroupBeingDeleted, WellKnown.Yes);
            var marked = await writers.Contents.Patch(content, mark, null, stop);
            if (marked.Failure is { IsNotFound: true }) return (null, null);
            if (!marked.IsSuccess)
                return (null, NotEnded(group, $"failed to mark VolumeGroupSnapshotContent {content.Name} as being deleted", marked.Failure));
            content = marked.Value;
            if (!GroupSnapshotState.PointsAt(content, group)) return (null, null);
        }
        if (content.Spec.DeletionPolicy is not WellKnown.Delete || content.IsBeingDeleted) return (content, null);
        var failure = await writers.Contents.Delete(content, stop);
        if (failure is null) return (objects.FindContent(content.Name) is null ? null : content, null);
        return (null, NotEnded(group, $"failed to delete VolumeGroupSnapshotContent {content.Name}", failure));
    }

    private Outcome NotEnded(VolumeGroupSnapshot group, string what, ApiFailure failure)
    {
        var text = $"{what}: {failure}";
        if (failure is { IsConflict: false, IsWithoutAnswer: false }) reports.Warn(group, "GroupSnapshotContentObjectDeleteError", text);
        return Outcome.Retry(text);
    }

    /// <summary>The content that points back at the group; or why nobody knows whether there is one.</summary>
    private async Task<(VolumeGroupSnapshotContent? Content, string? Unknown)> ContentOf(VolumeGroupSnapshot group, CancellationToken stop)
    {
        var key = ContentNames.KeyOf(GroupSnapshotState.ContentOf(group));
        // Once the group is gone nobody will look for it: the server itself has to say that there is none.
        var (content, unknown) = await writers.Contents.FindSurely(key, c => c is not null && GroupSnapshotState.PointsAt(c, group), stop);
        if (unknown is not null) return (null, unknown);
        return (content is not null && GroupSnapshotState.PointsAt(content, group) ? content : null, null);
    }
}
