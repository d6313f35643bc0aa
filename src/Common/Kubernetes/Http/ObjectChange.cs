using System.Text.Json.Nodes;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// A named change of an object as the server stores it, made on its JSON so that everything else on it stays (see
/// <see cref="ObjectUpdate"/>). It is made anew on every state that is read, and says whether it changed anything.
/// </summary>
/// <param name="Name">What the change does, for messages: <c>remove the finalizer a/b</c>.</param>
/// <param name="Apply">Makes the change; false where there is nothing to change.</param>
public sealed record ObjectChange(string Name, Func<JsonObject, bool> Apply)
{
    /// <summary>Puts a finalizer behind the others, unless it is there.</summary>
    public static ObjectChange AddFinalizer(string finalizer) => new($"add the finalizer {finalizer}", item =>
    {
        if (item["metadata"]?["finalizers"] is not JsonArray all)
        {
            MetadataOf(item)["finalizers"] = new JsonArray(JsonValue.Create(finalizer, KubeJson.Default.String));
            return true;
        }
        if (all.Any(f => IsText(f, finalizer))) return false;
        all.Add((JsonNode?)JsonValue.Create(finalizer, KubeJson.Default.String));
        return true;
    });

    /// <summary>Takes a finalizer off and leaves the others in their order.</summary>
    public static ObjectChange RemoveFinalizer(string finalizer) => new($"remove the finalizer {finalizer}", item =>
        item["metadata"]?["finalizers"] is JsonArray all && all.RemoveAll(f => IsText(f, finalizer)) > 0);

    /// <summary>Gives an annotation a value.</summary>
    public static ObjectChange SetAnnotation(string key, string value) => new($"set the annotation {key}", item =>
    {
        if (item["metadata"]?["annotations"] is not JsonObject all) MetadataOf(item)["annotations"] = all = [];
        if (all.TryGetPropertyValue(key, out var known) && IsText(known, value)) return false;
        all[key] = JsonValue.Create(value, KubeJson.Default.String);
        return true;
    });

    /// <summary>Takes an annotation off.</summary>
    public static ObjectChange RemoveAnnotation(string key) => new($"remove the annotation {key}", item =>
        item["metadata"]?["annotations"] is JsonObject all && all.Remove(key));

    /// <summary>Takes an annotation off where it still has that value.</summary>
    public static ObjectChange RemoveAnnotation(string key, string value) => new($"remove the annotation {key}={value}", item =>
        item["metadata"]?["annotations"] is JsonObject all && IsText(all[key], value) && all.Remove(key));

    private static JsonObject MetadataOf(JsonObject item)
    {
        if (item["metadata"] is not JsonObject metadata) item["metadata"] = metadata = [];
        return metadata;
    }

    private static bool IsText(JsonNode? node, string text) => node is JsonValue value && value.TryGetValue(out string? own) && own == text;
}
