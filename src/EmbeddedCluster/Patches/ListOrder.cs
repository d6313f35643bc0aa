using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// The order of a merged list: elements the patch names come in the patch's order, the server's own keep theirs, and where both know two elements
/// the server's order decides between them. New elements therefore come before those only the server has, as on the real server.
/// </summary>
internal static class ListOrder
{
    public static JsonArray Arrange(List<JsonNode?> merged, JsonArray patchOrder, IReadOnlyList<JsonNode?> serverOrder, string? key)
    {
        var named = merged.Where(item => Position(patchOrder, item, key) >= 0).OrderBy(item => Position(patchOrder, item, key)).ToList();
        var serverOnly = merged.Where(item => Position(patchOrder, item, key) < 0).OrderBy(item => Position(serverOrder, item, key)).ToList();
        var arranged = new JsonArray();
        var (left, right) = (0, 0);
        while (left < serverOnly.Count || right < named.Count)
        {
            var takeLeft = right == named.Count
                || (left < serverOnly.Count && Position(serverOrder, serverOnly[left], key) is >= 0 and var l
                    && Position(serverOrder, named[right], key) is >= 0 and var r && l < r);
            arranged.Add(takeLeft ? serverOnly[left++] : named[right++]);
        }
        return arranged;
    }

    private static int Position(IEnumerable<JsonNode?> order, JsonNode? item, string? key)
    {
        var index = 0;
        foreach (var other in order)
        {
            if (key is null ? JsonNode.DeepEquals(other, item) : JsonNode.DeepEquals(other.At(key), item.At(key))) return index;
            index++;
        }
        return -1;
    }
}
