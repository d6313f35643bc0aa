using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>An object without which another has no reason to be: the cluster deletes that one after it. Complete, so that it can be sent back.</summary>
public sealed class OwnerReference
{
    /// <summary>Group and version of the owner's kind.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? ApiVersion { get; set; }

    /// <summary>Kind of the owner.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Kind { get; set; }

    /// <summary>Name of the owner, in the same namespace or cluster-wide.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Name { get; set; }

    /// <summary>Which incarnation of it.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Uid { get; set; }

    /// <summary>Whether it is the one that manages the object; of several owners one at most may say so.</summary>
    public bool? Controller { get; set; }

    /// <summary>Whether it waits for this object when it is deleted in the foreground.</summary>
    public bool? BlockOwnerDeletion { get; set; }
}
