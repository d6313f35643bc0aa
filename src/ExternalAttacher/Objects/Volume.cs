using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Objects;

/// <summary>A PersistentVolume as the attacher reads it: what publishing asks for, and the sources that are translated.</summary>
internal sealed class Volume : KubeObject
{
    /// <summary>What the volume is.</summary>
    public VolumeDetails Spec { get; set; } = new();
}

/// <summary>What a volume is. Exactly one source is set, or none that concerns us.</summary>
internal sealed class VolumeDetails
{
    /// <summary>Stands in the store for volumes of other drivers; should one be asked for after all, it is read anew.</summary>
    public static readonly VolumeDetails Elsewhere = new();

    public CsiSource? Csi { get; set; }

    [JsonConverter(typeof(PooledListConverter))]
    public string[]? AccessModes { get; set; }

    [JsonConverter(typeof(PooledListConverter))]
    public string[]? MountOptions { get; set; }

    [JsonConverter(typeof(PooledStringConverter))]
    public string? VolumeMode { get; set; }

    /// <summary>The claim; its namespace is part of the handle of an Azure file share.</summary>
    public ObjectReference? ClaimRef { get; set; }

    public AwsElasticBlockStoreSource? AwsElasticBlockStore { get; set; }

    public AzureDiskSource? AzureDisk { get; set; }

    public AzureFileSource? AzureFile { get; set; }

    public CinderSource? Cinder { get; set; }

    public GcePersistentDiskSource? GcePersistentDisk { get; set; }

    public PortworxVolumeSource? PortworxVolume { get; set; }

    public VsphereVolumeSource? VsphereVolume { get; set; }

    /// <summary>Whether the volume names a plugin of old Kubernetes whose work a CSI driver has taken over.</summary>
    [JsonIgnore]
    public bool IsMigratable =>
        AwsElasticBlockStore is not null || AzureDisk is not null || AzureFile is not null || Cinder is not null
        || GcePersistentDisk is not null || PortworxVolume is not null || VsphereVolume is not null;
}

/// <summary>The CSI part of a volume, as far as publishing needs it.</summary>
internal sealed class CsiSource
{
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Driver { get; set; }

    public string? VolumeHandle { get; set; }

    public bool ReadOnly { get; set; }

    [JsonConverter(typeof(PooledStringConverter))]
    public string? FsType { get; set; }

    public StringMap? VolumeAttributes { get; set; }

    public SecretReference? ControllerPublishSecretRef { get; set; }
}
