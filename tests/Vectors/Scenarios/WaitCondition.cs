using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.Vectors.Tests;

/// <summary>What a scenario waits for: an object, its absence, a number of objects, a value in them, a call or an event.</summary>
internal sealed class WaitCondition(JsonObject condition)
{
    private const double DefaultSeconds = 30;

    internal TimeSpan Limit => TimeSpan.FromSeconds(Vector.Number(condition["timeout"]) ?? DefaultSeconds);

    internal bool Holds(IReadOnlyDictionary<ObjectKey, JsonObject> objects, CallLog calls, UidNames uids)
    {
        if ((string?)condition["calls"] is { } method) return calls.Of(method).Count >= Count;
        if ((string?)condition["event"] is { } reason) return objects.Any(o => o.Key.Kind == "Event" && (string?)o.Value["reason"] == reason);

        var matching = Matching(objects, uids);
        if ((bool?)condition["absent"] == true) return matching.Count == 0;
        if (matching.Count < Count) return false;
        return condition["path"] is null || matching.All(o => IsAsWanted(At(o, (string)condition["path"]!)));
    }

    public override string ToString() => condition.ToJsonString();

    private int Count => (int?)condition["count"] ?? 1;

    private List<JsonObject> Matching(IReadOnlyDictionary<ObjectKey, JsonObject> objects, UidNames uids)
    {
        var kind = (string)condition["kind"]!;
        if ((string?)condition["name"] is not { Length: > 0 } name) return [.. objects.Where(o => o.Key.Kind == kind).Select(o => o.Value)];
        var space = KindTable.IsNamespaced(kind) ? (string?)condition["namespace"] ?? "default" : "";
        return objects.TryGetValue(new ObjectKey(kind, space, uids.Resolve(name)), out var found) ? [found] : [];
    }

    private bool IsAsWanted(JsonNode? value)
    {
        if (condition.ContainsKey("equals")) return CanonicalJson.Of(value) == CanonicalJson.Of(condition["equals"]);
        if ((bool?)condition["unset"] == true) return value is null;
        return value is not (null or JsonArray { Count: 0 } or JsonObject { Count: 0 }) && value.ToString().Length > 0;
    }

    /// <summary>Parts are separated by a slash; a tilde stands for a slash inside a part; a number is an index into a list.</summary>
    private static JsonNode? At(JsonNode? value, string path)
    {
        foreach (var part in path.Split('/').Select(p => p.Replace('~', '/')))
        {
            value = value switch
            {
                JsonArray a => int.TryParse(part, out var index) && index >= 0 && index < a.Count ? a[index] : null,
                JsonObject o => o[part],
                _ => null,
            };
        }

        return value;
    }
}
