using System.Globalization;
using System.Text.Json;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Patches;

/// <summary>
/// Merge patches of one incarnation of an object, so that none can ever land on a successor of the same name. A guarded one names the version it
/// was made from and is refused after any other change: for lists, which a merge patch replaces, for what was concluded from the whole object, and
/// for every status. Of a custom resource's status an API server takes no notice of the uid, so that there the version alone keeps a patch off a
/// successor; a free one is for annotations and labels, which are written to the object itself.
/// </summary>
internal static class MergePatch
{
    public static ReadOnlyMemory<byte> Guarded(KubeObject target, Action<Utf8JsonWriter>? metadata = null, Action<Utf8JsonWriter>? rest = null) =>
        Of(target, isGuarded: true, metadata, rest);

    public static ReadOnlyMemory<byte> Free(KubeObject target, Action<Utf8JsonWriter>? metadata = null, Action<Utf8JsonWriter>? rest = null) =>
        Of(target, isGuarded: false, metadata, rest);

    /// <summary>One annotation, whatever others there are.</summary>
    public static ReadOnlyMemory<byte> Annotation(KubeObject target, string key, string value) =>
        Free(target, json => json.WriteAnnotations([new(key, value)]));

    /// <param name="json">Metadata that is being written.</param>
    /// <param name="annotations">Annotations to be set.</param>
    /// <param name="without">One to be taken off.</param>
    public static void WriteAnnotations(this Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string>> annotations, string? without = null)
    {
        json.WriteStartObject("annotations");
        foreach (var (key, value) in annotations) json.WriteString(key, value);
        if (without is not null) json.WriteNull(without);
        json.WriteEndObject();
    }

    /// <summary>The finalizers of an object with those of these that it lacks; nothing where it has them all.</summary>
    public static void AddFinalizers(this Utf8JsonWriter json, KubeObject target, params IReadOnlyCollection<string> wanted)
    {
        string[] missing = [.. wanted.Where(finalizer => !target.HasFinalizer(finalizer))];
        if (missing.Length > 0) json.WriteStrings("finalizers", [.. target.Metadata.Finalizers ?? [], .. missing]);
    }

    /// <summary>The finalizers of an object without these.</summary>
    public static void RemoveFinalizers(this Utf8JsonWriter json, KubeObject target, params IReadOnlyCollection<string> unwanted)
    {
        string[] kept = [.. (target.Metadata.Finalizers ?? []).Where(finalizer => !unwanted.Contains(finalizer))];
        if (kept.Length is 0) json.WriteNull("finalizers");
        else json.WriteStrings("finalizers", kept);
    }

    public static void WriteError(this Utf8JsonWriter json, SnapshotError error)
    {
        json.WriteStartObject("error");
        if (error.Time is { } at) json.WriteString("time", Text(at));
        json.WriteString("message", error.Message ?? "");
        json.WriteEndObject();
    }

    /// <summary>A time in the form of the API, in whole seconds.</summary>
    public static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static ReadOnlyMemory<byte> Of(KubeObject target, bool isGuarded, Action<Utf8JsonWriter>? metadata, Action<Utf8JsonWriter>? rest) =>
        JsonBody.Object(json =>
    {
        json.WriteStartObject("metadata");
        json.WriteString("uid", target.Uid);
        if (isGuarded && target.Metadata.ResourceVersion is not 0)
            json.WriteString("resourceVersion", target.Metadata.ResourceVersion.ToString(CultureInfo.InvariantCulture));
        metadata?.Invoke(json);
        json.WriteEndObject();
        rest?.Invoke(json);
    });
}
