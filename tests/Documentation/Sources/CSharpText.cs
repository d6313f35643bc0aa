using System.Text;

namespace Sidecars.Documentation.Tests.Sources;

/// <summary>A text in a source: where it stands, and what it says. A place that is filled in when the program runs is <see cref="CSharpText.Hole"/>.</summary>
internal sealed record SourceText(int Start, int End, string Text);

/// <summary>
/// The texts in a C# source. It knows comments, all kinds of string literals, and the code inside interpolated ones, whose texts are found too;
/// texts that are joined with a plus are one.
/// </summary>
internal sealed class CSharpText
{
    public const char Hole = '\u0001';

    private readonly string _source;
    private readonly List<SourceText> _found = [];
    private int _at;

    private CSharpText(string source) => _source = source;

    public static IReadOnlyList<SourceText> Of(string source)
    {
        var reader = new CSharpText(source);
        reader.ReadCode(inHole: false);
        return Joined(source, [.. reader._found.OrderBy(text => text.Start)]);
    }

    private static List<SourceText> Joined(string source, IReadOnlyList<SourceText> texts)
    {
        var joined = new List<SourceText>();
        var outer = -1; // the last text that is not inside another
        foreach (var text in texts)
        {
            var isInside = outer >= 0 && text.Start < joined[outer].End;
            if (!isInside && outer >= 0 && source[joined[outer].End..text.Start].Trim() is "+")
            {
                joined[outer] = new(joined[outer].Start, text.End, joined[outer].Text + text.Text);
                continue;
            }
            joined.Add(text);
            if (!isInside) outer = joined.Count - 1;
        }
        return joined;
    }

    private void ReadCode(bool inHole)
    {
        var braces = 0;
        while (_at < _source.Length)
        {
            var rest = _source.AsSpan(_at);
            if (rest.StartsWith("//")) SkipTo("\n");
            else if (rest.StartsWith("/*")) SkipTo("*/");
            else if (rest[0] is '\'') SkipCharacter();
            else if (StartsText(rest)) ReadText();
            else if (inHole && rest[0] is '}' && braces is 0) return;
            else
            {
                braces += rest[0] is '{' ? 1 : rest[0] is '}' ? -1 : 0;
                _at++;
            }
        }
    }

    private static bool StartsText(ReadOnlySpan<char> rest) => rest.TrimStart("$@") is ['"', ..];

    private void ReadText()
    {
        var start = _at;
        var (dollars, isVerbatim) = (0, false);
        for (; _source[_at] is not '"'; _at++)
        {
            if (_source[_at] is '$') dollars++;
            else isVerbatim = true;
        }
        var quotes = isVerbatim ? 1 : Run('"');
        if (quotes is 2) _at += 2; // the empty text
        var text = quotes is 2 ? "" : quotes >= 3 ? ReadRaw(quotes, dollars) : ReadOrdinary(dollars > 0, isVerbatim);
        _found.Add(new(start, _at, text));
    }

    private string ReadOrdinary(bool isInterpolated, bool isVerbatim)
    {
        var text = new StringBuilder();
        for (_at++; _source[_at] is not '"' || (isVerbatim && Run('"') >= 2);)
        {
            var next = _source[_at + 1];
            if (_source[_at] is '\\' && !isVerbatim) Take(text, next is 'n' ? '\n' : next, 2);
            else if (_source[_at] is '"') Take(text, '"', 2);
            else if (isInterpolated && _source[_at] is '{' or '}' && next == _source[_at]) Take(text, next, 2);
            else if (isInterpolated && _source[_at] is '{') ReadHole(text, 1);
            else Take(text, _source[_at], 1);
        }
        _at++;
        return text.ToString();
    }

    private string ReadRaw(int quotes, int dollars)
    {
        var text = new StringBuilder();
        for (_at += quotes; Run('"') < quotes;)
        {
            if (dollars > 0 && Run('{') >= dollars)
            {
                _at += Run('{') - dollars; // those before belong to the text
                ReadHole(text, dollars);
            }
            else Take(text, _source[_at], 1);
        }
        _at += quotes;
        return text.ToString();
    }

    private void ReadHole(StringBuilder text, int braces)
    {
        _at += braces;
        ReadCode(inHole: true);
        _at += braces;
        text.Append(Hole);
    }

    private void Take(StringBuilder text, char character, int length)
    {
        text.Append(character);
        _at += length;
    }

    private int Run(char character)
    {
        var length = 0;
        while (_at + length < _source.Length && _source[_at + length] == character) length++;
        return length;
    }

    private void SkipCharacter() => _at = _source.IndexOf('\'', _at + (_source[_at + 1] is '\\' ? 3 : 2)) + 1;

    private void SkipTo(string end) => _at = _source.IndexOf(end, _at + 2, StringComparison.Ordinal) is >= 0 and var found ? found + end.Length : _source.Length;
}
