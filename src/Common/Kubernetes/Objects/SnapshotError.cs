using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>Why a snapshot, a group or a content is not usable, for users to read. It stands until somebody takes it away.</summary>
public sealed class SnapshotError
{
    /// <summary>When it was found out.</summary>
    [JsonConverter(typeof(SecondTimeConverter))]
    public DateTimeOffset? Time { get; set; }

    /// <summary>Text for users.</summary>
    public string? Message { get; set; }
}
