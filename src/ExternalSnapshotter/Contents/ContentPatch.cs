using System.Globalization;
using System.Text.Json;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>
/// Patches of a content that hold only what differs. All name the uid, so that none can ever land on a successor of the same name. A mark is one
/// key of a merge patch, so that nobody else's is touched; the finalizer goes by its place in the list, with a test that it stands there.
/// </summary>
internal static class ContentPatch
{
    /// <summary>Sets the annotation, or takes it off where the value is null.</summary>
    public static ReadOnlyMemory<byte> Annotation(KubeObject content, string key, string? value) => JsonBody.Object(json =>
    {
        json.WriteStartObject("metadata");
        json.WriteString("uid", content.Uid);
        json.WriteStartObject("annotations");
        json.WriteString(key, value);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>Writes members of the status; null where the writer has none to write.</summary>
    public static ReadOnlyMemory<byte>? Status(KubeObject content, Func<Utf8JsonWriter, bool> members)
    {
        var differs = false;
        var patch = JsonBody.Object(json =>
        {
            WriteIdentity(json, content);
            json.WriteStartObject("status");
            differs = members(json);
            json.WriteEndObject();
        });
        if (differs) return patch;
        return null; // of the nullable: in a conditional expression it would be an empty patch
    }

    /// <summary>What is wrong, and that it is not ready.</summary>
    public static ReadOnlyMemory<byte> Error(KubeObject content, string message, DateTimeOffset at) => JsonBody.Object(json =>
    {
        WriteIdentity(json, content);
        json.WriteStartObject("status");
        json.WriteBoolean("readyToUse", false);
        json.WriteStartObject("error");
        json.WriteString("message", message);
        json.WriteString("time", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>Takes members of the status away.</summary>
    public static ReadOnlyMemory<byte> Clear(KubeObject content, IEnumerable<string> members) => JsonBody.Object(json =>
    {
        WriteIdentity(json, content);
        json.WriteStartObject("status");
        foreach (var member in members) json.WriteNull(member);
        json.WriteEndObject();
    });

    /// <summary>Takes the finalizer off, as a JSON patch.</summary>
    public static ReadOnlyMemory<byte> Release(KubeObject content, string finalizer) => JsonBody.Array(json =>
    {
        var path = $"/metadata/finalizers/{Array.IndexOf(content.Metadata.Finalizers!, finalizer).ToString(CultureInfo.InvariantCulture)}";
        Step(json, "test", "/metadata/uid", content.Uid);
        Step(json, "test", path, finalizer);
        Step(json, "remove", path, null);
    });

    private static void WriteIdentity(Utf8JsonWriter json, KubeObject content)
    {
        json.WriteStartObject("metadata");
        json.WriteString("uid", content.Uid);
        json.WriteEndObject();
    }

    private static void Step(Utf8JsonWriter json, string operation, string path, string? value)
    {
        json.WriteStartObject();
        json.WriteString("op", operation);
        json.WriteString("path", path);
        if (value is not null) json.WriteString("value", value);
        json.WriteEndObject();
    }
}
