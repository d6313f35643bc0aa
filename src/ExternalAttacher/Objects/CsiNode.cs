using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Objects;

/// <summary>A CSINode: under which names the drivers know a node. In the store only our driver's name of it is kept.</summary>
internal sealed class CsiNode : KubeObject
{
    /// <summary>The drivers on the node, until the object is stored.</summary>
    public CsiNodeDrivers? Spec { get; set; }

    /// <summary>Our driver's name of the node; null where our driver is not on it.</summary>
    [JsonIgnore]
    public string? NodeId { get; set; }
}

/// <summary>The drivers on a node.</summary>
internal sealed class CsiNodeDrivers
{
    public List<CsiNodeDriver>? Drivers { get; set; }
}

/// <summary>A driver on a node.</summary>
/// <param name="Name">Name of the driver.</param>
/// <param name="NodeId">The driver's name of the node.</param>
internal sealed record CsiNodeDriver(
    [property: JsonConverter(typeof(PooledStringConverter))] string? Name,
    [property: JsonPropertyName("nodeID")] string? NodeId);
