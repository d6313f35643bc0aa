using System.Text.Json.Serialization;

namespace Sidecars.ExternalAttacher.Objects;

// The volume sources of the plugins Kubernetes once had built in (common contract 16), as far as a CSI driver is told of them.

internal sealed record AwsElasticBlockStoreSource(
    [property: JsonPropertyName("volumeID")] string? VolumeId, string? FsType, int Partition, bool ReadOnly);

internal sealed record AzureDiskSource(
    [property: JsonPropertyName("diskURI")] string? DiskUri, string? CachingMode, string? FsType, bool? ReadOnly, string? Kind);

internal sealed record AzureFileSource(string? SecretName, string? ShareName, bool ReadOnly, string? SecretNamespace);

internal sealed record CinderSource([property: JsonPropertyName("volumeID")] string? VolumeId, string? FsType, bool ReadOnly);

internal sealed record GcePersistentDiskSource([property: JsonPropertyName("pdName")] string? PdName, string? FsType, int Partition, bool ReadOnly);

internal sealed record PortworxVolumeSource([property: JsonPropertyName("volumeID")] string? VolumeId, string? FsType, bool ReadOnly);

internal sealed record VsphereVolumeSource(string? VolumePath, string? FsType, string? StoragePolicyName);
