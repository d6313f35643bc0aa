using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// Snapshots of several claims, taken at the same moment, as their user knows them. A store keeps of it what the readers in the process
/// read (<see cref="Caching.Reading{T}"/>).
/// </summary>
public sealed class VolumeGroupSnapshot : KubeObject
{
    /// <summary>What the user asks for.</summary>
    public GroupSnapshotSpec Spec
    {
        get;
        set => field = value ?? new(); // a server may send null
    } = new();

    /// <summary>What is known of it; null before anybody has looked at it.</summary>
    public GroupSnapshotStatus? Status { get; set; }
}

/// <summary>What a group is taken of. An object in a store is shared and never changed.</summary>
public sealed class GroupSnapshotSpec
{
    /// <summary>The source; one of its fields is set.</summary>
    public GroupSnapshotSource? Source { get; set; }

    /// <summary>Name of the class; null until the user or the controller names one.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? VolumeGroupSnapshotClassName { get; set; }
}

/// <summary>What a group is taken of: exactly one is set.</summary>
public sealed class GroupSnapshotSource
{
    /// <summary>The claims of the group's namespace that have such labels.</summary>
    public GroupSelector? Selector { get; set; }

    /// <summary>Name of the content that is there already.</summary>
    public string? VolumeGroupSnapshotContentName { get; set; }
}

/// <summary>Selects the claims of a group by their labels; one without any requirement selects all.</summary>
public sealed class GroupSelector
{
    /// <summary>Labels that all have to be there.</summary>
    public StringMap? MatchLabels { get; set; }

    /// <summary>What else has to hold, all of it.</summary>
    public List<LabelRequirement>? MatchExpressions { get; set; }
}

/// <summary>A requirement on one label.</summary>
public sealed class LabelRequirement
{
    /// <summary>Key of the label.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Key { get; set; }

    /// <summary><c>In</c>, <c>NotIn</c>, <c>Exists</c> or <c>DoesNotExist</c>; the schema of the kind takes any text.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Operator { get; set; }

    /// <summary>Values, for the operators that have some.</summary>
    [JsonConverter(typeof(PooledListConverter))]
    public string[]? Values { get; set; }
}

/// <summary>State of a group.</summary>
public sealed class GroupSnapshotStatus
{
    /// <summary>Name of its content.</summary>
    public string? BoundVolumeGroupSnapshotContentName { get; set; }

    /// <summary>When it was taken.</summary>
    [JsonConverter(typeof(SecondTimeConverter))]
    public DateTimeOffset? CreationTime { get; set; }

    /// <summary>Whether volumes can be made from all of it.</summary>
    public bool? ReadyToUse { get; set; }

    /// <summary>Why it is not usable.</summary>
    public SnapshotError? Error { get; set; }
}
