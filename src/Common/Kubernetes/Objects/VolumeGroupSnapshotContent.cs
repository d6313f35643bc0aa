using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// What a group of snapshots is at its driver. Complete enough to create one; a store keeps of it what the readers in the process read
/// (<see cref="Caching.Reading{T}"/>).
/// </summary>
public sealed class VolumeGroupSnapshotContent : KubeObject
{
    /// <summary>Whose it is, and of what.</summary>
    public GroupContentSpec Spec
    {
        get;
        set => field = value ?? new(); // a server may send null
    } = new();

    /// <summary>What the driver says of it; null before it was asked. Never sent with the object itself.</summary>
    public GroupContentStatus? Status { get; set; }

    /// <summary>
    /// A number made of labels and annotations that are not kept themselves, so that a change of them is still seen, by which users
    /// ask for another try. Set by the reader that needs it; never sent.
    /// </summary>
    [JsonIgnore]
    public int MarksHash { get; set; }
}

/// <summary>Whose a group's content is, and of what. An object in a store is shared and never changed.</summary>
public sealed class GroupContentSpec
{
    /// <summary><c>Delete</c> or <c>Retain</c>: what becomes of the group at the driver when the content is deleted.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? DeletionPolicy { get; set; }

    /// <summary>Name of the driver that takes or took it.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Driver { get; set; }

    /// <summary>What it is taken of, or what it is already; one of its fields is set.</summary>
    public GroupContentSource? Source { get; set; }

    /// <summary>Name of the class; null or empty for none.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? VolumeGroupSnapshotClassName { get; set; }

    /// <summary>The group it is the content of; its uid is set once the two are bound.</summary>
    public ObjectReference? VolumeGroupSnapshotRef { get; set; }
}

/// <summary>Where a group's content comes from: exactly one is set.</summary>
public sealed class GroupContentSource
{
    /// <summary>The driver's names of the volumes of which snapshots are taken, in their order.</summary>
    public string[]? VolumeHandles { get; set; }

    /// <summary>The driver's names of a group that is there already.</summary>
    public GroupSnapshotHandles? GroupSnapshotHandles { get; set; }
}

/// <summary>The driver's names of a group of snapshots that is there already.</summary>
public sealed class GroupSnapshotHandles
{
    /// <summary>Of the group.</summary>
    public string? VolumeGroupSnapshotHandle { get; set; }

    /// <summary>Of its snapshots.</summary>
    public string[]? VolumeSnapshotHandles { get; set; }
}

/// <summary>What the driver says of a group. Absent is not the same as zero or false. An object in a store is shared and never changed.</summary>
public sealed class GroupContentStatus
{
    /// <summary>The driver's own name of it, verbatim.</summary>
    public string? VolumeGroupSnapshotHandle { get; set; }

    /// <summary>When it was taken.</summary>
    [JsonConverter(typeof(SecondTimeConverter))]
    public DateTimeOffset? CreationTime { get; set; }

    /// <summary>Whether volumes can be made from all of it.</summary>
    public bool? ReadyToUse { get; set; }

    /// <summary>Why it is not usable.</summary>
    public SnapshotError? Error { get; set; }

    /// <summary>Its snapshots; null before the driver named any.</summary>
    public SnapshotInfo[]? VolumeSnapshotInfoList { get; set; }
}

/// <summary>What the driver said of one snapshot of a group.</summary>
public sealed class SnapshotInfo
{
    /// <summary>The driver's name of the volume it was taken of.</summary>
    public string? VolumeHandle { get; set; }

    /// <summary>The driver's name of it.</summary>
    public string? SnapshotHandle { get; set; }

    /// <summary>When it was taken, in nanoseconds since 1970.</summary>
    public long? CreationTime { get; set; }

    /// <summary>Whether a volume can be made from it.</summary>
    public bool? ReadyToUse { get; set; }

    /// <summary>The least size of a volume made from it, in bytes.</summary>
    public long? RestoreSize { get; set; }
}
