using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>
/// Puts on a snapshot what has to stand on it before its content is made, the class it gets by default among it, in one write; and nothing where it
/// stands there.
/// </summary>
internal sealed class SnapshotMarks(ObjectWriter<VolumeSnapshot> writer)
{
    /// <summary>The snapshot with the marks, as the server has it.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="isBound">Whether its content is to go before it.</param>
    /// <param name="className">The class that it names from now on; null leaves it.</param>
    /// <param name="stop">Ends the waiting.</param>
    public async Task<ApiResult<VolumeSnapshot>> Ensure(VolumeSnapshot snapshot, bool isBound, string? className, CancellationToken stop)
    {
        List<string> missing = [];
        if (!snapshot.HasFinalizer(WellKnown.SourceFinalizer)) missing.Add(WellKnown.SourceFinalizer);
        if (isBound && !snapshot.HasFinalizer(WellKnown.BoundFinalizer)) missing.Add(WellKnown.BoundFinalizer);
        if (missing.Count is 0 && className is null) return snapshot;
        return await writer.Patch(snapshot, MergePatch.Guarded(snapshot,
            json =>
            {
                if (missing.Count > 0) json.WriteFinalizers([.. snapshot.Metadata.Finalizers ?? [], .. missing]);
            },
            json =>
            {
                if (className is null) return;
                json.WriteStartObject("spec");
                json.WriteString("volumeSnapshotClassName", className);
                json.WriteEndObject();
            }), null, stop);
    }
}
