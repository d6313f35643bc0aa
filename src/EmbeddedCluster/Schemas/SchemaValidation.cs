using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Checks a value against a structural schema and words what is wrong as the real server does. Of an object that replaces another, parts that are
/// as they were are passed over, so that a schema that became stricter holds up nobody who changes something else.
/// </summary>
/// <param name="errors">Takes what is wrong.</param>
/// <param name="unsaid">The beginning of paths that texts leave out.</param>
internal sealed class SchemaValidation(FieldErrors errors, string unsaid = "")
{
    public void Check(JsonNode? value, JsonNode? old, SchemaNode node, string path, bool isRoot)
    {
        if (old is not null && JsonNode.DeepEquals(value, old)) return;
        if (value is null)
        {
            if (!node.IsNullable) errors.TypeInvalid(path, null, $"{Said(path)} in body must be of type {node.Type}: \"null\"");
            return;
        }
        if (!HasType(value, node))
        {
            CheckMismatch(value, node, path);
            return;
        }
        if (node.Enum is { } allowed && !allowed.Any(item => JsonNode.DeepEquals(item, value)))
            errors.NotSupported(path, JsonReading.AsText(value) ?? value.ToJsonString(), [.. allowed.Select(item => JsonReading.AsText(item) ?? item?.ToJsonString() ?? "null")]);
        switch (value)
        {
            case JsonObject fields:
                CheckObject(fields, old, node, path, isRoot);
                break;
            case JsonArray items:
                CheckArray(items, old, node, path);
                break;
            default:
                if (JsonReading.AsText(value) is { } text) CheckText(text, node, path);
                else if (value.GetValueKind() == JsonValueKind.Number) CheckNumber(value, node, path);
                break;
        }
        CheckCombinations(value, node, path);
    }

    private void CheckMismatch(JsonNode value, SchemaNode node, string path)
    {
        if (value.GetValueKind() == JsonValueKind.Number && node is { Type: "integer", Format: "int32" or "int64", IsIntOrString: false })
        {
            errors.FormInvalid(path, "float64", $"{Said(path)} in body must be of type {node.Format}: \"float64\"");
            return;
        }
        errors.TypeInvalid(path, value, $"{Said(path)} in body must be of type {(node.IsIntOrString ? "integer,string" : node.Type)}: {FieldErrors.Quote(TypeOf(value))}");
    }

    private void CheckObject(JsonObject fields, JsonNode? old, SchemaNode node, string path, bool isRoot)
    {
        foreach (var name in node.Required)
            if (!fields.ContainsKey(name)) errors.Required(Join(path, name));
        if (fields.Count < node.MinProperties) errors.Invalid(path, fields, $"{Said(path)} in body should have at least {node.MinProperties} properties");
        if (fields.Count > node.MaxProperties) errors.TooMany(path, fields.Count, (int)node.MaxProperties);
        foreach (var (name, child) in fields)
        {
            if ((isRoot || node.IsEmbeddedResource) && name is "apiVersion" or "kind" or "metadata") continue;
            if ((node.Properties.GetValueOrDefault(name) ?? node.AdditionalProperties) is { } declared) Check(child, old.At(name), declared, Join(path, name), isRoot: false);
        }
    }

    private void CheckArray(JsonArray items, JsonNode? old, SchemaNode node, string path)
    {
        if (items.Count < node.MinItems) errors.Invalid(path, JsonValue.Create(items.Count), $"{Said(path)} in body should have at least {node.MinItems} items");
        if (items.Count > node.MaxItems) errors.TooMany(path, items.Count, (int)node.MaxItems);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            if (node.Items is { } element) Check(items[i], node.Counterpart(items[i], old), element, $"{path}[{i}]", isRoot: false);
            if (!node.IsSet && node.MapKeys.Length == 0) continue;
            var identity = node.IsSet ? items[i] : new JsonObject(node.MapKeys.Select(key => new KeyValuePair<string, JsonNode?>(key, items[i].At(key)?.DeepClone())));
            if (!seen.Add(identity?.ToJsonString() ?? "null")) errors.Duplicate($"{path}[{i}]", identity);
        }
    }

    private void CheckText(string text, SchemaNode node, string path)
    {
        var length = text.EnumerateRunes().Count(); // code points, not what a reader would call a character
        if (length < node.MinLength) errors.Invalid(path, text, $"{Said(path)} in body should be at least {node.MinLength} chars long");
        if (length > node.MaxLength) errors.TooLong(path, (int)node.MaxLength);
        if (node.Pattern is { } pattern && !pattern.IsMatch(text)) errors.Invalid(path, text, $"{Said(path)} in body should match '{pattern}'");
        if (node.Format == "date-time" && !ObjectDecoder.TryReadTime(text, out _))
            errors.FormInvalid(path, text, $"{Said(path)} in body must be of type date-time: {FieldErrors.Quote(text)}");
    }

    private void CheckNumber(JsonNode value, SchemaNode node, string path)
    {
        var number = double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
        if (node is { Type: "integer", Format: "int32" } && number is < int.MinValue or > int.MaxValue)
            errors.Invalid("<nil>", "", $"Checked value must be of type integer with format int32 in {Said(path)}");
        if (node.Minimum is { } minimum && (node.ExcludesMinimum ? number <= minimum : number < minimum))
            errors.Invalid(path, value, $"{Said(path)} in body should be greater than {(node.ExcludesMinimum ? "" : "or equal to ")}{minimum.ToString(CultureInfo.InvariantCulture)}");
        if (node.Maximum is { } maximum && (node.ExcludesMaximum ? number >= maximum : number > maximum))
            errors.Invalid(path, value, $"{Said(path)} in body should be less than {(node.ExcludesMaximum ? "" : "or equal to ")}{maximum.ToString(CultureInfo.InvariantCulture)}");
        if (node.MultipleOf is { } step && number % step != 0)
            errors.Invalid(path, value, $"{Said(path)} in body should be a multiple of {step.ToString(CultureInfo.InvariantCulture)}");
    }

    private void CheckCombinations(JsonNode value, SchemaNode node, string path)
    {
        foreach (var all in node.AllOf) Check(value, null, all, path, isRoot: false);
        if (node.AnyOf.Length > 0 && !node.AnyOf.Any(any => Fits(value, any, path)))
            errors.Invalid(path, "", $"{FieldErrors.Quote(path)} must validate at least one schema (anyOf)");
        if (node.OneOf.Length > 0 && node.OneOf.Count(one => Fits(value, one, path)) != 1)
            errors.Invalid(path, "", $"{FieldErrors.Quote(path)} must validate one and only one schema (oneOf)");
        if (node.Not is { } not && Fits(value, not, path)) errors.Invalid(path, "", $"{FieldErrors.Quote(path)} must not validate the schema (not)");
    }

    private static bool Fits(JsonNode value, SchemaNode node, string path)
    {
        var trial = new FieldErrors();
        new SchemaValidation(trial).Check(value, null, node, path, isRoot: false);
        return !trial.Any;
    }

    private static bool HasType(JsonNode value, SchemaNode node)
    {
        var kind = value.GetValueKind();
        if (node.IsIntOrString) return kind == JsonValueKind.String || JsonReading.AsInteger(value) is not null;
        return node.Type switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "number" => kind == JsonValueKind.Number,
            "integer" => JsonReading.AsInteger(value) is not null,
            _ => true,
        };
    }

    private static string TypeOf(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => JsonReading.AsInteger(value) is null ? "number" : "integer",
        _ => "boolean",
    };

    private string Said(string path) => path.StartsWith(unsaid, StringComparison.Ordinal) ? path[unsaid.Length..] : path;

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
