using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Deletion;
using Sidecars.ExternalProvisioner.Intents;
using Sidecars.ExternalProvisioner.Sources;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner;

/// <summary>
/// What the provisioner reads of the cluster. Of volumes and claims of others it reads little more than that they are there: which claim a
/// volume's name is taken for, and that a claim exists.
/// </summary>
internal sealed class Readings(AskedDriver asked)
{
    // A volume is looked at for who made it, whom it belongs to and how to delete it.
    private static readonly HashSet<string> s_volumeAnnotations =
    [
        WellKnown.ProvisionedByAnnotation, WellKnown.MigratedToAnnotation, WellKnown.BetaClassAnnotation,
        WellKnown.DeletionSecretNameAnnotation, WellKnown.DeletionSecretNamespaceAnnotation,
    ];

    // Of an attachment's state no more is kept than this; the attacher in the same process keeps all of it.
    private static readonly AttachmentStatus s_attached = new() { Attached = true };
    private static readonly AttachmentStatus s_stuck = new() { Attached = true, DetachError = new AttachmentFault(null, null) };

    public void Claim(PersistentVolumeClaim read, PersistentVolumeClaim kept)
    {
        kept.TakeIdentity(read);
        kept.Spec.VolumeName = read.Spec.VolumeName;
        if (read.HasFinalizer(SourceProtection.CloneFinalizer)) kept.TakeFinalizers(read);
        var isMarked = VolumeIntent.Of(read, asked) is not null;
        if (isMarked || VolumeIntent.OfAnother(read, asked) is not null) kept.TakeFinalizers(read);
        // Whoever provisions it, what it is filled from is protected meanwhile; what lies in another namespace only while we are the ones who judge
        // whether it may be used, or everybody could keep it from being deleted.
        if ((SourceProtection.ClonedFrom(read) ?? SourceProtection.RestoredFrom(read)) is { } source
            && (source.Namespace == read.Metadata.Namespace || ClaimOwnership.IsOurs(read, asked.Name)))
        {
            (kept.Spec.DataSource, kept.Spec.DataSourceRef) = (read.Spec.DataSource, read.Spec.DataSourceRef);
            if (read.Status is { } status) kept.StatusToFill().Phase = status.Phase;
        }
        // A bound claim is never provisioned again: that it is bound is all there is to know of it.
        if (!isMarked && !ClaimOwnership.IsOurs(read, asked.Name)) return;
        kept.TakeAnnotations(read);
        kept.Spec = read.Spec;
    }

    public void Volume(PersistentVolume read, PersistentVolume kept)
    {
        var (from, to) = (read.Spec, kept.SpecToFill());
        if (from.ClaimRef is { } claim)
        {
            to.ClaimRef ??= new ObjectReference();
            (to.ClaimRef.Namespace, to.ClaimRef.Name, to.ClaimRef.Uid) = (claim.Namespace, claim.Name, claim.Uid);
        }
        kept.TakeIdentity(read);
        if (from.Csi is { } csi && csi.Driver == asked.Name)
        {
            to.Csi ??= new CsiVolumeSource(); // whoever made it: it is in use
            (to.Csi.Driver, to.Csi.VolumeHandle) = (csi.Driver, csi.VolumeHandle);
        }
        if (!VolumeOwnership.IsOurs(read, asked.Name)) return;
        kept.TakeFinalizers(read);
        kept.TakeAnnotations(read, s_volumeAnnotations);
        kept.Status = read.Status;
        (to.PersistentVolumeReclaimPolicy, to.StorageClassName) = (from.PersistentVolumeReclaimPolicy, from.StorageClassName);
        if (asked.Node is not null) to.NodeAffinity = from.NodeAffinity;
        if (!from.IsMigratable) return;
        to.TakeInTreeSource(from);
        kept.TakeAnnotations(read, MigrationMarks.Annotations);
        kept.TakeLabels(read, MigrationMarks.Labels);
    }

    public static void Class(StorageClass read, StorageClass kept)
    {
        kept.TakeIdentity(read);
        (kept.Provisioner, kept.Parameters, kept.ReclaimPolicy) = (read.Provisioner, read.Parameters, read.ReclaimPolicy);
        (kept.MountOptions, kept.VolumeBindingMode, kept.AllowedTopologies) = (read.MountOptions, read.VolumeBindingMode, read.AllowedTopologies);
    }

    public static void Attachment(VolumeAttachment read, VolumeAttachment kept)
    {
        if (read.Spec.Source?.PersistentVolumeName is not { } volume) return;
        var to = kept.SpecToFill();
        kept.TakeIdentity(read);
        if (kept.Status == AttachmentStatus.None) kept.Status = read.Status switch { { DetachError: not null } => s_stuck, { Attached: true } => s_attached, _ => kept.Status };
        to.NodeName = read.Spec.NodeName;
        (to.Source ??= new AttachmentSource()).PersistentVolumeName = volume;
    }

    /// <summary>What our driver says of the node, as far as it places volumes.</summary>
    public void DriverNode(CsiNode read, CsiNode kept)
    {
        if (read.Of(asked.Name) is { } own) kept.OwnToFill().TopologyKeys = own.TopologyKeys;
    }
}
