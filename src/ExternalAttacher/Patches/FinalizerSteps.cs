using System.Text.Json;

namespace Sidecars.ExternalAttacher.Patches;

/// <summary>
/// JSON patches of a volume's finalizers (attacher contract 8.1). Each begins with a test of what it was made from, so that it is
/// refused where somebody else changed the list meanwhile, and nobody's finalizer is lost or written twice.
/// </summary>
internal static class FinalizerSteps
{
    private const string Path = "/metadata/finalizers";

    public static ReadOnlyMemory<byte> Add(string[]? present, string finalizer) => JsonBody.Array(json =>
    {
        Begin(json, "test", Path);
        if (present is null) json.WriteNull("value");
        else json.WriteStrings("value", present);
        json.WriteEndObject();
        if (present is { Length: > 0 })
        {
            Begin(json, "add", $"{Path}/-");
            json.WriteString("value", finalizer);
        }
        else
        {
            Begin(json, present is null ? "add" : "replace", Path);
            json.WriteStrings("value", [finalizer]);
        }
        json.WriteEndObject();
    });

    public static ReadOnlyMemory<byte> Remove(string[] present, string finalizer) => JsonBody.Array(json =>
    {
        var path = $"{Path}/{Array.IndexOf(present, finalizer)}";
        Begin(json, "test", path);
        json.WriteString("value", finalizer);
        json.WriteEndObject();
        Begin(json, "remove", path);
        json.WriteEndObject();
    });

    private static void Begin(Utf8JsonWriter json, string operation, string path)
    {
        json.WriteStartObject();
        json.WriteString("op", operation);
        json.WriteString("path", path);
    }
}
