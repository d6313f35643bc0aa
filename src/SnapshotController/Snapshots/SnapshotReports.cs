using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>Tells users what becomes of their snapshots.</summary>
internal sealed class SnapshotReports(ObjectWriter<VolumeSnapshot> writer, EventRecorder events, TimeProvider time)
    : FailureReports<VolumeSnapshot>(writer, events, time)
{
    public const string FinalizerError = "SnapshotFinalizerError";

    protected override ObjectReference Reference(VolumeSnapshot item) => SnapshotState.Reference(item);

    protected override (SnapshotError? Error, bool? IsReady) StateOf(VolumeSnapshot item) => (item.Status?.Error, item.Status?.ReadyToUse);
}
