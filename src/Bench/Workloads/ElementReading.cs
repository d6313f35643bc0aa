using System.Text.Json;

namespace Sidecars.Bench;

/// <summary>Reads single fields of objects, whatever of the way to them is missing.</summary>
internal static class ElementReading
{
    /// <summary>The text at a path; null where there is none.</summary>
    public static string? Text(this JsonElement item, params ReadOnlySpan<string> path) =>
        At(item, path) is { ValueKind: JsonValueKind.String } found ? found.GetString() : null;

    /// <summary>Whether the field at a path is true.</summary>
    public static bool Flag(this JsonElement item, params ReadOnlySpan<string> path) => At(item, path) is { ValueKind: JsonValueKind.True };

    private static JsonElement? At(JsonElement item, ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out item)) return null;
        return item;
    }
}
