using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>The schema of one version of a custom resource: prunes unknown fields, fills in defaults, and validates.</summary>
internal sealed class StructuralSchema(JsonObject schema) : IObjectSchema
{
    private readonly SchemaNode _root = new(schema);
    private readonly TypeShape _metadata = KindTable.Find("meta.ObjectMeta");

    public DecodeOutcome Decode(JsonObject content)
    {
        var unknown = new List<string>();
        if (content["metadata"] is JsonObject metadata)
        {
            var decoder = new ObjectDecoder();
            decoder.Decode(metadata, _metadata);
            if (decoder.Error is not null) return new DecodeOutcome(decoder.Error, unknown);
            unknown.AddRange(decoder.UnknownFields.Select(field => "metadata." + field));
        }
        Prune(content, _root, "", isRoot: true, unknown);
        return new DecodeOutcome(null, unknown);
    }

    public JsonObject? EmptyStatus() => null;

    public void SetDefaults(JsonObject content) => SetDefaults(content, _root, isRoot: true);

    public void Validate(JsonObject content, FieldErrors errors) => new SchemaValidation(errors).Check(content, _root, "", isRoot: true);

    private static void Prune(JsonNode? value, SchemaNode node, string path, bool isRoot, List<string> unknown)
    {
        if (value is JsonArray items && node.Items is { } element)
        {
            for (var i = 0; i < items.Count; i++) Prune(items[i], element, $"{path}[{i}]", isRoot: false, unknown);
            return;
        }
        if (value is not JsonObject fields) return;
        foreach (var (name, child) in fields.ToList())
        {
            if ((isRoot || node.IsEmbeddedResource) && name is "apiVersion" or "kind" or "metadata") continue;
            var at = path.Length == 0 ? name : $"{path}.{name}";
            if (node.Properties.GetValueOrDefault(name) is { } property) Prune(child, property, at, isRoot: false, unknown);
            else if (node.AdditionalProperties is { } additional) Prune(child, additional, at, isRoot: false, unknown);
            else if (!node.PreservesUnknownFields && !node.AllowsAnyProperty)
            {
                fields.Remove(name);
                unknown.Add(at);
            }
        }
    }

    private static void SetDefaults(JsonNode? value, SchemaNode node, bool isRoot)
    {
        if (value is JsonArray items && node.Items is { } element)
        {
            foreach (var item in items) SetDefaults(item, element, isRoot: false);
            return;
        }
        if (value is not JsonObject fields) return;
        foreach (var (name, property) in node.Properties)
        {
            if (isRoot && name is "apiVersion" or "kind" or "metadata") continue;
            // A null where null is not allowed gives way to the default.
            if (property.Default is { } fallback && (!fields.ContainsKey(name) || (fields[name] is null && !property.IsNullable)))
                fields[name] = fallback.DeepClone();
            if (fields[name] is { } child) SetDefaults(child, property, isRoot: false);
        }
        if (node.AdditionalProperties is { } additional)
            foreach (var (name, child) in fields)
                if (!node.Properties.ContainsKey(name)) SetDefaults(child, additional, isRoot: false);
    }
}
