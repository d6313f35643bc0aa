using System.Collections;
using System.Text;

namespace Sidecars.Hosting.Logging;

/// <summary>
/// Prints one value in a text line: strings and whatever has a text form in Go quotes, numbers and booleans bare, lists and maps as
/// compact JSON, a string of several lines as an indented block. Formattable values are written without a string in between.
/// </summary>
internal static class KlogValueText
{
    // Enough for every number, time, identifier and most object references; what is longer goes the way of strings.
    private const int FormattedCharacters = 256;

    public static void Write(object? value, Utf8Line line)
    {
        switch (value)
        {
            case null: line.Append("null"u8); break;
            case string text: Text(text, line); break;
            case LogJson json: line.Append(json.Text()); break;
            case TimeSpan duration:
                Span<char> characters = stackalloc char[GoDuration.MaxLength];
                Quote(characters[..GoDuration.Write(duration, characters)], line);
                break;
            case Exception error: Text(ErrorText.Of(error), line); break;
            case Enum name: Quote(name.ToString(), line); break;
            case DateTimeOffset or DateTime: Formatted((ISpanFormattable)value, "O", line); break;
            case byte[] bytes: Quote(Encoding.UTF8.GetString(bytes), line); break;
            case IEnumerable or bool: KlogJson.Write(value, line); break;
            case ISpanFormattable number when KlogJson.IsNumber(value): KlogJson.WriteNumber(number, line); break;
            case ISpanFormattable formattable: Formatted(formattable, "", line); break;
            default: Text(value.ToString() ?? "", line); break;
        }
    }

    /// <summary>The text in Go's quotes.</summary>
    public static void Quote(ReadOnlySpan<char> text, Utf8Line line)
    {
        line.Append((byte)'"');
        Span<char> escape = stackalloc char[GoQuote.MaxEscape];
        while (!text.IsEmpty)
        {
            // Runs of harmless ASCII, which is nearly everything, are copied as a whole.
            var plain = 0;
            while (plain < text.Length && GoQuote.IsPlain(text[plain])) plain++;
            line.Append(text[..plain]);
            text = text[plain..];
            if (text.IsEmpty) break;
            Rune.DecodeFromUtf16(text, out var rune, out var consumed);
            line.Append(escape[..GoQuote.Escape(rune, escape)]);
            text = text[consumed..];
        }
        line.Append((byte)'"');
    }

    private static void Text(string text, Utf8Line line)
    {
        if (text.Contains('\n', StringComparison.Ordinal)) Block(text, line);
        else Quote(text, line);
    }

    private static void Block(string text, Utf8Line line)
    {
        // The line feed at the end of the text is the one that ends its last line.
        var rows = text.AsSpan();
        if (rows.EndsWith('\n')) rows = rows[..^1];
        line.Append("<\n"u8);
        foreach (var row in rows.Split('\n'))
        {
            line.Append((byte)'\t');
            line.Append(rows[row]);
            line.Append((byte)'\n');
        }
        line.Append(" >"u8);
    }

    private static void Formatted(ISpanFormattable value, ReadOnlySpan<char> format, Utf8Line line)
    {
        Span<char> characters = stackalloc char[FormattedCharacters];
        if (value.TryFormat(characters, out var length, format, System.Globalization.CultureInfo.InvariantCulture)) Quote(characters[..length], line);
        else Text(value.ToString(format.ToString(), System.Globalization.CultureInfo.InvariantCulture), line);
    }
}
