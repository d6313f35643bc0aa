using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>The elements of a list that is merged part by part, each under the step that leads to it.</summary>
internal static class ListElements
{
    /// <summary>True for lists whose elements have owners of their own.</summary>
    public static bool AreOwned(MergeShape list) => list.IsSet || list.Keys.Count > 0;

    /// <summary>The elements in their order. Of several under one step the first is it; a map's element without its keys has no step.</summary>
    public static List<(string Step, JsonNode? Item)> Of(JsonArray items, MergeShape list)
    {
        var elements = new List<(string, JsonNode?)>(items.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
            if (Step(item, list) is { } step && seen.Add(step)) elements.Add((step, item));
        return elements;
    }

    /// <summary>What is wrong with a list that somebody applies: an element nobody could find again, or two that are the same.</summary>
    public static string? Problem(JsonArray items, MergeShape list)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            if (Step(items[i], list) is not { } step)
            {
                var missing = list.Keys.First(key => items[i].At(key) is null && list.KeyDefault(key) is null);
                return $"element {i}: associative list with keys has an element that omits key field \"{missing}\" (and doesn't have default value)";
            }
            if (!seen.Add(step)) return $"duplicate entries for key {FieldSet.Show([step])}";
        }
        return null;
    }

    private static string? Step(JsonNode? item, MergeShape list)
    {
        if (list.IsSet) return "v:" + (item?.ToJsonString(FieldErrors.Plain) ?? "null");
        var keys = new JsonObject();
        foreach (var key in list.Keys.Order(StringComparer.Ordinal))
        {
            if ((item.At(key)?.DeepClone() ?? list.KeyDefault(key)) is not { } value) return null;
            keys[key] = value;
        }
        return "k:" + keys.ToJsonString(FieldErrors.Plain);
    }
}
