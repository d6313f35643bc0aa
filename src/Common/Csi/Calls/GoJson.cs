using System.Globalization;
using System.Numerics;
using System.Text;

namespace Sidecars.Csi;

/// <summary>
/// JSON text as Go writes it: <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> escaped for safe embedding in HTML, line separators escaped, other
/// characters as they are. Log scrapers compare such lines as text.
/// </summary>
internal static class GoJson
{
    internal static string String(string text)
    {
        var json = new StringBuilder(text.Length + 2).Append('"');
        // Broken surrogates come out of the enumeration as the replacement character.
        foreach (var rune in text.EnumerateRunes()) Append(json, rune);
        return json.Append('"').ToString();
    }

    internal static string Number<T>(T number) where T : INumber<T>
    {
        if (!T.IsFinite(number)) return String(number.ToString(null, CultureInfo.InvariantCulture));
        return number.ToString(null, CultureInfo.InvariantCulture).ToLowerInvariant();
    }

    internal static string Object(IEnumerable<KeyValuePair<string, string>> members) =>
        $"{{{string.Join(',', members.Select(m => $"{String(m.Key)}:{m.Value}"))}}}";

    /// <summary>The text of a JSON value used as a key: strings lose their quotes and escapes, numbers and booleans stay.</summary>
    internal static string Unquote(string json) => json.StartsWith('"') ? System.Text.Json.JsonElement.Parse(json).GetString()! : json;

    private static void Append(StringBuilder json, Rune rune)
    {
        switch (rune.Value)
        {
            case '"': json.Append("\\\""); break;
            case '\\': json.Append("\\\\"); break;
            case '\b': json.Append("\\b"); break;
            case '\f': json.Append("\\f"); break;
            case '\n': json.Append("\\n"); break;
            case '\r': json.Append("\\r"); break;
            case '\t': json.Append("\\t"); break;
            case < ' ' or '<' or '>' or '&' or 0x2028 or 0x2029: json.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"); break;
            default: json.Append(rune.ToString()); break;
        }
    }
}
