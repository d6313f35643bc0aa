using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Metrics;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Waiting;

namespace Sidecars.SnapshotController.Groups;

/// <summary>What a group needs, by what it is (snapshot controller contract 10).</summary>
internal sealed class GroupReconciler(
    GroupObjects objects, GroupPlanner planner, GroupMembers members, ImportedGroups imported, ObjectWriter<VolumeGroupSnapshot> writer,
        ObjectWriter<VolumeGroupSnapshotContent> contents,
    GroupDeletion deletion, GroupReports reports, Operations operations, LongWaits waits)
{
    public async ValueTask<Outcome> Reconcile(ObjectKey key, CancellationToken stop)
    {
        if (objects.Find(key) is not { } group) return Outcome.Done;
        if (group.IsBeingDeleted) return await deletion.Reconcile(group, stop);
        var source = group.Spec.Source;
        if (source?.Selector is null == source?.VolumeGroupSnapshotContentName is null)
        {
            return await reports.Fail(group, new Failure("GroupSnapshotValidationError",
                $"VolumeGroupSnapshot {key} has to have either a selector or a volumeGroupSnapshotContentName in spec.source, one of them; make it anew"), stop);
        }
        if (GroupSnapshotState.IsReady(group)) return await Watch(group, stop);

        Measure(group);
        var name = GroupSnapshotState.ContentOf(group);
        if (objects.Contents.IsUnreadable(ContentNames.KeyOf(name)))
            return Outcome.Retry($"VolumeGroupSnapshotContent {name} cannot be read; correct it");
        var content = objects.FindContent(name);
        if (source!.Selector is null) return await Import(group, content, stop);
        return content is null ? await Create(group, stop) : await Follow(group, content, stop);
    }

    private async Task<Outcome> Create(VolumeGroupSnapshot group, CancellationToken stop)
    {
        var plan = planner.Plan(group);
        if (plan.Failure is { } failure) return await reports.Fail(group, failure, stop);
        var marked = await Mark(group, plan.DefaultClass, stop);
        if (!marked.IsSuccess) return reports.NotMarked(group, marked.Failure);
        if (marked.Value.IsBeingDeleted) return Outcome.Done;

        var (confirmed, unread) = await planner.PlanByServer(marked.Value, stop);
        if (confirmed is null)
            return unread!.PassesByItself ? Outcome.Retry(unread.Text) : await reports.Fail(marked.Value, GroupPlanner.Failed(unread.Text), stop);
        if (confirmed.Failure is { } late) return await reports.Fail(marked.Value, late, stop);
        plan = confirmed;
        plan.Content!.Spec.VolumeGroupSnapshotRef = GroupSnapshotState.Reference(marked.Value);
        var made = await contents.Create(plan.Content, stop);
        if (made.Failure is { IsAlreadyExists: true }) made = await contents.Read(ContentNames.KeyOf(plan.Content.Name), stop);
        if (made.Failure is { IsWithoutAnswer: true } or { IsNotFound: true })
            return Outcome.Retry($"VolumeGroupSnapshotContent {plan.Content.Name} may have been made: {made.Failure}");
        if (made.Failure is { IsConflict: true, IsAlreadyExists: false })
            return Outcome.Retry($"VolumeGroupSnapshotContent {plan.Content.Name} cannot be made just now: {made.Failure}");
        if (!made.IsSuccess)
        {
            var text = $"snapshot controller failed to update {group.Key} on API server: {made.Failure}";
            return await reports.Fail(marked.Value,
                new Failure(GroupPlanner.CreationFailed, $"failed to create group snapshot content with error {text}")
            {
                MoreEvents = [("CreateGroupSnapshotContentFailed", $"Failed to create group snapshot content {text}")],
            }, stop);
        }
        reports.Tell(marked.Value, "CreatingGroupSnapshot", $"Waiting for a group snapshot {group.Key} to be created by the CSI driver.");
        return await Follow(marked.Value, made.Value, stop);
    }

    private async Task<Outcome> Follow(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content, CancellationToken stop)
    {
        if (!GroupSnapshotState.PointsAt(content, group)) return await reports.Fail(group, ImportedGroups.Misbound(content), stop);
        if (content.Spec.Source?.GroupSnapshotHandles is not null)
            return await reports.Fail(group,
                new Failure("GroupSnapshotHandleSet", $"GroupSnapshotHandles should not be set in content {content.Name} for dynamic provisioning"),
                stop);
        var marked = await Mark(group, null, stop);
        if (!marked.IsSuccess) return reports.NotMarked(group, marked.Failure);
        if (marked.Value.IsBeingDeleted) return Outcome.Done;
        if (await members.Make(marked.Value, content, stop) is { } problem)
        {
            return problem.PassesByItself ? Outcome.Retry(problem.Text)
                : await reports.Fail(marked.Value, new Failure("GroupSnapshotMembersFailed", $"the snapshots of the group cannot all be made: {problem.Text}"), stop);
        }
        return await Project(marked.Value, content, stop);
    }

    private async Task<Outcome> Import(VolumeGroupSnapshot group, VolumeGroupSnapshotContent? content, CancellationToken stop)
    {
        if (imported.Refusal(group, content) is { } refusal) return await reports.Fail(group, refusal, stop);
        var marked = await Mark(group, null, stop);
        if (!marked.IsSuccess) return reports.NotMarked(group, marked.Failure);
        if (marked.Value.IsBeingDeleted) return Outcome.Done;
        var (bound, failure) = await imported.Bind(marked.Value, content!, stop);
        if (bound is not null) return await Project(marked.Value, bound, stop);
        return failure is not null ? await reports.Fail(marked.Value, failure, stop)
            : Outcome.Retry($"VolumeGroupSnapshotContent {content!.Name} changed while it was being bound");
    }

    private async Task<Outcome> Project(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content, CancellationToken stop)
    {
        var projection = GroupProjection.Of(group, content);
        if (projection.Patch is { } patch)
        {
            var written = await writer.Patch(group, patch, "status", stop);
            if (!written.IsSuccess)
            {
                if (written.Failure is { IsNotFound: false, IsConflict: false, IsWithoutAnswer: false }) reports.Warn(group,
                    "GroupSnapshotStatusUpdateFailed", $"snapshot controller failed to update {group.Key} on API server: {written.Failure}");
                return ObjectWriter<VolumeGroupSnapshot>.After(written.Failure, $"snapshot controller failed to update {group.Key} on API server");
            }
            group = written.Value;
            Tell(group, content, projection);
        }
        if (!GroupSnapshotState.IsReady(group))
            return waits.For(GroupSnapshotState.Reference(group), "GroupSnapshotDelayed", Awaited(content), content.Status?.Error?.Message);
        waits.Over(group.Uid);
        return Outcome.Done;
    }

    private void Tell(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content, GroupProjection projection)
    {
        if (projection.BecomesCreated)
        {
            operations.Succeed(group.Uid, Operations.CreateGroup, content.Spec.Driver);
            reports.Tell(group, "GroupSnapshotCreated", $"GroupSnapshot {group.Key} was successfully created by the CSI driver.");
        }
        if (projection.OtherTime is { } other)
        {
            reports.Warn(group, "GroupSnapshotCreationTimeChanged",
                $"the driver has taken group snapshot {group.Key} anew: it says {MergePatch.Text(other.Said)}, where {MergePatch.Text(other.Noted)} was noted; its snapshots hold what was written before that moment, too");
        }
        if (!projection.BecomesReady) return;
        operations.Succeed(group.Uid, Operations.CreateGroupAndReady, content.Spec.Driver);
        reports.Tell(group, "GroupSnapshotReady", $"GroupSnapshot {group.Key} is ready to use.");
    }

    /// <summary>A group that is ready: its content has to be there and to be its own.</summary>
    private async Task<Outcome> Watch(VolumeGroupSnapshot group, CancellationToken stop)
    {
        waits.Over(group.Uid);
        var name = group.Status!.BoundVolumeGroupSnapshotContentName!;
        var (content, unknown) = await contents.FindSurely(ContentNames.KeyOf(name), c => c is not null && GroupSnapshotState.PointsAt(c, group), stop);
        if (unknown is not null) return Outcome.Retry(unknown);
        if (content is null)
            return await reports.Fail(group, new Failure("GroupSnapshotContentMissing", "VolumeGroupSnapshotContent is missing"), stop);
        if (!GroupSnapshotState.PointsAt(content, group))
            return await reports.Fail(group,
                new Failure("GroupSnapshotMisbound", "VolumeGroupSnapshotContent is not bound to the VolumeGroupSnapshot correctly"), stop);
        var marked = await Mark(group, null, stop);
        return marked.IsSuccess ? Outcome.Done : reports.NotMarked(group, marked.Failure);
    }

    private async Task<ApiResult<VolumeGroupSnapshot>> Mark(VolumeGroupSnapshot group, string? className, CancellationToken stop)
    {
        var isHeld = group.HasFinalizer(WellKnown.GroupFinalizer);
        if (isHeld && className is null) return group;
        return await writer.Patch(group, MergePatch.Guarded(group,
            json =>
            {
                if (!isHeld) json.WriteFinalizers([.. group.Metadata.Finalizers ?? [], WellKnown.GroupFinalizer]);
            },
            json =>
            {
                if (className is null) return;
                json.WriteStartObject("spec");
                json.WriteString("volumeGroupSnapshotClassName", className);
                json.WriteEndObject();
            }), null, stop);
    }

    private void Measure(VolumeGroupSnapshot group)
    {
        var isImported = group.Spec.Source?.VolumeGroupSnapshotContentName is not null;
        var driver = isImported ? objects.FindContent(group.Spec.Source!.VolumeGroupSnapshotContentName!)?.Spec.Driver
            : group.Spec.VolumeGroupSnapshotClassName is { } name ? objects.Classes.Find(new ObjectKey(null, name))?.Driver : null;
        var type = isImported ? Operations.PreProvisioned : Operations.Dynamic;
        if (group.Status?.CreationTime is null) operations.Begin(group.Uid, Operations.CreateGroup, driver, type);
        operations.Begin(group.Uid, Operations.CreateGroupAndReady, driver, type);
    }

    private static string Awaited(VolumeGroupSnapshotContent content)
    {
        var driver = content.Spec.Driver;
        if (content.Status?.Error is not null) return $"driver {driver} to take the group, which is tried again";
        return content.Status?.VolumeGroupSnapshotHandle is { Length: > 0 } handle ? $"driver {driver} to make its group {handle} ready"
            : $"the csi-snapshotter sidecar of driver {driver}, with groups switched on, to take the snapshots of VolumeGroupSnapshotContent {content.Name}";
    }
}
