using System.Text.Json.Nodes;

namespace Sidecars.Vectors.Tests;

/// <summary>
/// How a recording differs from the reference, in words that name the call, the event or the field of the object. They agree when they hold the
/// same distinct calls (method, request, code) and no more successful changing calls, equal objects, and events equal in object, type and
/// reason. Texts of events may differ; the order of finalizers and of match expressions means nothing.
/// </summary>
internal static class Agreement
{
    /// <summary>Calls that change nothing may be repeated as often as one likes.</summary>
    private static readonly string[] ReadingPrefixes = ["Get", "List", "Validate"];

    private static readonly string[] Unordered = ["/finalizers", "/matchExpressions"];

    internal static IReadOnlyList<string> Differences(JsonObject reference, JsonObject ours) =>
    [
        .. Conditions(reference, ours),
        .. Calls(reference["calls"]!.AsArray(), ours["calls"]!.AsArray()),
        .. Values(Settled(reference["objects"]), Settled(ours["objects"]), ""),
        .. Events(reference["events"]!.AsArray(), ours["events"]!.AsArray()),
    ];

    private static IEnumerable<string> Conditions(JsonObject reference, JsonObject ours)
    {
        if (ours.ContainsKey("unmet") && !reference.ContainsKey("unmet")) yield return $"waited in vain: {CanonicalJson.Of(ours["unmet"])}";
        if (ours.ContainsKey("exited") != reference.ContainsKey("exited"))
            yield return $"exited: {CanonicalJson.Of(reference["exited"])} -> {CanonicalJson.Of(ours["exited"])}";
    }

    private static IEnumerable<string> Calls(JsonArray reference, JsonArray ours)
    {
        var (theirs, mine) = (Distinct(reference), Distinct(ours));
        foreach (var call in theirs.Where(c => !mine.Contains(c))) yield return $"call missing: {call}";
        foreach (var call in mine.Where(c => !theirs.Contains(c))) yield return $"call only ours: {call}";
        var (before, now) = (Changing(reference), Changing(ours));
        if (now > before) yield return $"more successful changing calls: {before} -> {now}";
    }

    private static List<string> Distinct(JsonArray calls) => [.. calls.Select(CanonicalJson.Of).Distinct(StringComparer.Ordinal)];

    private static int Changing(JsonArray calls) => calls.Count(c =>
        (string?)c!["code"] == "OK" && !ReadingPrefixes.Any(p => ((string)c["method"]!).StartsWith(p, StringComparison.Ordinal)));

    private static IEnumerable<string> Events(JsonArray reference, JsonArray ours)
    {
        var (theirs, mine) = (Occasions(reference), Occasions(ours));
        foreach (var occasion in theirs.Except(mine)) yield return $"event missing: {occasion}";
        foreach (var occasion in mine.Except(theirs)) yield return $"event only ours: {occasion}";
    }

    private static SortedSet<string> Occasions(JsonArray events) =>
        new(events.Select(e => $"{e!["type"]} {e["reason"]} on {e["on"]}"), StringComparer.Ordinal);

    /// <summary>
    /// The objects without what means nothing. An attach error may or may not outlive the success that follows it: the originals race there. A
    /// list leaves kind and version of built-in objects out, a watch does not; the key says the kind.
    /// </summary>
    private static JsonObject Settled(JsonNode? objects)
    {
        var copy = objects!.DeepClone().AsObject();
        foreach (var (_, node) in copy)
        {
            var value = node!.AsObject();
            value.Remove("kind");
            value.Remove("apiVersion");
            if (value["status"] is JsonObject status && status["attached"] is { } attached && attached.GetValueKind() == System.Text.Json.JsonValueKind.True)
                status.Remove("attachError");
        }

        return copy;
    }

    private static IEnumerable<string> Values(JsonNode? reference, JsonNode? ours, string path)
    {
        if (reference is JsonObject theirs && ours is JsonObject mine)
        {
            foreach (var key in theirs.Select(m => m.Key).Union(mine.Select(m => m.Key)).Order(StringComparer.Ordinal))
            {
                if (!theirs.ContainsKey(key)) yield return $"{path}/{key}: only ours = {CanonicalJson.Of(mine[key])}";
                else if (!mine.ContainsKey(key)) yield return $"{path}/{key}: missing, was {CanonicalJson.Of(theirs[key])}";
                else
                    foreach (var difference in Values(theirs[key], mine[key], $"{path}/{key}")) yield return difference;
            }
        }
        else if (reference is JsonArray a && ours is JsonArray b && a.Count == b.Count)
        {
            foreach (var (index, x, y) in Pairs(a, b, path))
                foreach (var difference in Values(x, y, $"{path}/{index}")) yield return difference;
        }
        else if (CanonicalJson.Of(reference) != CanonicalJson.Of(ours))
        {
            yield return $"{path}: {CanonicalJson.Of(reference)} -> {CanonicalJson.Of(ours)}";
        }
    }

    private static IEnumerable<(int Index, JsonNode? Reference, JsonNode? Ours)> Pairs(JsonArray a, JsonArray b, string path)
    {
        var isUnordered = Unordered.Any(u => path.EndsWith(u, StringComparison.Ordinal));
        IEnumerable<JsonNode?> first = isUnordered ? a.OrderBy(CanonicalJson.Of, StringComparer.Ordinal) : a;
        IEnumerable<JsonNode?> second = isUnordered ? b.OrderBy(CanonicalJson.Of, StringComparer.Ordinal) : b;
        return first.Zip(second).Select((pair, index) => (index, pair.First, pair.Second));
    }
}
