using System.Text.Json.Serialization;

namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// What all objects of the API have: a type and metadata. The types derived from it hold only what the sidecars use; an object
/// that lies in a store is shared by all readers and never changed.
/// </summary>
public abstract class KubeObject
{
    /// <summary>Group and version, such as <c>v1</c>; absent in the items of a list.</summary>
    [JsonPropertyOrder(-3)]
    [JsonConverter(typeof(Json.PooledStringConverter))]
    public string? ApiVersion { get; set; }

    /// <summary>Kind; absent in the items of a list.</summary>
    [JsonPropertyOrder(-2)]
    [JsonConverter(typeof(Json.PooledStringConverter))]
    public string? Kind { get; set; }

    /// <summary>Name, identity, version and marks of the object; empty where an answer has none.</summary>
    [JsonPropertyOrder(-1)]
    public ObjectMeta Metadata
    {
        get;
        set => field = value ?? new();
    } = new();

    /// <summary>Namespace and name.</summary>
    [JsonIgnore]
    public ObjectKey Key => new(Metadata.Namespace, Metadata.Name ?? "");

    /// <summary>Name, or the empty text.</summary>
    [JsonIgnore]
    public string Name => Metadata.Name ?? "";

    /// <summary>Identity, or the empty text.</summary>
    [JsonIgnore]
    public string Uid => Metadata.Uid ?? "";

    /// <summary>Whether deletion was asked for and waits for finalizers.</summary>
    [JsonIgnore]
    public bool IsBeingDeleted => Metadata.DeletionTimestamp is not null;

    /// <summary>The value of an annotation, or null where it is absent.</summary>
    public string? Annotation(string key) => Metadata.Annotations?[key];

    /// <summary>Whether the object carries the finalizer.</summary>
    public bool HasFinalizer(string finalizer) => Metadata.Finalizers is { } all && Array.IndexOf(all, finalizer) >= 0;
}
