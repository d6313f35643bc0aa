using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// One version of one object. It never changes: a write makes a new one. The UTF-8 text is made once, when the version is stored, and is shared
/// by every get, list and watch that shows it.
/// </summary>
public sealed class StoredObject
{
    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    private readonly int _headLength;
    private JsonElement? _root;

    internal StoredObject(ResourceDefinition resource, JsonObject content, long version, ReadOnlyMemory<byte> json, int headLength)
    {
        var metadata = content["metadata"];
        (Resource, Version, Json, _headLength) = (resource, version, json, headLength);
        Namespace = metadata.Text("namespace") ?? "";
        Name = metadata.Text("name") ?? "";
        Uid = metadata.Text("uid") ?? "";
        IsBeingDeleted = metadata.At("deletionTimestamp") is not null;
        HasFinalizers = metadata.Array("finalizers") is { Count: > 0 };
        Labels = metadata.Object("labels") is not { Count: > 0 } labels
            ? None
            : labels.ToDictionary(label => label.Key, label => JsonReading.AsText(label.Value) ?? "", StringComparer.Ordinal);
        SelectableValues = resource.IndexedFields.Count == 0 ? [] : [.. resource.IndexedFields.Select(field => field.ValueIn(content))];
    }

    /// <summary>The resource the object belongs to.</summary>
    public ResourceDefinition Resource { get; }

    /// <summary>The namespace; empty for objects of the cluster.</summary>
    public string Namespace { get; }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The uid, unique in time.</summary>
    public string Uid { get; }

    /// <summary>The resource version as a number; it grows with every write to the store.</summary>
    public long Version { get; }

    /// <summary>The labels; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>True once a deletion was asked for and finalizers still hold the object.</summary>
    public bool IsBeingDeleted { get; }

    /// <summary>The whole object as UTF-8 JSON with kind and apiVersion. Do not write to the memory behind it.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>The object as read-only JSON, parsed on first use and then kept.</summary>
    public JsonElement Root => _root ??= Parse();

    internal bool HasFinalizers { get; }

    internal string[] SelectableValues { get; }

    /// <summary>The text a field selector compares. Fields that became selectable after the object was stored are looked up in it.</summary>
    internal string SelectableValue(SelectableField field)
    {
        for (var i = 0; i < SelectableValues.Length; i++)
            if (Resource.IndexedFields[i].Path == field.Path) return SelectableValues[i];
        return field.ValueIn(ToJson());
    }

    /// <summary>The text after kind and apiVersion: what stands in a list of a built-in kind, without the opening brace.</summary>
    internal ReadOnlyMemory<byte> JsonWithoutHead => Json[_headLength..];

    /// <summary>A fresh copy that the caller may change.</summary>
    public JsonObject ToJson() => JsonNode.Parse(Json.Span)!.AsObject();

    /// <summary>The namespace and name as <c>namespace/name</c>, or the name alone.</summary>
    public override string ToString() => $"{Resource.Kind} {(Namespace.Length > 0 ? Namespace + "/" : "")}{Name} at {Version}";

    private JsonElement Parse()
    {
        var reader = new Utf8JsonReader(Json.Span);
        return JsonElement.ParseValue(ref reader);
    }
}
