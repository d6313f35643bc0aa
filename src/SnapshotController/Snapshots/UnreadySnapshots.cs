using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Metrics;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>Brings a snapshot on its way, by what it is to be made from (snapshot controller contract 4.3).</summary>
internal sealed class UnreadySnapshots(
    Caches caches, DynamicSnapshots dynamic, ImportedSnapshots imported, MemberSnapshots members, SnapshotReports reports)
{
    public async Task<Outcome> Reconcile(VolumeSnapshot snapshot, CancellationToken stop)
    {
        Measure(snapshot);
        return snapshot.Spec.Source switch
        {
            { PersistentVolumeClaimName: null, VolumeSnapshotContentName: { } content } => await imported.Reconcile(snapshot, content, stop),
            { PersistentVolumeClaimName: not null, VolumeSnapshotContentName: null } => SnapshotState.GroupOwner(snapshot) is null
                ? await dynamic.Reconcile(snapshot, stop) : await members.Reconcile(snapshot, stop),
            _ => await reports.Fail(snapshot, new Failure("SnapshotValidationError",
                $"VolumeSnapshot {snapshot.Key} has to name either a persistentVolumeClaimName or a volumeSnapshotContentName in spec.source, "
                + "one of them; make it anew"), stop),
        };
    }

    private void Measure(VolumeSnapshot snapshot)
    {
        var given = snapshot.Spec.Source?.VolumeSnapshotContentName;
        var driver = given is not null ? caches.FindContent(given)?.Spec.Driver
            : snapshot.Spec.VolumeSnapshotClassName is { } name ? caches.FindClass(name)?.Driver : null;
        if (snapshot.Status?.CreationTime is null) reports.Begins(snapshot, Operations.Create, driver, given is not null);
        reports.Begins(snapshot, Operations.CreateAndReady, driver, given is not null);
    }
}
