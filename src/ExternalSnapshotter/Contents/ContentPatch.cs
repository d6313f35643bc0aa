using System.Globalization;
using System.Text.Json;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>
/// Patches of a content that hold only what differs. The merge patches name the version they were made from, so that they land on that state of that
/// object or not at all; a uid would not do, because the server passes over it in a write of the status. What came in with the answer is then of the
/// server's own making, and of nobody who wrote meanwhile. The finalizer goes by its place in the list, with a test that it stands there.
/// </summary>
internal static class ContentPatch
{
    /// <summary>Sets the annotation, or takes it off where the value is null.</summary>
    public static ReadOnlyMemory<byte> Annotation(KubeObject content, string key, string? value) => JsonBody.Object(json =>
    {
        json.WriteStartObject("metadata");
        WriteVersion(json, content);
        json.WriteStartObject("annotations");
        json.WriteString(key, value);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>Writes members of the status; null where the writer has none to write.</summary>
    public static ReadOnlyMemory<byte>? Status(KubeObject content, Func<Utf8JsonWriter, bool> members)
    {
        var differs = false;
        var patch = OfStatus(content, json => differs = members(json));
        if (differs) return patch;
        return null; // of the nullable: in a conditional expression it would be an empty patch
    }

    /// <summary>What is wrong, and that it is not ready.</summary>
    public static ReadOnlyMemory<byte> Error(KubeObject content, string message, DateTimeOffset at) => OfStatus(content, json =>
    {
        json.WriteBoolean("readyToUse", false);
        json.WriteStartObject("error");
        json.WriteString("message", message);
        json.WriteString("time", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    });

    /// <summary>Takes members of the status away.</summary>
    public static ReadOnlyMemory<byte> Clear(KubeObject content, IEnumerable<string> members) => OfStatus(content, json =>
    {
        foreach (var member in members) json.WriteNull(member);
    });

    /// <summary>Takes the finalizer off, as a JSON patch.</summary>
    public static ReadOnlyMemory<byte> Release(KubeObject content, string finalizer) => JsonBody.Array(json =>
    {
        var path = $"/metadata/finalizers/{Array.IndexOf(content.Metadata.Finalizers!, finalizer).ToString(CultureInfo.InvariantCulture)}";
        Step(json, "test", "/metadata/uid", content.Uid);
        Step(json, "test", path, finalizer);
        Step(json, "remove", path, null);
    });

    private static ReadOnlyMemory<byte> OfStatus(KubeObject content, Action<Utf8JsonWriter> members) => JsonBody.Object(json =>
    {
        json.WriteStartObject("metadata");
        WriteVersion(json, content);
        json.WriteEndObject();
        json.WriteStartObject("status");
        members(json);
        json.WriteEndObject();
    });

    private static void WriteVersion(Utf8JsonWriter json, KubeObject content) =>
        json.WriteString("resourceVersion", content.Metadata.ResourceVersion.ToString(CultureInfo.InvariantCulture));

    private static void Step(Utf8JsonWriter json, string operation, string path, string? value)
    {
        json.WriteStartObject();
        json.WriteString("op", operation);
        json.WriteString("path", path);
        if (value is not null) json.WriteString("value", value);
        json.WriteEndObject();
    }
}
