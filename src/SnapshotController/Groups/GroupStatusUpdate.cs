using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Metrics;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Writes what a content says into its group's status, with the events and measurements of what came about (snapshot controller contract
/// 10.5).</summary>
internal sealed class GroupStatusUpdate(ObjectWriter<VolumeGroupSnapshot> writer, GroupReports reports)
{
    public async Task<Outcome> Run(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content, CancellationToken stop)
    {
        var written = await Write(group, content, GroupProjection.Of(group, content), stop);
        if (!written.IsSuccess) return reports.NotWritten(group, written.Failure, "GroupSnapshotStatusUpdateFailed");
        group = written.Value;
        if (!GroupSnapshotState.IsReady(group))
            return reports.Wait(group, "GroupSnapshotDelayed", Awaited(content), content.Status?.Error?.Message);
        reports.WaitIsOver(group);
        return Outcome.Done;
    }

    /// <summary>
    /// The members cannot be made: that is the group's error, with what the driver says beside it; the rest of what the content says is shown
    /// meanwhile.
    /// </summary>
    public async Task<Outcome> NotComplete(
        VolumeGroupSnapshot group, VolumeGroupSnapshotContent content, GroupProblem problem, CancellationToken stop)
    {
        var written = await Write(group, content, GroupProjection.Of(group, content, isComplete: false), stop);
        if (!written.IsSuccess) return reports.NotWritten(group, written.Failure, "GroupSnapshotStatusUpdateFailed");
        if (problem.PassesByItself) return Outcome.Retry(problem.Text);
        var said = content.Status?.Error?.Message is { Length: > 0 } error ? $"; driver {content.Spec.Driver} says: {error}" : "";
        return await reports.Fail(written.Value,
            new Failure("GroupSnapshotMembersFailed", $"the snapshots of the group cannot all be made: {problem.Text}{said}"), stop);
    }

    private async Task<ApiResult<VolumeGroupSnapshot>> Write(
        VolumeGroupSnapshot group, VolumeGroupSnapshotContent content, GroupProjection projection, CancellationToken stop)
    {
        if (projection.Patch is not { } patch) return group;
        var written = await writer.Patch(group, patch, "status", stop);
        if (written.IsSuccess) Tell(written.Value, content, projection);
        return written;
    }

    private void Tell(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content, GroupProjection projection)
    {
        if (projection.BecomesCreated)
        {
            reports.Succeeds(group, Operations.CreateGroup, content.Spec.Driver);
            reports.Tell(group, "GroupSnapshotCreated", $"GroupSnapshot {group.Key} was successfully created by the CSI driver.");
        }
        if (projection.OtherTime is { } other)
        {
            reports.Warn(group, "GroupSnapshotCreationTimeChanged",
                $"the driver has taken group snapshot {group.Key} anew: it says {MergePatch.Text(other.Said)}, where {MergePatch.Text(other.Noted)} "
                + "was noted; its snapshots hold what was written before that moment, too");
        }
        if (!projection.BecomesReady) return;
        reports.Succeeds(group, Operations.CreateGroupAndReady, content.Spec.Driver);
        reports.Tell(group, "GroupSnapshotReady", $"GroupSnapshot {group.Key} is ready to use.");
    }

    private static string Awaited(VolumeGroupSnapshotContent content)
    {
        var driver = content.Spec.Driver;
        if (content.Status?.Error is not null) return $"driver {driver} to take the group, which is tried again";
        return content.Status?.VolumeGroupSnapshotHandle is { Length: > 0 } handle ? $"driver {driver} to make its group {handle} ready"
            : $"the csi-snapshotter sidecar of driver {driver}, with groups switched on, to take the snapshots of VolumeGroupSnapshotContent "
                + content.Name;
    }
}
