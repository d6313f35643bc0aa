using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>Tells users what becomes of their snapshots.</summary>
internal sealed class SnapshotReports(ObjectWriter<VolumeSnapshot> writer, Channels channels) : ObjectReports<VolumeSnapshot>(writer, channels)
{
    public const string NoFinalizer = "SnapshotFinalizerError";
    public const string NotReady = "SnapshotDelayed";
    public const string NotGone = "SnapshotDeletionDelayed";

    protected override string What => "snapshot";

    protected override string FinalizerError => NoFinalizer;

    protected override ObjectReference Reference(VolumeSnapshot item) => SnapshotState.Reference(item);

    protected override (SnapshotError? Error, bool? IsReady) StateOf(VolumeSnapshot item) => (item.Status?.Error, item.Status?.ReadyToUse);
}
