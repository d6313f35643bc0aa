using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>Metadata of a list: the version it shows, and where the next page begins.</summary>
public sealed class ListMeta
{
    /// <summary>Version from which a watch may go on; 0 is unknown.</summary>
    [JsonConverter(typeof(ResourceVersionConverter))]
    public ulong ResourceVersion { get; set; }

    /// <summary>Token of the next page; null or empty on the last one.</summary>
    public string? Continue { get; set; }
}
