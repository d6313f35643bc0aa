using System.Text.Json;
using Sidecars.Kubernetes.Json;

namespace Sidecars.ExternalAttacher.Patches;

/// <summary>
/// JSON patches of a volume's finalizers (attacher contract 8.1). Each begins with a test of the volume's identity and one of what it
/// was made from, so that it is refused where the name belongs to another volume by now, or somebody else changed the list
/// meanwhile: nobody's finalizer is lost, written twice, or put on a volume it was not meant for.
/// </summary>
internal static class FinalizerSteps
{
    private const string Path = "/metadata/finalizers";

    public static ReadOnlyMemory<byte> Add(string uid, string[]? present, string finalizer) => JsonBody.Array(json =>
    {
        WriteIdentity(json, uid);
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

    public static ReadOnlyMemory<byte> Remove(string uid, string[] present, string finalizer) => JsonBody.Array(json =>
    {
        WriteIdentity(json, uid);
        var path = $"{Path}/{Array.IndexOf(present, finalizer)}";
        Begin(json, "test", path);
        json.WriteString("value", finalizer);
        json.WriteEndObject();
        Begin(json, "remove", path);
        json.WriteEndObject();
    });

    private static void WriteIdentity(Utf8JsonWriter json, string uid)
    {
        Begin(json, "test", "/metadata/uid");
        json.WriteString("value", uid);
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, string operation, string path)
    {
        json.WriteStartObject();
        json.WriteString("op", operation);
        json.WriteString("path", path);
    }
}
