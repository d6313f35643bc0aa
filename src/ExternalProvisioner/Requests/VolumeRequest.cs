using Csi.V1;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Requests;

/// <summary>A request that is ready for the driver, with what the PersistentVolume needs to know of how it was made.</summary>
/// <param name="Csi">The request.</param>
/// <param name="FsType">File system for the volume.</param>
/// <param name="Secrets">Secrets by purpose.</param>
internal sealed record VolumeRequest(CreateVolumeRequest Csi, string FsType, VolumeSecrets Secrets);

/// <summary>The secrets of one volume; null where the class names none for a purpose.</summary>
internal sealed record VolumeSecrets(
    SecretReference? Provisioner,
    SecretReference? ControllerPublish,
    SecretReference? NodeStage,
    SecretReference? NodePublish,
    SecretReference? ControllerExpand,
    SecretReference? NodeExpand,
    SecretReference? ControllerModify);
