using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>What a snapshot needs, by how far it is (snapshot controller contract 4).</summary>
internal sealed class SnapshotReconciler(Caches caches, UnreadySnapshots unready, ReadySnapshots ready, SnapshotDeletion deletion)
{
    public async ValueTask<Outcome> Reconcile(ObjectKey key, CancellationToken stop)
    {
        if (caches.FindSnapshot(key) is not { } snapshot) return Outcome.Done;
        if (snapshot.IsBeingDeleted) return await deletion.Reconcile(snapshot, stop);
        return SnapshotState.IsReady(snapshot) ? await ready.Reconcile(snapshot, stop) : await unready.Reconcile(snapshot, stop);
    }
}
