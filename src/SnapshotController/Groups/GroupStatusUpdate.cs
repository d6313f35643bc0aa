using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Metrics;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Writes what a content says into its group's status, with the events and measurements of what came about (snapshot controller contract
/// 10.5).</summary>
internal sealed class GroupStatusUpdate(ObjectWriter<VolumeGroupSnapshot> writer, GroupReports reports)
{
    public async Task<Outcome> Run(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content, CancellationToken stop)
    {
        var projection = GroupProjection.Of(group, content);
        if (projection.Patch is { } patch)
        {
            var written = await writer.Patch(group, patch, "status", stop);
            if (!written.IsSuccess) return reports.NotWritten(group, written.Failure, "GroupSnapshotStatusUpdateFailed");
            group = written.Value;
            Tell(group, content, projection);
        }
        if (!GroupSnapshotState.IsReady(group))
            return reports.Wait(group, "GroupSnapshotDelayed", Awaited(content), content.Status?.Error?.Message);
        reports.WaitIsOver(group);
        return Outcome.Done;
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
