using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// A snapshot as its user knows it: of a claim, or of a content that is there already. A store keeps of it what the readers in the process
/// read (<see cref="Caching.Reading{T}"/>).
/// </summary>
public sealed class VolumeSnapshot : KubeObject
{
    /// <summary>What the user asks for.</summary>
    public SnapshotSpec Spec
    {
        get;
        set => field = value ?? new(); // a server may send null
    } = new();

    /// <summary>What is known of it; null before anybody has looked at it.</summary>
    public SnapshotStatus? Status { get; set; }
}

/// <summary>What a snapshot is taken of. An object in a store is shared and never changed.</summary>
public sealed class SnapshotSpec
{
    /// <summary>The source; one of its fields is set.</summary>
    public SnapshotSource? Source { get; set; }

    /// <summary>Name of the class; null until the user or the controller names one.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? VolumeSnapshotClassName { get; set; }
}

/// <summary>What a snapshot is taken of: exactly one is set, and an empty name is set too.</summary>
public sealed class SnapshotSource
{
    /// <summary>Name of a claim in the snapshot's namespace, of whose volume it is taken.</summary>
    public string? PersistentVolumeClaimName { get; set; }

    /// <summary>Name of the content that is there already.</summary>
    public string? VolumeSnapshotContentName { get; set; }
}

/// <summary>State of a snapshot.</summary>
public sealed class SnapshotStatus
{
    /// <summary>Name of its content.</summary>
    public string? BoundVolumeSnapshotContentName { get; set; }

    /// <summary>When it was taken.</summary>
    [JsonConverter(typeof(SecondTimeConverter))]
    public DateTimeOffset? CreationTime { get; set; }

    /// <summary>Whether a volume can be made from it.</summary>
    public bool? ReadyToUse { get; set; }

    /// <summary>The least size of a volume made from it, a quantity; null or zero is any.</summary>
    [JsonConverter(typeof(TextOrNumberConverter))]
    public string? RestoreSize { get; set; }

    /// <summary>Why it is not usable.</summary>
    public SnapshotError? Error { get; set; }

    /// <summary>Name of the group it was taken in; null for one that was taken alone.</summary>
    public string? VolumeGroupSnapshotName { get; set; }
}
