using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// The types of a group version as OpenAPI describes them: built-in ones from the field table, which has no texts about them, custom resources from
/// their own schemas with all they say.
/// </summary>
internal static class OpenApiSchemas
{
    private const string Prefix = "#/components/schemas/";
    private const string Quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
    private const string IntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
    private const string Metadata = "meta.ObjectMeta";

    /// <summary>The schemas of the kinds and of every type they lead to, by name.</summary>
    public static JsonObject Of(IEnumerable<ResourceDefinition> resources)
    {
        var schemas = new JsonObject();
        foreach (var resource in resources)
            if (resource.Shape is { } shape) Head(Add(shape, schemas), resource);
            else if (resource.Schema is StructuralSchema custom) schemas[CustomName(resource)] = Custom(custom, resource, schemas);
        return schemas;
    }

    private static JsonObject Custom(StructuralSchema custom, ResourceDefinition resource, JsonObject schemas)
    {
        var schema = custom.Source.DeepClone().AsObject();
        Add(KindTable.Find(Metadata), schemas);
        schema.Child("properties")["metadata"] = Reference(Name(Metadata));
        Head(schema, resource);
        return schema;
    }

    /// <summary>A kind has a header, and says which kind it is.</summary>
    private static void Head(JsonObject schema, ResourceDefinition resource)
    {
        var properties = schema.Child("properties");
        foreach (var name in (ReadOnlySpan<string>)["kind", "apiVersion"])
            if (!properties.ContainsKey(name)) properties.Insert(0, name, new JsonObject { ["type"] = "string" });
        schema["x-kubernetes-group-version-kind"] =
            new JsonArray(new JsonObject { ["group"] = resource.Group, ["version"] = resource.Version, ["kind"] = resource.Kind });
    }

    private static JsonObject Add(TypeShape type, JsonObject schemas)
    {
        var name = Name(type.FullName);
        if (schemas[name] is JsonObject known) return known;
        var schema = new JsonObject { ["type"] = "object" };
        // Before its parts: a type may lead back to itself.
        schemas[name] = schema;
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var field in type.Fields.Values.OrderBy(field => field.Name, StringComparer.Ordinal))
        {
            properties[field.Name] = Field(field, schemas);
            if (!field.OmitEmpty && !field.IsPointer) required.Add((JsonNode)field.Name);
        }
        schema["properties"] = properties;
        if (required.Count > 0) schema["required"] = required;
        if (type.IsAtomic) schema["x-kubernetes-map-type"] = "atomic";
        return schema;
    }

    private static JsonObject Field(FieldShape field, JsonObject schemas)
    {
        var schema = Value(field.Type, schemas);
        if (field.IsAtomic) schema["x-kubernetes-map-type"] = "atomic";
        if (field.Type.Form == ValueForm.List)
            schema["x-kubernetes-list-type"] = field.ApplyKeys.Length > 0 ? "map" : field.IsApplySet ? "set" : "atomic";
        if (field.ApplyKeys.Length > 0) schema["x-kubernetes-list-map-keys"] = new JsonArray([.. field.ApplyKeys.Select(key => (JsonNode)key)]);
        if (field.MergeKey is { } key) schema["x-kubernetes-patch-merge-key"] = key;
        var strategy = (field.MergeKey is not null || field.MergesScalars, field.RetainsKeys) switch
        {
            (true, true) => "merge,retainKeys",
            (true, false) => "merge",
            (false, true) => "retainKeys",
            _ => null,
        };
        if (strategy is not null) schema["x-kubernetes-patch-strategy"] = strategy;
        return schema;
    }

    private static JsonObject Value(TypeShape type, JsonObject schemas)
    {
        switch (type.Form)
        {
            case ValueForm.Struct:
                Add(type, schemas);
                return Reference(Name(type.FullName));
            case ValueForm.List: return new JsonObject { ["type"] = "array", ["items"] = Value(type.Element!, schemas) };
            case ValueForm.Map: return new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(type.Element!, schemas) };
            case ValueForm.Int: return new JsonObject { ["type"] = "integer", ["format"] = "int64" };
            case ValueForm.Bool: return new JsonObject { ["type"] = "boolean" };
            case ValueForm.Float: return new JsonObject { ["type"] = "number", ["format"] = "double" };
            case ValueForm.Bytes: return new JsonObject { ["type"] = "string", ["format"] = "byte" };
            case ValueForm.Time or ValueForm.MicroTime: return new JsonObject { ["type"] = "string", ["format"] = "date-time" };
            case ValueForm.IntOrString:
                schemas[IntOrString] ??= new JsonObject { ["format"] = "int-or-string", ["oneOf"] = OneOf("integer", "string") };
                return Reference(IntOrString);
            case ValueForm.Quantity:
                schemas[Quantity] ??= new JsonObject { ["oneOf"] = OneOf("string", "number") };
                return Reference(Quantity);
            case ValueForm.Any: return new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
            default: return new JsonObject { ["type"] = "string" };
        }
    }

    private static JsonArray OneOf(params ReadOnlySpan<string> types)
    {
        var choices = new JsonArray();
        foreach (var type in types) choices.Add((JsonNode)new JsonObject { ["type"] = type });
        return choices;
    }

    private static JsonObject Reference(string name) => new() { ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = Prefix + name }) };

    /// <summary>The name a real server gives a type of the table, such as <c>io.k8s.api.core.v1.Pod</c> for <c>core.Pod</c>.</summary>
    private static string Name(string type) => type.Split('.') switch
    {
        ["meta", var name] => $"io.k8s.apimachinery.pkg.apis.meta.v1.{name}",
        ["apiextensions", var name] => $"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.{name}",
        [var group, var name] => $"io.k8s.api.{group}.v1.{name}",
        _ => type,
    };

    private static string CustomName(ResourceDefinition resource) => $"{string.Join('.', resource.Group.Split('.').Reverse())}.{resource.Version}.{resource.Kind}";
}
