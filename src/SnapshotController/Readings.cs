using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Sources;

namespace Sidecars.SnapshotController;

/// <summary>What the snapshot controller reads of the cluster. Of claims and volumes that is little: who belongs to whom, and how far it has
/// come.</summary>
internal sealed class Readings(SnapshotControllerOptions options)
{
    private static readonly HashSet<string> s_contentAnnotations =
    [
        WellKnown.BeingCreated, WellKnown.BeingDeleted, WellKnown.SecretName, WellKnown.SecretNamespace, WellKnown.GroupHandle,
            WellKnown.AllowModeChange,
    ];

    private static readonly HashSet<string> s_contentLabels = [WellKnown.ManagedBy];

    private static readonly HashSet<string> s_classAnnotations = [WellKnown.DefaultClass];

    public static void Snapshot(VolumeSnapshot read, VolumeSnapshot kept)
    {
        kept.TakeIdentity(read);
        kept.TakeFinalizers(read);
        kept.TakeOwners(read);
        (kept.Spec, kept.Status) = (read.Spec, read.Status);
    }

    public void Content(VolumeSnapshotContent read, VolumeSnapshotContent kept)
    {
        kept.TakeIdentity(read);
        if (options.IsDistributed) kept.TakeLabels(read, s_contentLabels);
        kept.TakeFinalizers(read);
        kept.TakeAnnotations(read, s_contentAnnotations);
        (kept.Spec, kept.Status) = (read.Spec, read.Status);
    }

    public static void Class(VolumeSnapshotClass read, VolumeSnapshotClass kept)
    {
        kept.TakeIdentity(read);
        kept.TakeAnnotations(read, s_classAnnotations);
        (kept.Driver, kept.DeletionPolicy, kept.Parameters) = (read.Driver, read.DeletionPolicy, read.Parameters);
    }

    public void Claim(PersistentVolumeClaim read, PersistentVolumeClaim kept)
    {
        kept.TakeIdentity(read);
        kept.Metadata.CreationTimestamp = read.Metadata.CreationTimestamp;
        kept.Spec.VolumeName = read.Spec.VolumeName;
        if (read.Status is { } status) kept.StatusToFill().Phase = status.Phase;
        if (read.HasFinalizer(WellKnown.ClaimFinalizer)) kept.TakeFinalizers(read);
        if (options.HasGroups) kept.TakeLabels(read);
        if (Restores.SourceOf(read) is not null)
            (kept.Spec.DataSource, kept.Spec.DataSourceRef, kept.Spec.VolumeMode) =
                (read.Spec.DataSource, read.Spec.DataSourceRef, read.Spec.VolumeMode);
    }

    public void Volume(PersistentVolume read, PersistentVolume kept)
    {
        kept.TakeIdentity(read);
        var (from, to) = (read.Spec, kept.SpecToFill());
        to.VolumeMode = from.VolumeMode;
        if (options.IsDistributed) to.NodeAffinity = from.NodeAffinity;
        if (from.ClaimRef is { } claim)
        {
            to.ClaimRef ??= new ObjectReference();
            (to.ClaimRef.Namespace, to.ClaimRef.Name, to.ClaimRef.Uid) = (claim.Namespace, claim.Name, claim.Uid);
        }
        if (from.Csi is { } csi)
        {
            to.Csi ??= new CsiVolumeSource();
            (to.Csi.Driver, to.Csi.VolumeHandle) = (csi.Driver, csi.VolumeHandle);
        }
    }

    public static void Node(Node read, Node kept) => kept.TakeLabels(read);
}
