using System.Text.Json;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Reads values deep inside a stored object without exceptions: a missing step or a value of another type reads as nothing.</summary>
internal static class ElementReading
{
    public static JsonElement? At(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(step, out element)) return null;
        }

        return element;
    }

    /// <summary>The text at the path, empty when there is none.</summary>
    public static string Text(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.String } found ? found.GetString()! : "";

    public static bool? Flag(this JsonElement element, params ReadOnlySpan<string> path) => element.At(path)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static long Integer(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.Number } found && found.TryGetInt64(out var number) ? number : 0;

    public static IEnumerable<JsonElement> Items(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.Array } found ? found.EnumerateArray() : [];

    public static IEnumerable<string> Texts(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Items(path).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!);

    /// <summary>The string pairs of a map.</summary>
    public static Dictionary<string, string> Map(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.Object } found
            ? found.EnumerateObject().Where(pair => pair.Value.ValueKind == JsonValueKind.String)
                .ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!, StringComparer.Ordinal)
            : [];

    /// <summary>The quantity at the path, zero when there is none that can be read.</summary>
    public static Quantity Quantity(this JsonElement element, params ReadOnlySpan<string> path) =>
        Sidecars.Hosting.Quantity.TryParse(element.Text(path), out var quantity) ? quantity : default;

    public static string Annotation(this StoredObject stored, string name) => stored.Root.Text("metadata", "annotations", name);

    public static bool HasFinalizer(this StoredObject stored, string name) => stored.Root.Texts("metadata", "finalizers").Contains(name);
}
