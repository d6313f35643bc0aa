using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Reads and writes values deep inside JSON objects without exceptions: a missing step or a value of another type reads as null. Rules of kinds
/// are written with it, so that they read like the fields they talk about.
/// </summary>
internal static class JsonReading
{
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            if (node is not JsonObject fields) return null;
            node = fields[step];
        }
        return node;
    }

    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) => AsText(node.At(path));

    public static JsonObject? Object(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonObject;

    public static JsonArray? Array(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonArray;

    public static long? Integer(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) is { } value ? AsInteger(value) : null;

    public static bool? Flag(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path)?.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static string? AsText(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>An integral number, also when it is written as <c>1.0</c>; null for everything else.</summary>
    public static long? AsInteger(JsonNode node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number) return null;
        if (value.TryGetValue<long>(out var number)) return number;
        if (value.TryGetValue<int>(out var small)) return small;
        return value.TryGetValue<double>(out var real) && real == Math.Floor(real) && Math.Abs(real) < long.MaxValue ? (long)real : null;
    }

    /// <summary>The object at this name, created when it is missing.</summary>
    public static JsonObject Child(this JsonObject owner, string name)
    {
        if (owner[name] is JsonObject child) return child;
        child = [];
        owner[name] = child;
        return child;
    }

    public static JsonObject Metadata(this JsonObject owner) => owner.Child("metadata");

    /// <summary>Puts a copy of <paramref name="from"/>'s value of that name here, or removes it when there is none.</summary>
    public static void CopyFrom(this JsonObject owner, JsonObject? from, string name)
    {
        if (from is not null && from.TryGetPropertyValue(name, out var value)) owner[name] = value?.DeepClone();
        else owner.Remove(name);
    }

    public static IEnumerable<JsonObject> Objects(this JsonArray? items) => items?.OfType<JsonObject>() ?? [];

    public static IEnumerable<string> Texts(this JsonArray? items) => items?.Select(AsText).OfType<string>() ?? [];

    /// <summary>Sets a default: only when the client sent nothing.</summary>
    public static void Default(this JsonObject owner, string name, JsonNode value)
    {
        if (owner[name] is null) owner[name] = value;
    }
}
