using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Placement;
using Sidecars.SnapshotController.Sources;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>
/// Follows a snapshot of a claim whose content is made (snapshot controller contract 4.5): what the driver says of the content becomes its status. A
/// content that stands is never judged by its class again, which may be gone by then.
/// </summary>
internal sealed class MadeSnapshots(
    ClaimProtection claims, SnapshotMarks marks, ContentPlacement placement, StatusUpdate status, SnapshotReports reports)
{
    /// <summary>The content was made just now.</summary>
    public Outcome Begin(VolumeSnapshot snapshot)
    {
        claims.Settled(snapshot.Uid);
        return status.Begin(snapshot);
    }

    public async Task<Outcome> Reconcile(VolumeSnapshot snapshot, VolumeSnapshotContent content, CancellationToken stop)
    {
        claims.Settled(snapshot.Uid);
        if (Misfit(snapshot, content) is { } misfit) return await reports.Fail(snapshot, misfit, stop);
        var marked = await marks.Ensure(snapshot, isBound: content.Spec.DeletionPolicy is WellKnown.Delete, null, stop);
        if (!marked.IsSuccess) return reports.NotMarked(snapshot, marked.Failure);
        if (marked.Value.IsBeingDeleted) return Outcome.Done;
        (content, var awaited) = await placement.Place(marked.Value, content, stop);
        return await status.Run(marked.Value, content, stop, awaited);
    }

    /// <summary>Why the content is not the snapshot's, or null.</summary>
    public static Failure? Misfit(VolumeSnapshot snapshot, VolumeSnapshotContent content)
    {
        if (content.Spec.Source?.VolumeHandle is null)
        {
            return SnapshotFailures.Mismatch(
                $"VolumeSnapshotContent [{content.Name}] is pre-provisioned while expecting a dynamically provisioned one",
                "have the administrator delete it, or delete this snapshot");
        }
        if (!ContentNames.PointsAt(content, snapshot)) return SnapshotFailures.Misbound(content.Name);
        return content.Spec.Source.SnapshotHandle is null ? null
            : new Failure("SnapshotHandleSet", $"Snapshot handle should not be set in content {content.Name} for dynamic provisioning");
    }
}
