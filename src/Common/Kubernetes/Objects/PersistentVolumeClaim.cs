using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>A claim, as far as the sidecars read it.</summary>
public sealed class PersistentVolumeClaim : KubeObject
{
    /// <summary>What the user asks for.</summary>
    public ClaimSpec Spec
    {
        get;
        set => field = value ?? new(); // a server may send null
    } = new();

    /// <summary>What the cluster says of it.</summary>
    public ClaimStatus? Status { get; set; }

    /// <summary>The state of a claim that is being filled for a store.</summary>
    public ClaimStatus StatusToFill() => Status ??= new();
}

/// <summary>What a claim asks for.</summary>
public sealed class ClaimSpec
{
    /// <summary>Access modes in the user's order.</summary>
    [JsonConverter(typeof(PooledListConverter))]
    public string[]? AccessModes { get; set; }

    /// <summary>Label selector; only whether it is there matters, so its content is not kept.</summary>
    public PresenceOnly? Selector { get; set; }

    /// <summary>Requested size.</summary>
    public ResourceRequirements? Resources { get; set; }

    /// <summary>Name of the bound volume.</summary>
    public string? VolumeName { get; set; }

    /// <summary>Storage class; null is "the default", empty is "none".</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? StorageClassName { get; set; }

    /// <summary><c>Filesystem</c> or <c>Block</c>.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? VolumeMode { get; set; }

    /// <summary>Source in the claim's own namespace.</summary>
    public DataSource? DataSource { get; set; }

    /// <summary>Source that may name another namespace or kind.</summary>
    public DataSource? DataSourceRef { get; set; }

    /// <summary>VolumeAttributesClass, or null.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? VolumeAttributesClassName { get; set; }
}

/// <summary>Requested resources.</summary>
public sealed class ResourceRequirements
{
    /// <summary>Requests by resource name; <c>storage</c> is the one that matters.</summary>
    public StringMap? Requests { get; set; }
}

/// <summary>Reference to what a new volume is filled from.</summary>
public sealed class DataSource
{
    /// <summary>Group of the kind; null for the core group.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? ApiGroup { get; set; }

    /// <summary>Kind, such as <c>VolumeSnapshot</c>.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Kind { get; set; }

    /// <summary>Name of the source.</summary>
    public string? Name { get; set; }

    /// <summary>Namespace of the source; null or empty for the claim's own.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Namespace { get; set; }
}

/// <summary>State of a claim.</summary>
public sealed class ClaimStatus
{
    /// <summary><c>Pending</c>, <c>Bound</c> or <c>Lost</c>.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Phase { get; set; }

    /// <summary>What the claim has by now, by resource name.</summary>
    public StringMap? Capacity { get; set; }

    /// <summary>What is being worked towards, by resource name.</summary>
    public StringMap? AllocatedResources { get; set; }

    /// <summary>How far that is, by resource name.</summary>
    public StringMap? AllocatedResourceStatuses { get; set; }

    /// <summary>Conditions, in the server's order.</summary>
    public ClaimCondition[]? Conditions { get; set; }

    /// <summary>The class of attributes the volume has.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? CurrentVolumeAttributesClassName { get; set; }

    /// <summary>The class of attributes the volume is to be given, and how far that is; null where none is.</summary>
    public ModifyVolumeStatus? ModifyVolumeStatus { get; set; }
}

/// <summary>A condition of a claim; there is one of a type.</summary>
public sealed class ClaimCondition
{
    /// <summary>What it is about.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Type { get; set; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Status { get; set; }

    /// <summary>Why, for machines.</summary>
    public string? Reason { get; set; }

    /// <summary>Why, for people.</summary>
    public string? Message { get; set; }

    /// <summary>Since when.</summary>
    public DateTimeOffset? LastTransitionTime { get; set; }
}

/// <summary>How far a claim is on its way to another class of attributes.</summary>
public sealed class ModifyVolumeStatus
{
    /// <summary>The class on the way to which it is.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? TargetVolumeAttributesClassName { get; set; }

    /// <summary><c>Pending</c>, <c>InProgress</c> or <c>Infeasible</c>.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Status { get; set; }
}
