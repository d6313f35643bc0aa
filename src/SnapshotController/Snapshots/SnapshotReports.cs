using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>Tells users what becomes of their snapshots.</summary>
internal sealed class SnapshotReports(ObjectWriter<VolumeSnapshot> writer, EventRecorder events, TimeProvider time)
    : FailureReports<VolumeSnapshot>(writer, events, time)
{
    public const string FinalizerError = "SnapshotFinalizerError";

    /// <summary>The finalizers cannot be put on a snapshot, or taken off it: told where it does not pass by itself.</summary>
    public Outcome NotMarked(VolumeSnapshot snapshot, ApiFailure failure)
    {
        if (failure.IsNotFound) return Outcome.Done;
        var text = $"Failed to check and update snapshot: snapshot controller failed to update {snapshot.Key} on API server: {failure}";
        if (failure is { IsWithoutAnswer: false, IsConflict: false }) Warn(snapshot, FinalizerError, text);
        return Outcome.Retry(text);
    }

    protected override ObjectReference Reference(VolumeSnapshot item) => SnapshotState.Reference(item);

    protected override (SnapshotError? Error, bool? IsReady) StateOf(VolumeSnapshot item) => (item.Status?.Error, item.Status?.ReadyToUse);
}
