using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// What the server refuses in the versions of a definition: schemas that are not structural, rules that cannot be evaluated, fields that cannot be
/// selected by, columns that cannot be printed. What is the same in all versions is reported once, under the name it had before there were versions.
/// </summary>
internal static class DefinitionSchemaRules
{
    private static readonly string[] s_columnTypes = ["boolean", "date", "integer", "number", "string"];
    private static readonly string[] s_columnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

    public static void Check(List<JsonObject> versions, FieldErrors errors)
    {
        var schemas = versions.Select(version => version.Object("schema", "openAPIV3Schema")).ToList();
        var isShared = AreEqual(schemas);
        for (var i = 0; i < schemas.Count; i++)
        {
            if (schemas[i] is not { } schema || (isShared && i > 0)) continue;
            CheckNode(new SchemaNode(schema, isRoot: true), isShared ? "spec.validation.openAPIV3Schema" : $"spec.versions[{i}].schema.openAPIV3Schema", null, errors);
        }
        ForEach("additionalPrinterColumns", versions, (column, _, path) => CheckColumn(column, path, errors));
        if (!isShared && versions[0]["selectableFields"] is JsonArray { Count: > 0 } && AreEqual(versions.Select(version => version["selectableFields"])))
        {
            // A weakness of the real server that its users have to know: fields alike everywhere want schemas alike everywhere.
            errors.Invalid("spec.selectableFields", "", "may only be set when validations.schema is included");
            return;
        }
        var seen = new HashSet<(int, string)>();
        ForEach("selectableFields", versions, (field, version, path) => CheckSelectable(field, version, schemas[version], seen, path + ".jsonPath", errors));
    }

    private static void CheckNode(SchemaNode node, string path, string? uncorrelatableAt, FieldErrors errors)
    {
        if (node.WrongPattern is { } wrong) errors.Invalid(path + ".pattern", node.PatternText, $"must be a valid regular expression, but isn't: {wrong}");
        if (node is { Type: "array", Items: null }) errors.Required(path + ".items", "must be specified");
        if (node is { IsMapList: true, MapKeys.Length: 0 }) errors.Required(path + ".x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map");
        for (var i = 0; i < node.Rules.Count; i++)
        {
            node.Rules[i].Check($"{path}.x-kubernetes-validations[{i}]", uncorrelatableAt, errors);
            if (node.Rules[i].FieldPath is { Length: > 0 } field && !IsWithin(node, field))
                errors.Invalid($"{path}.x-kubernetes-validations[{i}].fieldPath", field, "must be a valid path");
        }
        foreach (var (name, property) in node.Properties) CheckChild(property, $"{path}.properties[{name}]", "object fields", uncorrelatableAt, errors);
        if (node.AdditionalProperties is { } values) CheckChild(values, path + ".additionalProperties", "object fields", uncorrelatableAt, errors);
        // The items of a list can be told from each other, and so found in the list of before, only where they have keys.
        if (node.Items is { } items) CheckChild(items, path + ".items", "array items", node.MapKeys.Length > 0 ? uncorrelatableAt : uncorrelatableAt ?? path, errors);
    }

    private static void CheckChild(SchemaNode node, string path, string what, string? uncorrelatableAt, FieldErrors errors)
    {
        if (node.Type.Length == 0 && !node.IsIntOrString && !node.PreservesUnknownFields) errors.Required(path + ".type", $"must not be empty for specified {what}");
        CheckNode(node, path, uncorrelatableAt, errors);
    }

    private static void CheckColumn(JsonObject column, string path, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(column.Text("name"))) errors.Required(path + ".name");
        if (column.Text("type") is not { Length: > 0 } type) errors.Required(path + ".type", $"must be one of {string.Join(',', s_columnTypes)}");
        else if (Array.IndexOf(s_columnTypes, type) < 0) errors.Invalid(path + ".type", type, $"must be one of {string.Join(',', s_columnTypes)}");
        if (column.Text("format") is { Length: > 0 } format && Array.IndexOf(s_columnFormats, format) < 0)
            errors.Invalid(path + ".format", format, $"must be one of {string.Join(',', s_columnFormats)}");
        if (column.Text("jsonPath") is not { Length: > 0 } at) errors.Required(path + ".JSONPath");
        else if (at[0] != '.') errors.Invalid(path + ".JSONPath", at, "must be a simple json path starting with .");
    }

    private static void CheckSelectable(JsonObject field, int version, JsonObject? schema, HashSet<(int, string)> seen, string path, FieldErrors errors)
    {
        if (field.Text("jsonPath") is not { Length: > 0 } at)
        {
            errors.Required(path);
            return;
        }
        if (!seen.Add((version, at)))
        {
            errors.Duplicate(path, at);
            return;
        }
        var steps = at.Split('.');
        if (steps[0].Length > 0) errors.Invalid(path, at, $"is an invalid path: expected [ or . but got: {steps[0]}");
        else if (at.Contains('[')) errors.Invalid(path, at, "is an invalid path: array notation is not allowed");
        else if (schema is not null) CheckSelected(Find(new SchemaNode(schema, isRoot: true), steps.AsSpan(1)), at, path, errors);
    }

    private static void CheckSelected(SchemaNode? found, string at, string path, FieldErrors errors)
    {
        if (found is null) errors.Invalid(path, at, "is an invalid path: does not refer to a valid field");
        else if (found.Type is not ("string" or "boolean" or "integer"))
            errors.Invalid(path, at, "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.");
    }

    private static SchemaNode? Find(SchemaNode node, ReadOnlySpan<string> steps)
    {
        SchemaNode? at = steps is ["metadata", ..] ? null : node;
        foreach (var step in steps) at = at?.Properties.GetValueOrDefault(step) ?? at?.AdditionalProperties;
        return at;
    }

    private static bool IsWithin(SchemaNode node, string path) =>
        path[0] == '.' && Find(node, path[1..].Split('.')) is not null;

    private static void ForEach(string list, List<JsonObject> versions, Action<JsonObject, int, string> check)
    {
        var isShared = AreEqual(versions.Select(version => version[list]));
        for (var i = 0; i < versions.Count; i++)
        {
            if (isShared && i > 0) return;
            var at = 0;
            foreach (var item in versions[i].Array(list).Objects()) check(item, i, $"{(isShared ? "spec" : $"spec.versions[{i}]")}.{list}[{at++}]");
        }
    }

    private static bool AreEqual(IEnumerable<JsonNode?> nodes)
    {
        var all = nodes.ToList();
        return all.TrueForAll(node => JsonNode.DeepEquals(node, all[0]));
    }
}
