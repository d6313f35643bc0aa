using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Tells users what becomes of their groups.</summary>
internal sealed class GroupReports(ObjectWriter<VolumeGroupSnapshot> writer, Channels channels) : ObjectReports<VolumeGroupSnapshot>(writer, channels)
{
    protected override string What => "group snapshot";

    protected override string FinalizerError => "GroupSnapshotFinalizerError";

    protected override ObjectReference Reference(VolumeGroupSnapshot item) => GroupSnapshotState.Reference(item);

    protected override (SnapshotError? Error, bool? IsReady) StateOf(VolumeGroupSnapshot item) => (item.Status?.Error, item.Status?.ReadyToUse);
}
