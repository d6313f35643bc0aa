using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Watching;

/// <summary>
/// What can be read of an object some members of which cannot: those are left out, one after the other. Nobody is to act on such an
/// object; what it refers to is told by it all the same.
/// </summary>
internal static class ReadablePart
{
    private const int MostMembers = 16; // an object that is odd in more places than that is another kind of object

    private static readonly JsonDocumentOptions s_reading = new() { MaxDepth = UnreadableObject.Reading.MaxDepth };

    /// <summary>The object without them; null where not even its name can be read, or it is too odd.</summary>
    public static T? Of<T>(ReadOnlySpan<byte> item, JsonTypeInfo<T> type) where T : KubeObject
    {
        try
        {
            if (JsonNode.Parse(item, documentOptions: s_reading) is not JsonObject root) return null;
            for (var left = MostMembers; left > 0; left--)
            {
                var (read, path) = Read(root, type);
                if (read is not null) return read.Name.Length is 0 ? null : read;
                if (path is null || !Remove(root, path)) return null;
            }
        }
        catch (Exception e) when (UnreadableObject.IsSaidBy(e) || e is ArgumentException)
        {
            // Members of one name twice, or another thing no object of an API server has.
        }
        return null;
    }

    private static (T? Read, string? Path) Read<T>(JsonObject root, JsonTypeInfo<T> type) where T : KubeObject
    {
        try
        {
            return (JsonSerializer.Deserialize(root, type), null);
        }
        catch (JsonException e)
        {
            return (null, e.Path);
        }
    }

    /// <summary>Takes out what a path such as <c>$.spec.items[3].name</c> leads to; of what is not there, the last that is.</summary>
    private static bool Remove(JsonObject root, string path)
    {
        JsonNode node = root;
        foreach (var step in Steps(path))
        {
            var next = node switch
            {
                JsonObject members => members.GetValueOrDefault(step),
                JsonArray items when int.TryParse(step, out var index) && index < items.Count => items[index],
                _ => null,
            };
            if (next is null) break;
            node = next;
        }
        switch (node.Parent)
        {
            case JsonObject members:
                return members.Remove(node.GetPropertyName());
            case JsonArray items:
                items.RemoveAt(node.GetElementIndex());
                return true;
            default:
                return false;
        }
    }

    private static JsonNode? GetValueOrDefault(this JsonObject members, string name) => members.TryGetPropertyValue(name, out var value) ? value : null;

    /// <summary>The names and numbers of a path. A name with a dot in it stands in brackets and quotes.</summary>
    private static IEnumerable<string> Steps(string path)
    {
        for (var at = 1; at < path.Length;)
        {
            var isQuoted = path.AsSpan(at).StartsWith("['");
            var from = at + (isQuoted ? 2 : 1);
            var end = isQuoted ? path.IndexOf("']", from, StringComparison.Ordinal)
                : path[at] is '[' ? path.IndexOf(']', from)
                : path.AsSpan(from).IndexOfAny('.', '[') is >= 0 and var length ? from + length : path.Length;
            if (end < 0) yield break;
            yield return path[from..end];
            at = end + (isQuoted ? 2 : path[at] is '[' ? 1 : 0);
        }
    }
}
