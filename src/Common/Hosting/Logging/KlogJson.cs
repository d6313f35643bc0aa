using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Sidecars.Hosting.Logging;

/// <summary>
/// Compact JSON of log values, written straight into the line. Maps are sorted by key as Go prints them, object references are objects,
/// whatever has only a text form is a string, and a value nested too deeply ends in a mark instead of a stack overflow.
/// </summary>
internal static class KlogJson
{
    private const int DeepestLevel = 16;
    private const int FormattedCharacters = 256;

    public static bool IsNumber(object value) =>
        value is int or long or uint or ulong or short or ushort or byte or sbyte or double or float or decimal or Int128 or UInt128;

    public static void Write(object? value, Utf8Line line) => Write(value, line, 0);

    public static void String(ReadOnlySpan<char> text, Utf8Line line)
    {
        line.Append((byte)'"');
        Span<char> escaped = stackalloc char[FormattedCharacters];
        while (!text.IsEmpty)
        {
            JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text, escaped, out var consumed, out var written);
            line.Append(escaped[..written]);
            text = text[consumed..];
        }
        line.Append((byte)'"');
    }

    public static void WriteNumber(ISpanFormattable value, Utf8Line line)
    {
        if (value is double or float && !double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)))
        {
            // JSON has no such numbers.
            String(GoFloat.Format(Convert.ToDouble(value, CultureInfo.InvariantCulture)), line);
            return;
        }
        Span<char> characters = stackalloc char[FormattedCharacters];
        value.TryFormat(characters, out var length, default, CultureInfo.InvariantCulture);
        line.Append(characters[..length]);
    }

    private static void Write(object? value, Utf8Line line, int level)
    {
        if (level == DeepestLevel)
        {
            line.Append("\"…\""u8);
            return;
        }
        switch (value)
        {
            case null: line.Append("null"u8); break;
            case bool flag: line.Append(flag ? "true"u8 : "false"u8); break;
            case string text: String(text, line); break;
            case LogJson json: line.Append(json.Text()); break;
            case ObjectRef reference: Reference(reference, line); break;
            case TimeSpan duration: String(GoDuration.Format(duration), line); break;
            case DateTimeOffset or DateTime: String(((IFormattable)value).ToString("O", CultureInfo.InvariantCulture), line); break;
            case Exception error: String(ErrorText.Of(error), line); break;
            case byte[] bytes: String(Encoding.UTF8.GetString(bytes), line); break;
            case ISpanFormattable number when IsNumber(number): WriteNumber(number, line); break;
            case IDictionary map: Map(map, line, level); break;
            case IEnumerable list: List(list, line, level); break;
            default: String(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", line); break;
        }
    }

    private static void Reference(ObjectRef reference, Utf8Line line)
    {
        line.Append("{\"name\":"u8);
        String(reference.Name, line);
        if (!string.IsNullOrEmpty(reference.Namespace))
        {
            line.Append(",\"namespace\":"u8);
            String(reference.Namespace, line);
        }
        line.Append((byte)'}');
    }

    private static void Map(IDictionary map, Utf8Line line, int level)
    {
        var sorted = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in map) sorted[Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? ""] = entry.Value;
        line.Append((byte)'{');
        var first = true;
        foreach (var (key, value) in sorted)
        {
            if (!first) line.Append((byte)',');
            first = false;
            String(key, line);
            line.Append((byte)':');
            Write(value, line, level + 1);
        }
        line.Append((byte)'}');
    }

    private static void List(IEnumerable list, Utf8Line line, int level)
    {
        line.Append((byte)'[');
        var first = true;
        foreach (var value in list)
        {
            if (!first) line.Append((byte)',');
            first = false;
            Write(value, line, level + 1);
        }
        line.Append((byte)']');
    }
}
