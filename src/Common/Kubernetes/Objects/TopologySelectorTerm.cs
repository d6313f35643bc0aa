using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>Where volumes of a class may be: each of its requirements has to hold.</summary>
public sealed class TopologySelectorTerm
{
    /// <summary>The requirements.</summary>
    public List<TopologySelectorRequirement>? MatchLabelExpressions { get; set; }
}

/// <summary>A requirement on one topology key: the value has to be one of these.</summary>
public sealed class TopologySelectorRequirement
{
    /// <summary>The key.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Key { get; set; }

    /// <summary>The values.</summary>
    [JsonConverter(typeof(PooledListConverter))]
    public string[]? Values { get; set; }
}
