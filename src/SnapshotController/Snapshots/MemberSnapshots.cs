using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>
/// A snapshot that was taken in a group: its content is made with it (<see cref="Groups.GroupMembers"/>), never for it. Here it gets its mark, and
/// its status from its content.
/// </summary>
internal sealed class MemberSnapshots(Caches caches, SnapshotMarks marks, StatusUpdate status, SnapshotReports reports)
{
    public async Task<Outcome> Reconcile(VolumeSnapshot snapshot, CancellationToken stop)
    {
        var marked = await marks.Ensure(snapshot, isBound: false, null, stop);
        if (!marked.IsSuccess) return reports.NotMarked(snapshot, marked.Failure);
        if (marked.Value.IsBeingDeleted) return Outcome.Done;
        var bound = snapshot.Status?.BoundVolumeSnapshotContentName;
        var name = string.IsNullOrEmpty(bound) ? ContentNames.ContentOfMember(snapshot.Name) : bound;
        // Before it is all there, its group is at work on it.
        var content = name is null ? null : caches.FindContent(name);
        return content is { Status.SnapshotHandle.Length: > 0 } && ContentNames.PointsAt(content, snapshot)
            ? await status.Run(marked.Value, content, stop) : reports.Wait(snapshot, SnapshotReports.NotReady, Awaited(marked.Value));
    }

    private static string Awaited(VolumeSnapshot snapshot) =>
        $"VolumeGroupSnapshot {snapshot.Metadata.Namespace}/{SnapshotState.GroupOwner(snapshot)!.Name}, which owns this snapshot, "
        + "to have its content made; if that group is gone, or never took it, delete this snapshot";
}
