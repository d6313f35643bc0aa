using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>What can be said of a snapshot by looking at it alone.</summary>
internal static class SnapshotState
{
    /// <summary>Ready and bound: nothing is expected of anybody any more.</summary>
    public static bool IsReady(VolumeSnapshot snapshot) => snapshot.Status is { ReadyToUse: true, BoundVolumeSnapshotContentName.Length: > 0 };

    /// <summary>The claim it is taken of; null for one of a content that is there already, and for a member of a group whose claim nobody
    /// knows.</summary>
    public static ObjectKey? ClaimOf(VolumeSnapshot snapshot) =>
        snapshot.Spec.Source?.PersistentVolumeClaimName is { Length: > 0 } claim ? new ObjectKey(snapshot.Metadata.Namespace, claim) : null;

    /// <summary>The group it was taken in, whichever version of the API says so; null for one that was taken alone.</summary>
    public static OwnerReference? GroupOwner(VolumeSnapshot snapshot) =>
        snapshot.Metadata.OwnerReferences?.FirstOrDefault(o => o.Kind is WellKnown.GroupKind
            && o.ApiVersion?.StartsWith(WellKnown.GroupApiGroup + "/", StringComparison.Ordinal) is true);

    public static ObjectReference Reference(VolumeSnapshot snapshot) => ObjectReference.To(snapshot, WellKnown.SnapshotKind, WellKnown.SnapshotApi);
}
