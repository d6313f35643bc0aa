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
    public CsiNodeDriver? Own { get; private set; }

    /// <summary>The process's driver on a node that is being filled for a store.</summary>
    public CsiNodeDriver OwnToFill() => Own ??= new CsiNodeDriver();

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
public sealed class CsiNodeDriver
{
    /// <summary>Name of the driver.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Name { get; set; }

    /// <summary>The driver's name of the node.</summary>
    [JsonPropertyName("nodeID")]
    public string? NodeId { get; set; }

    /// <summary>The labels of the node that say where it stands, as the driver sees it; null or none where it sees no difference.</summary>
    [JsonConverter(typeof(PooledListConverter))]
    public string[]? TopologyKeys { get; set; }
}
