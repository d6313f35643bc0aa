using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Metrics;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>What a snapshot needs, by what it is (snapshot controller contract 4).</summary>
internal sealed class SnapshotReconciler(
    Caches caches, DynamicSnapshots dynamic, ImportedSnapshots imported, MemberSnapshots members, ReadySnapshots ready, SnapshotDeletion deletion,
    Operations operations, SnapshotReports reports)
{
    public async ValueTask<Outcome> Reconcile(ObjectKey key, CancellationToken stop)
    {
        if (caches.FindSnapshot(key) is not { } snapshot) return Outcome.Done;
        if (snapshot.IsBeingDeleted) return await deletion.Reconcile(snapshot, stop);
        if (SnapshotState.IsReady(snapshot)) return await ready.Reconcile(snapshot, stop);

        Measure(snapshot);
        return snapshot.Spec.Source switch
        {
            { PersistentVolumeClaimName: null, VolumeSnapshotContentName: { } content } => await imported.Reconcile(snapshot, content, stop),
            { PersistentVolumeClaimName: not null, VolumeSnapshotContentName: null } when SnapshotState.GroupOwner(snapshot) is not null =>
                await members.Reconcile(snapshot, stop),
            { PersistentVolumeClaimName: not null, VolumeSnapshotContentName: null } => await dynamic.Reconcile(snapshot, stop),
            _ => await reports.Fail(snapshot, new Failure("SnapshotValidationError",
                $"VolumeSnapshot {key} has to name either a persistentVolumeClaimName or a volumeSnapshotContentName in spec.source, one of them; make it anew"), stop),
        };
    }

    private void Measure(VolumeSnapshot snapshot)
    {
        var isImported = snapshot.Spec.Source?.VolumeSnapshotContentName is not null;
        var driver = isImported ? caches.FindContent(snapshot.Spec.Source!.VolumeSnapshotContentName!)?.Spec.Driver
            : snapshot.Spec.VolumeSnapshotClassName is { } name ? caches.FindClass(name)?.Driver : null;
        var type = isImported ? Operations.PreProvisioned : Operations.Dynamic;
        if (snapshot.Status?.CreationTime is null) operations.Begin(snapshot.Uid, Operations.Create, driver, type);
        operations.Begin(snapshot.Uid, Operations.CreateAndReady, driver, type);
    }
}
