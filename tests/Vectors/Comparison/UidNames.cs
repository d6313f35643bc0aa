using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sidecars.Vectors.Tests;

/// <summary>
/// Which uid belongs to which object: recordings write <c>&lt;uid:Kind/namespace/name&gt;</c> where a uid was, and scenarios write such a name, or
/// <c>@name</c>, where a uid is to be. Uids are kept in the order in which they were first seen.
/// </summary>
internal sealed partial class UidNames
{
    private readonly Lock _lock = new();
    private readonly List<(string Uid, string Placeholder)> _names = [];
    private readonly HashSet<string> _known = [];

    /// <summary>Uid and placeholder of all objects seen so far.</summary>
    internal IReadOnlyList<(string Uid, string Placeholder)> All
    {
        get { lock (_lock) return [.. _names]; }
    }

    internal void Note(ObjectKey key, JsonObject value)
    {
        // Nobody refers to an event.
        if (key.Kind == "Event") return;
        var uid = (string)value["metadata"]!["uid"]!;
        lock (_lock)
            if (_known.Add(uid)) _names.Add((uid, $"<uid:{key}>"));
    }

    /// <summary>Puts uids where the text has placeholders of known objects; others stay.</summary>
    internal string Resolve(string text) => Placeholder().Replace(text, m => All.FirstOrDefault(n => n.Placeholder == m.Value).Uid ?? m.Value);

    /// <summary>Puts uids where a value of the object is <c>@name</c>.</summary>
    internal JsonObject ResolveReferences(JsonObject value) => JsonNode.Parse(Reference().Replace(value.ToJsonString(), m =>
        $"\"{All.Last(n => n.Placeholder.EndsWith($"/{m.Groups[1].Value}>", StringComparison.Ordinal)).Uid}\""))!.AsObject();

    [GeneratedRegex("<uid:[^>]+>")]
    private static partial Regex Placeholder();

    [GeneratedRegex("\"@([a-z0-9-]+)\"")]
    private static partial Regex Reference();
}
