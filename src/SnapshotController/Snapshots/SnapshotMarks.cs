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
        string[] wanted = isBound ? [WellKnown.SourceFinalizer, WellKnown.BoundFinalizer] : [WellKnown.SourceFinalizer];
        if (wanted.All(snapshot.HasFinalizer) && className is null) return snapshot;
        return await writer.Patch(snapshot, MergePatch.Guarded(snapshot, json => json.AddFinalizers(snapshot, wanted), json =>
        {
            if (className is null) return;
            json.WriteStartObject("spec");
            json.WriteString("volumeSnapshotClassName", className);
            json.WriteEndObject();
        }), null, stop);
    }
}
