using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>How rules see the values of a schema: their types, their names, and the values themselves.</summary>
internal static class SchemaTypes
{
    public static CelType TypeOf(SchemaNode node, bool isRoot)
    {
        if (node.IsIntOrString) return CelType.Dyn;
        return node.Type switch
        {
            "boolean" => CelType.Bool,
            "integer" => CelType.Int,
            "number" => CelType.Double,
            "string" => node.Format switch
            {
                "date-time" or "date" => CelType.Timestamp,
                "duration" => CelType.Duration,
                "byte" => CelType.Bytes,
                _ => CelType.String,
            },
            "array" => CelType.List(node.Items?.CelType ?? CelType.Dyn),
            "object" when node.AdditionalProperties is { } values => CelType.Map(CelType.String, values.CelType),
            "object" when node.AllowsAnyProperty => CelType.Map(CelType.String, CelType.Dyn),
            "object" => CelType.Object(Fields(node, isRoot || node.IsEmbeddedResource)),
            _ => CelType.Dyn,
        };
    }

    /// <summary>The value as rules see it; null where it is none, or of another type than the schema says.</summary>
    public static object ValueOf(JsonNode? value, SchemaNode? node)
    {
        switch (value)
        {
            case null: return CelNull.Value;
            case JsonArray items:
                return new CelList([.. items.Select(item => ValueOf(item, node?.Items))], node is { IsSet: true } or { MapKeys.Length: > 0 });
            case JsonObject fields:
                var entries = new Dictionary<object, object>();
                foreach (var (name, child) in fields)
                {
                    var property = node?.Properties.GetValueOrDefault(name);
                    // To a rule a field that is null is not there. The entry of a map is.
                    if (child is null && property is not null) continue;
                    // An expression finds declared fields by their escaped names, and maps by the keys as they are.
                    entries[property is not null && node!.AdditionalProperties is null ? Escape(name) : name] = ValueOf(child, property ?? node?.AdditionalProperties);
                }
                return new CelMap(entries);
        }
        switch (value.GetValueKind())
        {
            case JsonValueKind.True: return true;
            case JsonValueKind.False: return false;
            case JsonValueKind.Number:
                if (node?.Type != "number" && JsonReading.AsInteger(value) is { } number) return number;
                return double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
        }
        var text = value.GetValue<string>();
        if (node is null || node.IsIntOrString) return text;
        return node.Format switch
        {
            "date-time" or "date" => ObjectDecoder.TryReadTime(node.Format == "date" ? text + "T00:00:00Z" : text, out var time) ? time : text,
            "duration" => GoDuration.TryParse(text, out var span, out _) ? span : text,
            "byte" => Bytes(text),
            _ => text,
        };
    }

    /// <summary>The name by which an expression refers to a field.</summary>
    public static string Escape(string name) => CelWords.IsWord(name)
        ? CelWords.Escape(name)
        : name.Replace("__", "__underscores__", StringComparison.Ordinal).Replace(".", "__dot__", StringComparison.Ordinal)
            .Replace("-", "__dash__", StringComparison.Ordinal).Replace("/", "__slash__", StringComparison.Ordinal);

    private static Dictionary<string, CelType> Fields(SchemaNode node, bool isResource)
    {
        var fields = new Dictionary<string, CelType>(StringComparer.Ordinal);
        foreach (var (name, property) in node.Properties)
        {
            if (Escape(name) is var escaped && !IsIdentifier(escaped)) continue;
            fields[escaped] = property.CelType;
        }
        if (!isResource) return fields;
        (fields["apiVersion"], fields["kind"]) = (CelType.String, CelType.String);
        fields["metadata"] = CelType.Object(new Dictionary<string, CelType> { ["name"] = CelType.String, ["generateName"] = CelType.String });
        return fields;
    }

    private static bool IsIdentifier(string name) => !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static object Bytes(string text)
    {
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var count) ? buffer[..count] : text;
    }
}
