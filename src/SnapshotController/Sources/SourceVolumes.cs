using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Sources;

/// <summary>Finds the volume of a claim that a snapshot is to be taken of, or says why there is none to take it of, and who can change
/// that.</summary>
internal static class SourceVolumes
{
    /// <param name="caches">What is known of the cluster.</param>
    /// <param name="claim">The claim.</param>
    /// <param name="what">What is taken: a snapshot, or a group snapshot.</param>
    public static (PersistentVolume? Volume, string? Error) Of(Caches caches, PersistentVolumeClaim claim, string what)
    {
        if (claim.Status?.Phase is not WellKnown.Bound || string.IsNullOrEmpty(claim.Spec.VolumeName))
            return (null, $"the PVC {claim.Name} is not yet bound to a PV, will not attempt to take a {what}");
        if (caches.FindVolume(claim.Spec.VolumeName) is not { } volume)
        {
            return (null, $"failed to retrieve PV {claim.Spec.VolumeName} from the API server: "
                + $"\"persistentvolumes \\\"{claim.Spec.VolumeName}\\\" not found\"");
        }
        return volume.Spec.ClaimRef is { } to && to.Namespace == claim.Metadata.Namespace && to.Name == claim.Name
            && (string.IsNullOrEmpty(to.Uid) || to.Uid == claim.Uid)
            ? (volume, null)
            : (null, $"claim in dataSource not bound or invalid: PersistentVolume {volume.Name} belongs to {Text(volume.Spec.ClaimRef)}");
    }

    /// <summary>Whether anything is new of a volume by which it can be taken, or not: whose it is, and what its driver knows it by.</summary>
    public static bool IsAnother(PersistentVolume? old, PersistentVolume? now) =>
        old is null || now is null || old.Uid != now.Uid || old.Spec.Csi?.Driver != now.Spec.Csi?.Driver
        || old.Spec.Csi?.VolumeHandle != now.Spec.Csi?.VolumeHandle || ClaimOf(old) != ClaimOf(now)
        || old.Spec.ClaimRef?.Uid != now.Spec.ClaimRef?.Uid;

    /// <summary>The claims that a volume belonged to before a change, and belongs to after it.</summary>
    public static IEnumerable<ObjectKey> ClaimsOf(StoreChange<PersistentVolume> change) =>
        new[] { change.Old, change.New }.Select(ClaimOf).OfType<ObjectKey>().Distinct();

    private static ObjectKey? ClaimOf(PersistentVolume? volume) =>
        volume?.Spec.ClaimRef is { Name: { Length: > 0 } name } to ? new ObjectKey(to.Namespace, name) : null;

    /// <summary>What is wrong with a claim that is not there.</summary>
    public static string Missing(ObjectKey claim) =>
        $"failed to retrieve PVC {claim.Name} from the lister: \"persistentvolumeclaim \\\"{claim.Name}\\\" not found\"";

    private static string Text(ObjectReference? claim) => claim is null ? "no claim" : $"claim {new ObjectKey(claim.Namespace, claim.Name ?? "")}";
}
