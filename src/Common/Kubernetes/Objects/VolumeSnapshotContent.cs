using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// What a snapshot is at its driver. Complete enough to create one; a store keeps of it what the readers in the process read
/// (<see cref="Caching.Reading{T}"/>).
/// </summary>
public sealed class VolumeSnapshotContent : KubeObject
{
    /// <summary>Whose it is, and of what.</summary>
    public SnapshotContentSpec Spec
    {
        get;
        set => field = value ?? new(); // a server may send null
    } = new();

    /// <summary>What the driver says of it; null before it was asked. Never sent with the object itself.</summary>
    public SnapshotContentStatus? Status { get; set; }

    /// <summary>
    /// A number made of labels and annotations that are not kept themselves, so that a change of them is still seen, by which users
    /// ask for another try. Set by the reader that needs it; never sent.
    /// </summary>
    [JsonIgnore]
    public int MarksHash { get; set; }
}

/// <summary>Whose a snapshot's content is, and of what. An object in a store is shared and never changed.</summary>
public sealed class SnapshotContentSpec
{
    /// <summary><c>Delete</c> or <c>Retain</c>: what becomes of the snapshot at the driver when the content is deleted.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? DeletionPolicy { get; set; }

    /// <summary>Name of the driver that takes or took it.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Driver { get; set; }

    /// <summary>What it is taken of, or what it is already; one of its fields is set.</summary>
    public SnapshotContentSource? Source { get; set; }

    /// <summary>Mode of the volume it was taken of; null where nobody knows.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? SourceVolumeMode { get; set; }

    /// <summary>Name of the class; null or empty for none.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? VolumeSnapshotClassName { get; set; }

    /// <summary>The snapshot it is the content of; its uid is set once the two are bound.</summary>
    public ObjectReference? VolumeSnapshotRef { get; set; }
}

/// <summary>Where a content comes from: exactly one is set.</summary>
public sealed class SnapshotContentSource
{
    /// <summary>The driver's name of the volume a snapshot is taken of.</summary>
    public string? VolumeHandle { get; set; }

    /// <summary>The driver's name of a snapshot that is there already.</summary>
    public string? SnapshotHandle { get; set; }
}

/// <summary>What the driver says of a snapshot. Absent is not the same as zero or false. An object in a store is shared and never changed.</summary>
public sealed class SnapshotContentStatus
{
    /// <summary>The driver's own name of it, verbatim.</summary>
    public string? SnapshotHandle { get; set; }

    /// <summary>When it was taken, in nanoseconds since 1970.</summary>
    public long? CreationTime { get; set; }

    /// <summary>The least size of a volume made from it, in bytes.</summary>
    public long? RestoreSize { get; set; }

    /// <summary>Whether a volume can be made from it.</summary>
    public bool? ReadyToUse { get; set; }

    /// <summary>Why it is not usable.</summary>
    public SnapshotError? Error { get; set; }

    /// <summary>The driver's name of the group it was taken in; null for one that was taken alone.</summary>
    public string? VolumeGroupSnapshotHandle { get; set; }
}
