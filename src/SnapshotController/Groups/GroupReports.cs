using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Tells users what becomes of their groups.</summary>
internal sealed class GroupReports(ObjectWriter<VolumeGroupSnapshot> writer, EventRecorder events, TimeProvider time)
    : FailureReports<VolumeGroupSnapshot>(writer, events, time)
{
    protected override ObjectReference Reference(VolumeGroupSnapshot item) => GroupSnapshotState.Reference(item);

    protected override (SnapshotError? Error, bool? IsReady) StateOf(VolumeGroupSnapshot item) => (item.Status?.Error, item.Status?.ReadyToUse);
}
