using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>The schema of one version of a custom resource: prunes unknown fields, fills in defaults, and validates.</summary>
internal sealed class StructuralSchema(JsonObject schema) : IObjectSchema
{
    private const string UncheckedRules = "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

    private readonly SchemaNode _root = new(schema, isRoot: true);
    private readonly TypeShape _metadata = KindTable.Find("meta.ObjectMeta");

    public SchemaNode Root => _root;

    /// <summary>The schema as the definition has it.</summary>
    public JsonObject Source => schema;

    public DecodeOutcome Decode(JsonObject content, bool asSent = false)
    {
        var unknown = new List<string>();
        if (content["metadata"] is JsonObject metadata)
        {
            var decoder = new ObjectDecoder { KeepsAsSent = asSent };
            decoder.Decode(metadata, _metadata);
            if (decoder.Error is not null) return new DecodeOutcome(decoder.Error, unknown);
            unknown.AddRange(decoder.UnknownFields.Select(field => "metadata." + field));
        }
        Prune(content, _root, "", isRoot: true, unknown);
        return new DecodeOutcome(null, unknown);
    }

    public JsonObject? EmptyStatus() => null;

    public void SetDefaults(JsonObject content) => SetDefaults(content, _root, isRoot: true);

    /// <summary>Validates an object. Where it replaces another, what was wrong before and did not change is not held against it.</summary>
    public void Validate(JsonObject content, JsonObject? old, FieldErrors errors)
    {
        var own = new FieldErrors();
        new SchemaValidation(own).Check(content, old, _root, "", isRoot: true);
        AddWithRules(content, old, own, errors);
    }

    /// <summary>Validates a write to the status: of the schema its part, of the rules all.</summary>
    public void ValidateStatus(JsonObject content, JsonObject old, FieldErrors errors)
    {
        const string status = "status";
        var own = new FieldErrors();
        // The server speaks of what is within the status here as if it were at the root.
        if (_root.Properties.GetValueOrDefault(status) is { } node && content.ContainsKey(status))
            new SchemaValidation(own, status + ".").Check(content[status], old[status], node, status, isRoot: false);
        AddWithRules(content, old, own, errors);
    }

    private void AddWithRules(JsonObject content, JsonObject? old, FieldErrors own, FieldErrors errors)
    {
        if (!own.HidesRules) new RuleValidation(own).Check(content, old, _root, "");
        else if (_root.HasRules) own.Invalid("<nil>", (JsonNode?)null, UncheckedRules);
        errors.AddAll(own);
    }

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
            if ((node.Properties.GetValueOrDefault(name) ?? node.AdditionalProperties) is { } declared)
            {
                // A null where null is not allowed is as good as nothing; a default takes its place.
                if (child is null && !declared.IsNullable) fields.Remove(name);
                else Prune(child, declared, at, isRoot: false, unknown);
            }
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
            if (property.Default is { } fallback && !fields.ContainsKey(name))
                fields[name] = fallback.DeepClone();
            if (fields[name] is { } child) SetDefaults(child, property, isRoot: false);
        }
        if (node.AdditionalProperties is { } additional)
            foreach (var (name, child) in fields)
                if (!node.Properties.ContainsKey(name)) SetDefaults(child, additional, isRoot: false);
    }
}
