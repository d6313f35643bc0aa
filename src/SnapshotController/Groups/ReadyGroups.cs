using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Watches over a group that is ready: its content has to be there and to be its own (snapshot controller contract 10.3).</summary>
internal sealed class ReadyGroups(ObjectWriter<VolumeGroupSnapshotContent> contents, GroupMarks marks, GroupReports reports)
{
    public async Task<Outcome> Reconcile(VolumeGroupSnapshot group, CancellationToken stop)
    {
        reports.WaitIsOver(group);
        var key = ContentNames.KeyOf(group.Status!.BoundVolumeGroupSnapshotContentName!);
        // Whatever is wrong takes a group out of use: the server itself has to say so.
        var (content, unknown) = await contents.FindSurely(key, c => c is not null && GroupSnapshotState.PointsAt(c, group), stop);
        if (unknown is not null) return Outcome.Retry(unknown);
        if (content is null)
            return await reports.Fail(group, new Failure("GroupSnapshotContentMissing", "VolumeGroupSnapshotContent is missing"), stop);
        if (!GroupSnapshotState.PointsAt(content, group))
            return await reports.Fail(group,
                new Failure("GroupSnapshotMisbound", "VolumeGroupSnapshotContent is not bound to the VolumeGroupSnapshot correctly"), stop);
        var marked = await marks.Ensure(group, null, stop);
        return marked.IsSuccess ? Outcome.Done : reports.NotMarked(group, marked.Failure);
    }
}
