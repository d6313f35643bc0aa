using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Groups;

/// <summary>
/// Has a group taken of the claims it selects (snapshot controller contract 10.3): its mark and its content, each before the next, and its members
/// once the driver has taken it.
/// </summary>
internal sealed class DynamicGroups(GroupPlanner planner, GroupMembers members, GroupWriters writers, GroupMarks marks, GroupStatusUpdate status,
    GroupReports reports, GroupRefusals refusals)
{
    public async Task<Outcome> Reconcile(VolumeGroupSnapshot group, VolumeGroupSnapshotContent? content, CancellationToken stop) =>
        content is null ? await Create(group, stop) : await Follow(group, content, stop);

    private async Task<Outcome> Create(VolumeGroupSnapshot group, CancellationToken stop)
    {
        refusals.Begin(group);
        var plan = planner.Plan(group);
        if (plan.Failure is { } failure) return await reports.Fail(group, failure, stop);
        var marked = await marks.Ensure(group, plan.DefaultClass, stop);
        if (!marked.IsSuccess)
        {
            refusals.Note(group);
            return reports.NotMarked(group, marked.Failure);
        }
        if (marked.Value.IsBeingDeleted) return Outcome.Done;

        var (confirmed, unread) = await planner.PlanByServer(marked.Value, stop);
        if (confirmed is null)
        {
            if (unread!.IsByServer) refusals.Note(group);
            return unread.PassesByItself ? Outcome.Retry(unread.Text) : await reports.Fail(marked.Value, GroupPlanner.Failed(unread.Text), stop);
        }
        return confirmed.Failure is { } late ? await reports.Fail(marked.Value, late, stop) : await Make(marked.Value, confirmed.Content!, stop);
    }

    private async Task<Outcome> Make(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content, CancellationToken stop)
    {
        content.Spec.VolumeGroupSnapshotRef = GroupSnapshotState.Reference(group);
        var made = await writers.Contents.Create(content, stop);
        if (made.Failure is { IsAlreadyExists: true }) made = await writers.Contents.Read(ContentNames.KeyOf(content.Name), stop);
        if (!made.IsSuccess)
        {
            refusals.Note(group); // before it is told: what comes by while that is written brings nothing up
            return await NotMade(group, content.Name, made.Failure, stop);
        }
        reports.Tell(group, "CreatingGroupSnapshot", $"Waiting for a group snapshot {group.Key} to be created by the CSI driver.");
        return await Follow(group, made.Value, stop);
    }

    private async Task<Outcome> NotMade(VolumeGroupSnapshot group, string content, ApiFailure failure, CancellationToken stop)
    {
        if (failure.IsWithoutAnswer || failure.IsNotFound)
            return Outcome.Retry($"VolumeGroupSnapshotContent {content} may have been made: {failure}");
        if (failure.IsConflict) return Outcome.Retry($"VolumeGroupSnapshotContent {content} cannot be made just now: {failure}");
        var text = $"snapshot controller failed to update {group.Key} on API server: {failure}";
        return await reports.Fail(group, GroupPlanner.Failed(text) with
        {
            MoreEvents = [("CreateGroupSnapshotContentFailed", $"Failed to create group snapshot content {text}")],
        }, stop);
    }

    private async Task<Outcome> Follow(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content, CancellationToken stop)
    {
        if (Misfit(group, content) is { } misfit) return await reports.Fail(group, misfit, stop);
        var marked = await marks.Ensure(group, null, stop);
        if (!marked.IsSuccess) return reports.NotMarked(group, marked.Failure);
        if (marked.Value.IsBeingDeleted) return Outcome.Done;
        return await members.Make(marked.Value, content, stop) is { } problem
            ? await status.NotComplete(marked.Value, content, problem, stop) : await status.Run(marked.Value, content, stop);
    }

    private static Failure? Misfit(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content)
    {
        if (!GroupSnapshotState.PointsAt(content, group)) return ImportedGroups.Misbound(content);
        return content.Spec.Source?.GroupSnapshotHandles is null ? null
            : new Failure("GroupSnapshotHandleSet", $"GroupSnapshotHandles should not be set in content {content.Name} for dynamic provisioning");
    }
}
