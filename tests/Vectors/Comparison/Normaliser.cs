using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sidecars.Vectors.Tests;

/// <summary>
/// Takes out of a value whatever differs from one run to the next: uids, times, random suffixes, hashes, the identity of the process, and the
/// bookkeeping fields of metadata. What is left can be compared. The driver's fixed time stays.
/// </summary>
internal sealed partial class Normaliser(IReadOnlyList<(string Uid, string Placeholder)> uids)
{
    /// <summary>The creation time that the scripted driver gives to every snapshot.</summary>
    private const string FixedTime = "2026-01-01T00:00:00Z";

    private const long FixedNanos = 1767225600000000000;

    /// <summary>A number above is a time in nanoseconds: no size or count of a scenario comes near.</summary>
    private const long NanosFrom = 1_700_000_000_000_000_000;

    private static readonly HashSet<string> Bookkeeping = ["managedFields", "resourceVersion", "generation", "selfLink", "creationTimestamp"];

    /// <summary>Digits of a uid that names are made of where the whole does not fit.</summary>
    private static readonly int[] ShortLengths = [10, 8];

    internal JsonNode? Normalise(JsonNode? value) => value switch
    {
        JsonObject o => Object(o),
        JsonArray a => new JsonArray([.. a.Select(Normalise)]),
        JsonValue v when v.GetValueKind() == JsonValueKind.String => JsonValue.Create(Text((string)v!)),
        JsonValue v when v.GetValueKind() == JsonValueKind.Number && v.TryGetValue<long>(out var n) && n > NanosFrom && n != FixedNanos => "<nanos>",
        _ => value?.DeepClone(),
    };

    internal string Text(string text)
    {
        if (text == FixedTime) return text;
        foreach (var (uid, placeholder) in uids) text = text.Replace(uid, placeholder, StringComparison.Ordinal);
        foreach (var (uid, placeholder) in uids)
        {
            var digits = uid.Replace("-", "", StringComparison.Ordinal);
            foreach (var length in ShortLengths)
            {
                if (digits.Length < length) continue;
                var replacement = "-" + placeholder.Replace("<uid:", $"<uid{length}:", StringComparison.Ordinal);
                text = Regex.Replace(text, $@"-{digits[..length]}\b", replacement.Replace("$", "$$", StringComparison.Ordinal));
            }
        }

        text = Identity().Replace(text, "<identity>-");
        text = CapacityName().Replace(text, "csisc-<random>");
        text = HashedName().Replace(text, "$1-<sha256>");
        return Nanos().Replace(Time().Replace(text, "<time>"), "<nanos>");
    }

    private JsonObject Object(JsonObject value)
    {
        // Only an object's own metadata has a creation time; a uid beside it is the object's, any other is a reference.
        var isMetadata = value.ContainsKey("creationTimestamp");
        var result = new JsonObject();
        foreach (var (key, member) in value)
            if (!Bookkeeping.Contains(key) && !(isMetadata && key == "uid")) result[Text(key)] = Normalise(member);
        return result;
    }

    [GeneratedRegex(@"\b\d{13}-\d{1,5}-(?=[a-z])")]
    private static partial Regex Identity();

    [GeneratedRegex(@"\bcsisc-[a-z0-9]{5}\b")]
    private static partial Regex CapacityName();

    [GeneratedRegex(@"\b(snapshot|snapcontent|groupsnapcontent)-[0-9a-f]{64}\b")]
    private static partial Regex HashedName();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")]
    private static partial Regex Time();

    [GeneratedRegex(@"\b1[789]\d{17}\b")]
    private static partial Regex Nanos();
}
