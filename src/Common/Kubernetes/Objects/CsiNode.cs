using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>A CSINode: under which names the drivers know a node. A store keeps what the process's own driver is told of it.</summary>
public sealed class CsiNode : KubeObject
{
    /// <summary>The drivers on the node, until the object is stored.</summary>
    public CsiNodeDrivers? Spec { get; set; }

    /// <summary>The process's driver on this node, in a store; null where it is not there.</summary>
    [JsonIgnore]
    public CsiNodeDriver? Own { get; set; }

    /// <summary>What is said of a driver of that name, or null.</summary>
    public CsiNodeDriver? Of(string driver) => Spec?.Drivers?.Find(d => d.Name == driver);
}

/// <summary>The drivers on a node.</summary>
public sealed class CsiNodeDrivers
{
    /// <summary>The drivers.</summary>
    public List<CsiNodeDriver>? Drivers { get; set; }
}

/// <summary>A driver on a node.</summary>
/// <param name="Name">Name of the driver.</param>
/// <param name="NodeId">The driver's name of the node.</param>
public sealed record CsiNodeDriver(
    [property: JsonConverter(typeof(PooledStringConverter))] string? Name,
    [property: JsonPropertyName("nodeID")] string? NodeId);
