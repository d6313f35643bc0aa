using System.Collections.Concurrent;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Snapshots;

namespace Sidecars.SnapshotController.Sources;

/// <summary>
/// Tells on a snapshot of a claim that wants a volume of another mode than the one the snapshot was taken of: the provisioner refuses it, and says
/// so on the claim alone. Once a claim.
/// </summary>
internal sealed class ModeRefusals(Caches caches, SnapshotReports reports)
{
    private readonly ConcurrentDictionary<string, string> _told = new(StringComparer.Ordinal); // by uid of the claim

    public void Tell(VolumeSnapshot snapshot, VolumeSnapshotContent content)
    {
        if (content.Spec.SourceVolumeMode is not { Length: > 0 } mode || content.Annotation(WellKnown.AllowModeChange) is "true") return;
        foreach (var claim in caches.PendingRestores.All(snapshot.Key.ToString()))
        {
            var wanted = claim.Spec.VolumeMode is { Length: > 0 } own ? own : WellKnown.Filesystem;
            if (wanted == mode || !_told.TryAdd(claim.Uid, snapshot.Uid)) continue;
            reports.Warn(snapshot, "VolumeModeChangeRefused",
                $"PersistentVolumeClaim {claim.Key} asks for a volume of mode {wanted} from this snapshot of mode {mode}, which is not restored; "
                + $"ask for mode {mode}, or have the administrator set the annotation {WellKnown.AllowModeChange}: \"true\" "
                + $"on VolumeSnapshotContent {content.Name}");
        }
    }

    /// <summary>The claim does not wait any more.</summary>
    public void Forget(string claimUid) => _told.TryRemove(claimUid, out _);
}
