using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Tells users what becomes of their groups.</summary>
internal sealed class GroupReports(ObjectWriter<VolumeGroupSnapshot> writer, EventRecorder events, TimeProvider time)
    : FailureReports<VolumeGroupSnapshot>(writer, events, time)
{
    /// <summary>The finalizer cannot be put on a group, or taken off it: told where it does not pass by itself.</summary>
    public Outcome NotMarked(VolumeGroupSnapshot group, ApiFailure failure)
    {
        if (failure.IsNotFound) return Outcome.Done;
        var text = $"Failed to check and update group snapshot: snapshot controller failed to update {group.Key} on API server: {failure}";
        if (failure is { IsWithoutAnswer: false, IsConflict: false }) Warn(group, "GroupSnapshotFinalizerError", text);
        return Outcome.Retry(text);
    }

    protected override ObjectReference Reference(VolumeGroupSnapshot item) => GroupSnapshotState.Reference(item);

    protected override (SnapshotError? Error, bool? IsReady) StateOf(VolumeGroupSnapshot item) => (item.Status?.Error, item.Status?.ReadyToUse);
}
