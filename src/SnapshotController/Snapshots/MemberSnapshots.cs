using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>
/// A snapshot that was taken in a group: its content is made with it (<see cref="Groups.GroupMembers"/>), never for it. Here it gets its mark, and
/// its status from its content.
/// </summary>
internal sealed class MemberSnapshots(Caches caches, SnapshotMarks marks, StatusUpdate status)
{
    public async Task<Outcome> Reconcile(VolumeSnapshot snapshot, CancellationToken stop)
    {
        var marked = await marks.Ensure(snapshot, isBound: false, null, stop);
        if (!marked.IsSuccess)
            return ObjectWriter<VolumeSnapshot>.After(marked.Failure, $"cannot put the finalizer on VolumeSnapshot {snapshot.Key}");
        if (marked.Value.IsBeingDeleted) return Outcome.Done;
        var bound = snapshot.Status?.BoundVolumeSnapshotContentName;
        if ((string.IsNullOrEmpty(bound) ? ContentNames.ContentOfMember(snapshot.Name) : bound) is not { } name) return Outcome.Done;
        // Before it is all there, its group is at work on it.
        return caches.FindContent(name) is { Status.SnapshotHandle.Length: > 0 } content && ContentNames.PointsAt(content, snapshot)
            ? await status.Run(marked.Value, content, stop)
            : Outcome.Done;
    }
}
