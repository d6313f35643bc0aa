using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// A volume as the cluster knows it. Complete enough to create one; a store keeps of it what the readers in the process read
/// (<see cref="Caching.Reading{T}"/>).
/// </summary>
public sealed class PersistentVolume : KubeObject
{
    /// <summary>What the volume is.</summary>
    public VolumeSpec Spec
    {
        get;
        set => field = value ?? VolumeSpec.None; // a server may send null
    } = VolumeSpec.None;

    /// <summary>What the cluster says of it; never sent.</summary>
    public VolumeStatus? Status { get; set; }

    /// <summary>The spec of a volume that is being filled for a store: its own, not the one that volumes without any share.</summary>
    public VolumeSpec SpecToFill() => Spec = ReferenceEquals(Spec, VolumeSpec.None) ? new VolumeSpec() : Spec;
}

/// <summary>What a volume is and whom it belongs to.</summary>
public sealed class VolumeSpec
{
    /// <summary>Of a volume of which nothing is kept.</summary>
    public static readonly VolumeSpec None = new();

    // At most one source is set: one field for all seven costs each of ten thousand volumes eight bytes instead of 56.
    private object? _inTree;

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

    /// <summary>Name of the class of its attributes, or null.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? VolumeAttributesClassName { get; set; }

    /// <summary>From which nodes it can be reached; null is from all.</summary>
    public VolumeNodeAffinity? NodeAffinity { get; set; }

    /// <summary>Source of the built-in AWS EBS plugin of old.</summary>
    public AwsElasticBlockStoreSource? AwsElasticBlockStore
    {
        get => _inTree as AwsElasticBlockStoreSource;
        set => _inTree = value ?? _inTree;
    }

    /// <summary>Source of the built-in Azure Disk plugin of old.</summary>
    public AzureDiskSource? AzureDisk
    {
        get => _inTree as AzureDiskSource;
        set => _inTree = value ?? _inTree;
    }

    /// <summary>Source of the built-in Azure File plugin of old.</summary>
    public AzureFileSource? AzureFile
    {
        get => _inTree as AzureFileSource;
        set => _inTree = value ?? _inTree;
    }

    /// <summary>Source of the built-in Cinder plugin of old.</summary>
    public CinderSource? Cinder
    {
        get => _inTree as CinderSource;
        set => _inTree = value ?? _inTree;
    }

    /// <summary>Source of the built-in GCE PD plugin of old.</summary>
    public GcePersistentDiskSource? GcePersistentDisk
    {
        get => _inTree as GcePersistentDiskSource;
        set => _inTree = value ?? _inTree;
    }

    /// <summary>Source of the built-in Portworx plugin of old.</summary>
    public PortworxVolumeSource? PortworxVolume
    {
        get => _inTree as PortworxVolumeSource;
        set => _inTree = value ?? _inTree;
    }

    /// <summary>Source of the built-in vSphere plugin of old.</summary>
    public VsphereVolumeSource? VsphereVolume
    {
        get => _inTree as VsphereVolumeSource;
        set => _inTree = value ?? _inTree;
    }

    /// <summary>Whether the volume names a plugin of old Kubernetes whose work a CSI driver has taken over.</summary>
    [JsonIgnore]
    public bool IsMigratable => _inTree is not null;

    /// <summary>Takes the source over from another description, whichever plugin it is of.</summary>
    public void TakeInTreeSource(VolumeSpec from) => _inTree = from._inTree;
}

/// <summary>The CSI part of a volume.</summary>
public sealed class CsiVolumeSource
{
    // Few volumes have any of them, and no store keeps them.
    private FurtherSecrets? _furtherSecrets;

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
    public SecretReference? NodeStageSecretRef
    {
        get => _furtherSecrets?.NodeStage;
        set => Further(value, (all, one) => all.NodeStage = one);
    }

    /// <summary>Secret of NodePublishVolume.</summary>
    public SecretReference? NodePublishSecretRef
    {
        get => _furtherSecrets?.NodePublish;
        set => Further(value, (all, one) => all.NodePublish = one);
    }

    /// <summary>Secret of ControllerExpandVolume.</summary>
    public SecretReference? ControllerExpandSecretRef
    {
        get => _furtherSecrets?.ControllerExpand;
        set => Further(value, (all, one) => all.ControllerExpand = one);
    }

    /// <summary>Secret of NodeExpandVolume.</summary>
    public SecretReference? NodeExpandSecretRef
    {
        get => _furtherSecrets?.NodeExpand;
        set => Further(value, (all, one) => all.NodeExpand = one);
    }

    private void Further(SecretReference? value, Action<FurtherSecrets, SecretReference?> set)
    {
        if (value is not null || _furtherSecrets is not null) set(_furtherSecrets ??= new(), value);
    }

    private sealed class FurtherSecrets
    {
        public SecretReference? NodeStage { get; set; }

        public SecretReference? NodePublish { get; set; }

        public SecretReference? ControllerExpand { get; set; }

        public SecretReference? NodeExpand { get; set; }
    }
}

/// <summary>State of a volume.</summary>
public sealed class VolumeStatus
{
    /// <summary><c>Pending</c>, <c>Available</c>, <c>Bound</c>, <c>Released</c> or <c>Failed</c>.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Phase { get; set; }
}
