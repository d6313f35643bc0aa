using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>From which nodes a volume can be reached.</summary>
public sealed class VolumeNodeAffinity
{
    /// <summary>From those that one of its terms selects.</summary>
    public NodeSelector? Required { get; set; }
}

/// <summary>Selects nodes by their labels.</summary>
public sealed class NodeSelector
{
    /// <summary>One of these has to select the node.</summary>
    public List<NodeSelectorTerm>? NodeSelectorTerms { get; set; }
}

/// <summary>Requirements that a node has to satisfy, all of them.</summary>
public sealed class NodeSelectorTerm
{
    /// <summary>The requirements on its labels.</summary>
    public List<NodeSelectorRequirement>? MatchExpressions { get; set; }

    /// <summary>The requirements on its fields, of which there is one to ask for: <c>metadata.name</c>.</summary>
    public List<NodeSelectorRequirement>? MatchFields { get; set; }
}

/// <summary>A requirement on one label.</summary>
public sealed class NodeSelectorRequirement
{
    /// <summary>Key of the label.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Key { get; set; }

    /// <summary>How its value is compared: <c>In</c> and others.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Operator { get; set; }

    /// <summary>What it is compared with.</summary>
    [JsonConverter(typeof(PooledListConverter))]
    public string[]? Values { get; set; }
}
