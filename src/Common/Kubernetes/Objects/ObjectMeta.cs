using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// The part of <c>metadata</c> the sidecars read or write. Everything else (managedFields above all) is passed over while
/// reading, which is why an object read through this type must never be sent back as a whole.
/// </summary>
public sealed class ObjectMeta
{
    /// <summary>Name; empty only in an object to be created with <see cref="GenerateName"/>.</summary>
    public string? Name { get; set; }

    /// <summary>Prefix from which the server makes a name.</summary>
    public string? GenerateName { get; set; }

    /// <summary>Namespace; null for cluster-wide kinds.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Namespace { get; set; }

    /// <summary>Identity of this incarnation of the object.</summary>
    public string? Uid { get; set; }

    /// <summary>Version of the object, comparable within one resource; 0 is "unknown" or "not sent".</summary>
    [JsonConverter(typeof(ResourceVersionConverter))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong ResourceVersion { get; set; }

    /// <summary>When the object was made.</summary>
    public DateTimeOffset? CreationTimestamp { get; set; }

    /// <summary>Set once the object is being deleted.</summary>
    public DateTimeOffset? DeletionTimestamp { get; set; }

    /// <summary>Labels, or null.</summary>
    public StringMap? Labels { get; set; }

    /// <summary>Annotations, or null.</summary>
    public StringMap? Annotations { get; set; }

    /// <summary>Finalizers in the server's order, or null.</summary>
    [JsonConverter(typeof(PooledListConverter))]
    public string[]? Finalizers { get; set; }

    /// <summary>Owners, or null.</summary>
    public OwnerReference[]? OwnerReferences { get; set; }
}
