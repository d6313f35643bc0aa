using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>Points at one incarnation of an object, in the form of core/v1 (claimRef, an event's involvedObject).</summary>
public sealed class ObjectReference
{
    /// <summary>Kind of the object.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Kind { get; set; }

    /// <summary>Namespace; null for a cluster-wide kind.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Namespace { get; set; }

    /// <summary>Name of the object.</summary>
    public string? Name { get; set; }

    /// <summary>Identity of the object.</summary>
    public string? Uid { get; set; }

    /// <summary>Group and version of the kind.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? ApiVersion { get; set; }

    /// <summary>Version the reference was taken from; 0 leaves it out.</summary>
    [JsonConverter(typeof(ResourceVersionConverter))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong ResourceVersion { get; set; }

    /// <summary>A reference to an object, with the kind and version its list items do not carry.</summary>
    public static ObjectReference To(KubeObject target, string kind, string apiVersion) => new()
    {
        Kind = kind,
        ApiVersion = apiVersion,
        Namespace = target.Metadata.Namespace,
        Name = target.Metadata.Name,
        Uid = target.Metadata.Uid,
        ResourceVersion = target.Metadata.ResourceVersion,
    };
}
