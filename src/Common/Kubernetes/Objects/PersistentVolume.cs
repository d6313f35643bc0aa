using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// A volume as the cluster knows it. Complete enough to create one; a store keeps it trimmed to what its program reads.
/// </summary>
public sealed class PersistentVolume : KubeObject
{
    /// <summary>What the volume is.</summary>
    public VolumeSpec Spec { get; set; } = new();

    /// <summary>What the cluster says of it; never sent.</summary>
    public VolumeStatus? Status { get; set; }
}

/// <summary>What a volume is and whom it belongs to.</summary>
public sealed class VolumeSpec
{
    /// <summary>Capacity by resource name; <c>storage</c> is the one there is.</summary>
    public StringMap? Capacity { get; set; }

    /// <summary>CSI source; null for a volume of another kind.</summary>
    public CsiVolumeSource? Csi { get; set; }

    /// <summary>Access modes.</summary>
    [JsonConverter(typeof(PooledListConverter))]
    public string[]? AccessModes { get; set; }

    /// <summary>The claim the volume was made for.</summary>
    public ObjectReference? ClaimRef { get; set; }

    /// <summary><c>Delete</c>, <c>Retain</c> or <c>Recycle</c>.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? PersistentVolumeReclaimPolicy { get; set; }

    /// <summary>Name of the class.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? StorageClassName { get; set; }

    /// <summary>Options of every mount.</summary>
    [JsonConverter(typeof(PooledListConverter))]
    public string[]? MountOptions { get; set; }

    /// <summary><c>Filesystem</c> or <c>Block</c>.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? VolumeMode { get; set; }
}

/// <summary>The CSI part of a volume.</summary>
public sealed class CsiVolumeSource
{
    /// <summary>Name of the driver.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Driver { get; set; }

    /// <summary>The driver's own name of the volume, verbatim.</summary>
    public string? VolumeHandle { get; set; }

    /// <summary>Whether the driver is asked to publish it read-only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ReadOnly { get; set; }

    /// <summary>File system; null or empty leaves it to the driver.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? FsType { get; set; }

    /// <summary>What the driver said of the volume, handed back to it on every call.</summary>
    public StringMap? VolumeAttributes { get; set; }

    /// <summary>Secret of ControllerPublishVolume.</summary>
    public SecretReference? ControllerPublishSecretRef { get; set; }

    /// <summary>Secret of NodeStageVolume.</summary>
    public SecretReference? NodeStageSecretRef { get; set; }

    /// <summary>Secret of NodePublishVolume.</summary>
    public SecretReference? NodePublishSecretRef { get; set; }

    /// <summary>Secret of ControllerExpandVolume.</summary>
    public SecretReference? ControllerExpandSecretRef { get; set; }

    /// <summary>Secret of NodeExpandVolume.</summary>
    public SecretReference? NodeExpandSecretRef { get; set; }
}

/// <summary>State of a volume.</summary>
public sealed class VolumeStatus
{
    /// <summary><c>Pending</c>, <c>Available</c>, <c>Bound</c>, <c>Released</c> or <c>Failed</c>.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Phase { get; set; }
}
