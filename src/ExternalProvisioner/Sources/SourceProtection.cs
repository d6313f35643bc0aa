using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>
/// What a claim that has no volume yet is being filled from, and when a finalizer that protects such a source has done its work
/// (provisioner contract 9.1 and 9.2). Pure functions.
/// </summary>
internal static class SourceProtection
{
    /// <summary>On a claim, while clones are made of it.</summary>
    public const string CloneFinalizer = "provisioner.storage.kubernetes.io/cloning-protection";

    /// <summary>On a snapshot, while volumes are made from it.</summary>
    public const string SnapshotFinalizer = "provisioner.storage.kubernetes.io/volumesnapshot-as-source-protection";

    /// <summary>Whether the claim waits for nothing but us.</summary>
    public static bool IsToBeReleased(PersistentVolumeClaim claim) => claim.IsBeingDeleted && claim.HasFinalizer(CloneFinalizer);

    /// <summary>The claim, of whichever namespace, that this one is to be a clone of; null for any other.</summary>
    public static ObjectKey? ClonedFrom(PersistentVolumeClaim claim) =>
        claim.Status?.Phase is WellKnown.PhasePending ? SourceOf(claim, source => source is { Kind: SourceKinds.Claim, Name: not null }) : null;

    /// <summary>The snapshot that this claim is to be restored from; null for any other.</summary>
    public static ObjectKey? RestoredFrom(PersistentVolumeClaim claim) =>
        claim.Status?.Phase is null or "" or WellKnown.PhasePending ? SourceOf(claim, IsSnapshot) : null;

    private static ObjectKey? SourceOf(PersistentVolumeClaim claim, Func<DataSource?, bool> isMeant)
    {
        if (isMeant(claim.Spec.DataSource)) return new ObjectKey(claim.Metadata.Namespace, claim.Spec.DataSource!.Name!);
        if (!isMeant(claim.Spec.DataSourceRef)) return null;
        var source = claim.Spec.DataSourceRef!;
        return new ObjectKey(string.IsNullOrEmpty(source.Namespace) ? claim.Metadata.Namespace : source.Namespace, source.Name!);
    }

    private static bool IsSnapshot(DataSource? source) =>
        source is { Kind: SourceKinds.Snapshot, Name: not null, ApiGroup: null or SourceKinds.SnapshotGroup };
}
