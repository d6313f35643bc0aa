using System.Globalization;
using System.Text;

namespace Sidecars.Hosting;

/// <summary>
/// Go's quoting of strings (<c>%q</c>): double quotes, backslash escapes for quotes, backslashes and whatever cannot be printed. It
/// is what error messages and text logs of the originals show around every string.
/// </summary>
public static class GoQuote
{
    private const int FirstPrintable = 0x20;
    private const int Delete = 0x7f;

    // The longest escape is the eight hexadecimal digits of "\U0010ffff".
    internal const int MaxEscape = 10;

    /// <summary>The quoted form of <paramref name="text"/>, quotes included.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        Span<char> escape = stackalloc char[MaxEscape];
        foreach (var rune in text.EnumerateRunes()) quoted.Append(escape[..Escape(rune, escape)]);
        return quoted.Append('"').ToString();
    }

    /// <summary>Writes the form <paramref name="rune"/> has between quotes and returns its length in characters.</summary>
    internal static int Escape(Rune rune, Span<char> destination)
    {
        switch (rune.Value)
        {
            case '"' or '\\': return Short((char)rune.Value, destination);
            case '\a': return Short('a', destination);
            case '\b': return Short('b', destination);
            case '\f': return Short('f', destination);
            case '\n': return Short('n', destination);
            case '\r': return Short('r', destination);
            case '\t': return Short('t', destination);
            case '\v': return Short('v', destination);
        }
        if (IsPrintable(rune)) return rune.EncodeToUtf16(destination);
        var (letter, digits) = rune.Value switch
        {
            < FirstPrintable or Delete => ('x', "x2"),
            <= char.MaxValue => ('u', "x4"),
            _ => ('U', "x8"),
        };
        destination[0] = '\\';
        destination[1] = letter;
        rune.Value.TryFormat(destination[2..], out var written, digits, CultureInfo.InvariantCulture);
        return written + 2;
    }

    /// <summary>True for a character that stands in quotes as it is: printable ASCII other than the quote and the backslash.</summary>
    internal static bool IsPlain(char c) => c is >= ' ' and < (char)Delete and not '"' and not '\\';

    private static int Short(char letter, Span<char> destination)
    {
        destination[0] = '\\';
        destination[1] = letter;
        return 2;
    }

    // Go prints letters, marks, numbers, punctuation, symbols and the ASCII space; every other space and control is escaped.
    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or
        UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or
        UnicodeCategory.ParagraphSeparator);
}
