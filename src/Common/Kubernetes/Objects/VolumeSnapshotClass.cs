using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>How snapshots are taken, or, as a class of groups, how groups of them are: two kinds of objects of the same form.</summary>
public abstract class SnapshotClassObject : KubeObject
{
    /// <summary>Name of the driver that serves the class.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Driver { get; set; }

    /// <summary><c>Delete</c> or <c>Retain</c>, for the contents that are made by it.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? DeletionPolicy { get; set; }

    /// <summary>Parameters, reserved keys included.</summary>
    public StringMap? Parameters { get; set; }
}

/// <summary>How snapshots are taken.</summary>
public sealed class VolumeSnapshotClass : SnapshotClassObject;

/// <summary>How groups of snapshots are taken.</summary>
public sealed class VolumeGroupSnapshotClass : SnapshotClassObject;
