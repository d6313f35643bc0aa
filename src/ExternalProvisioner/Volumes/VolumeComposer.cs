using Csi.V1;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;
using ModeType = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.ExternalProvisioner.Volumes;

/// <summary>Makes the PersistentVolume of a volume the driver created (provisioner contract 6, step 3). Pure.</summary>
internal sealed class VolumeComposer(DriverFacts driver, bool publishesReadOnly, bool placesVolumes = false)
{
    /// <summary>The volume as it goes into the cluster: that of a class of a built-in plugin is one of the plugin. Or why it cannot be one.</summary>
    public (PersistentVolume? Volume, string? Error) ComposeForCluster(MadeVolume volume)
    {
        var composed = Compose(volume);
        return volume.Request.IsMigrated && BackTranslation.Rewrite(composed) is { } error ? (null, error) : (composed, null);
    }

    /// <summary>The volume as one of our driver.</summary>
    public PersistentVolume Compose(MadeVolume volume)
    {
        var (request, made) = (volume.Request, volume.Volume);
        var (claim, storageClass, secrets) = (request.Claim, request.Class, request.Secrets);
        return new PersistentVolume
        {
            ApiVersion = "v1",
            Kind = "PersistentVolume",
            Metadata = new ObjectMeta
            {
                Name = request.Csi.Name,
                Annotations = Annotations(storageClass, secrets),
                Finalizers = [WellKnown.VolumeFinalizer],
            },
            Spec = new VolumeSpec
            {
                Capacity = StringMap.From([new(WellKnown.Storage, Quantity.FromBytes(SizeOf(made, request)).ToString())]),
                AccessModes = claim.Spec.AccessModes,
                MountOptions = storageClass.MountOptions is { Length: > 0 } options ? options : null,
                PersistentVolumeReclaimPolicy = storageClass.ReclaimPolicy,
                StorageClassName = storageClass.Name,
                VolumeMode = claim.Spec.VolumeMode,
                NodeAffinity = placesVolumes ? AffinityOfAnswer.Of(made) : null,
                VolumeAttributesClassName = request.AttributesClass,
                ClaimRef = ObjectReference.To(claim, "PersistentVolumeClaim", "v1"),
                Csi = new CsiVolumeSource
                {
                    Driver = driver.Name,
                    VolumeHandle = made.VolumeId,
                    FsType = claim.Spec.VolumeMode is WellKnown.Block || request.FsType.Length is 0 ? null : request.FsType,
                    ReadOnly = publishesReadOnly && request.Csi.VolumeCapabilities is [{ AccessMode.Mode: ModeType.MultiNodeReaderOnly }],
                    VolumeAttributes = Attributes(made),
                    ControllerPublishSecretRef = secrets.ControllerPublish,
                    NodeStageSecretRef = secrets.NodeStage,
                    NodePublishSecretRef = secrets.NodePublish,
                    ControllerExpandSecretRef = secrets.ControllerExpand,
                    NodeExpandSecretRef = secrets.NodeExpand,
                },
            },
        };
    }

    /// <summary>What the driver made; 0 is "as asked".</summary>
    public static long SizeOf(Volume made, RequestDraft request) =>
        made.CapacityBytes is 0 ? request.Csi.CapacityRange.RequiredBytes : made.CapacityBytes;

    private static StringMap Annotations(StorageClass storageClass, VolumeSecrets secrets)
    {
        // The deletion secret is always there, be it empty: its absence would mean a volume of an older release.
        var annotations = new List<KeyValuePair<string, string>>
        {
            new(WellKnown.ProvisionedByAnnotation, storageClass.Provisioner ?? ""),
            new(WellKnown.DeletionSecretNameAnnotation, secrets.Provisioner?.Name ?? ""),
            new(WellKnown.DeletionSecretNamespaceAnnotation, secrets.Provisioner?.Namespace ?? ""),
        };
        if (secrets.ControllerModify is { } modify)
        {
            annotations.Add(new(WellKnown.ModifySecretNameAnnotation, modify.Name!));
            annotations.Add(new(WellKnown.ModifySecretNamespaceAnnotation, modify.Namespace!));
        }
        return StringMap.From(annotations);
    }

    private StringMap Attributes(Volume made) =>
        StringMap.From([new(WellKnown.IdentityAttribute, driver.Identity), .. made.VolumeContext]); // the driver's own value wins
}
