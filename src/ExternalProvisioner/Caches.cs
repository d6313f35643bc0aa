using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner;

/// <summary>
/// Everything the provisioner knows of the cluster. Each store keeps only what the reconcilers read: ten thousand volumes weigh a
/// few megabytes.
/// </summary>
internal sealed class Caches
{
    // A volume is looked at for who made it, whom it belongs to and how to delete it.
    private static readonly HashSet<string> s_volumeAnnotations =
    [
        WellKnown.ProvisionedByAnnotation, WellKnown.MigratedToAnnotation, WellKnown.BetaClassAnnotation,
        WellKnown.DeletionSecretNameAnnotation, WellKnown.DeletionSecretNamespaceAnnotation,
    ];

    public Caches()
    {
        Claims = new(TrimClaim);
        Volumes = new(TrimVolume);
        Classes = new();
        Attachments = new(TrimAttachment);
        ClaimsByUid = Claims.IndexBy(c => c.Metadata.Uid);
        AttachmentsByVolume = Attachments.IndexBy(a => a.Spec.Source?.PersistentVolumeName);
    }

    public ObjectStore<PersistentVolumeClaim> Claims { get; }

    public ObjectStore<PersistentVolume> Volumes { get; }

    public ObjectStore<StorageClass> Classes { get; }

    public ObjectStore<VolumeAttachment> Attachments { get; }

    public ObjectIndex<PersistentVolumeClaim> ClaimsByUid { get; }

    public ObjectIndex<VolumeAttachment> AttachmentsByVolume { get; }

    private static void TrimClaim(PersistentVolumeClaim claim)
    {
        claim.Metadata.Labels = null;
        claim.Metadata.CreationTimestamp = null;
        claim.Metadata.Finalizers = null;
        claim.Status = null;
        if (string.IsNullOrEmpty(claim.Spec.VolumeName)) return;
        // A bound claim is never provisioned again: that it is bound is all there is to know of it.
        claim.Metadata.Annotations = null;
        claim.Spec = new ClaimSpec { VolumeName = claim.Spec.VolumeName };
    }

    private static void TrimVolume(PersistentVolume volume)
    {
        var spec = volume.Spec;
        volume.Metadata.Labels = null;
        volume.Metadata.CreationTimestamp = null;
        volume.Metadata.Annotations = volume.Metadata.Annotations?.Only(s_volumeAnnotations);
        volume.Spec = new VolumeSpec
        {
            Csi = spec.Csi is { } csi ? new CsiVolumeSource { Driver = csi.Driver, VolumeHandle = csi.VolumeHandle } : null,
            ClaimRef = spec.ClaimRef is { } claim ? new ObjectReference { Namespace = claim.Namespace, Name = claim.Name, Uid = claim.Uid } : null,
            PersistentVolumeReclaimPolicy = spec.PersistentVolumeReclaimPolicy,
            StorageClassName = spec.StorageClassName,
        };
    }

    private static void TrimAttachment(VolumeAttachment attachment)
    {
        attachment.Metadata.Labels = null;
        attachment.Metadata.Annotations = null;
        attachment.Metadata.CreationTimestamp = null;
        attachment.Metadata.Finalizers = null;
    }
}
