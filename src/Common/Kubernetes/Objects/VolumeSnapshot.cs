using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>A snapshot, as far as volumes are restored from it.</summary>
public sealed class VolumeSnapshot : KubeObject
{
    /// <summary>What is known of it; null before anybody has looked at it.</summary>
    public SnapshotStatus? Status { get; set; }
}

/// <summary>State of a snapshot.</summary>
public sealed class SnapshotStatus
{
    /// <summary>Name of its content.</summary>
    public string? BoundVolumeSnapshotContentName { get; set; }

    /// <summary>Whether a volume can be made from it.</summary>
    public bool? ReadyToUse { get; set; }

    /// <summary>The least size of a volume made from it; null or zero is any.</summary>
    [JsonConverter(typeof(TextOrNumberConverter))]
    public string? RestoreSize { get; set; }
}
