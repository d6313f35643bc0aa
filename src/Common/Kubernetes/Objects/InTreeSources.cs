using System.Text.Json.Serialization;

namespace Sidecars.Kubernetes.Objects;

// The volume sources of the plugins Kubernetes once had built in (common contract 16), as far as a CSI driver is told of them.

/// <summary>A volume of AWS EBS.</summary>
/// <param name="VolumeId">Id, or <c>aws://zone/id</c>.</param>
/// <param name="FsType">File system.</param>
/// <param name="Partition">Partition; 0 is the whole disk.</param>
/// <param name="ReadOnly">Whether it is mounted read-only.</param>
public sealed record AwsElasticBlockStoreSource(
    [property: JsonPropertyName("volumeID")] string? VolumeId, string? FsType, int Partition, bool ReadOnly);

/// <summary>A disk of Azure.</summary>
/// <param name="DiskUri">URI of the disk.</param>
/// <param name="CachingMode">How the host caches it.</param>
/// <param name="FsType">File system.</param>
/// <param name="ReadOnly">Whether it is mounted read-only; null is no.</param>
/// <param name="Kind">Only <c>Managed</c> disks have a driver.</param>
/// <param name="DiskName">Name of the disk, which no driver is told but the API server demands.</param>
public sealed record AzureDiskSource(
    [property: JsonPropertyName("diskURI")] string? DiskUri, string? CachingMode, string? FsType, bool? ReadOnly, string? Kind, string? DiskName);

/// <summary>A file share of Azure.</summary>
/// <param name="SecretName">Secret with the account's key; its name tells the account.</param>
/// <param name="ShareName">Name of the share.</param>
/// <param name="ReadOnly">Whether it is mounted read-only.</param>
/// <param name="SecretNamespace">Namespace of the secret; null is the claim's.</param>
public sealed record AzureFileSource(string? SecretName, string? ShareName, bool ReadOnly, string? SecretNamespace);

/// <summary>A volume of OpenStack.</summary>
/// <param name="VolumeId">Id.</param>
/// <param name="FsType">File system.</param>
/// <param name="ReadOnly">Whether it is mounted read-only.</param>
public sealed record CinderSource([property: JsonPropertyName("volumeID")] string? VolumeId, string? FsType, bool ReadOnly);

/// <summary>A disk of Google's Compute Engine.</summary>
/// <param name="PdName">Name of the disk.</param>
/// <param name="FsType">File system.</param>
/// <param name="Partition">Partition; 0 is the whole disk.</param>
/// <param name="ReadOnly">Whether it is mounted read-only.</param>
public sealed record GcePersistentDiskSource([property: JsonPropertyName("pdName")] string? PdName, string? FsType, int Partition, bool ReadOnly);

/// <summary>A volume of Portworx.</summary>
/// <param name="VolumeId">Id.</param>
/// <param name="FsType">File system.</param>
/// <param name="ReadOnly">Whether it is mounted read-only.</param>
public sealed record PortworxVolumeSource([property: JsonPropertyName("volumeID")] string? VolumeId, string? FsType, bool ReadOnly);

/// <summary>A disk of vSphere.</summary>
/// <param name="VolumePath">Path of the disk file.</param>
/// <param name="FsType">File system.</param>
/// <param name="StoragePolicyName">Storage policy, or null.</param>
public sealed record VsphereVolumeSource(string? VolumePath, string? FsType, string? StoragePolicyName);
