using System.Globalization;
using System.Text;

namespace Sidecars.EmbeddedCluster;

/// <summary>Cuts the text of a CEL expression into pieces.</summary>
internal sealed class CelLexer(string text)
{
    private static readonly string[] s_symbols = ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}"];

    private readonly List<CelToken> _tokens = [];
    private int _at;

    /// <summary>All pieces and the end; null with the problem where something is no piece of the language.</summary>
    public (List<CelToken>? Tokens, CelProblem Problem) Read()
    {
        while (true)
        {
            SkipSpace();
            if (_at == text.Length)
            {
                _tokens.Add(new CelToken(CelTokenKind.End, "", _at));
                return (_tokens, default);
            }
            if (ReadOne() is not { } token) return (null, new CelProblem(_at, $"Syntax error: token recognition error at: '{text[_at]}'"));
            _tokens.Add(token);
        }
    }

    private CelToken? ReadOne()
    {
        var start = _at;
        var c = text[_at];
        if (TextPrefix() is { } prefix) return ReadText(prefix.Length, isRaw: prefix.Contains('r'), isBytes: prefix.Contains('b'));
        if (char.IsAsciiLetter(c) || c == '_')
        {
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_')) _at++;
            var word = text[start.._at];
            return word switch
            {
                "true" => new(CelTokenKind.Literal, word, start, true),
                "false" => new(CelTokenKind.Literal, word, start, false),
                "null" => new(CelTokenKind.Literal, word, start, CelNull.Value),
                "in" => new(CelTokenKind.Symbol, word, start),
                _ => new(CelTokenKind.Identifier, word, start),
            };
        }
        if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1]))) return ReadNumber();
        foreach (var symbol in s_symbols)
        {
            if (!text.AsSpan(_at).StartsWith(symbol, StringComparison.Ordinal)) continue;
            _at += symbol.Length;
            return new CelToken(CelTokenKind.Symbol, symbol, start);
        }
        return null;
    }

    private CelToken? ReadNumber()
    {
        var start = _at;
        if (text.AsSpan(_at).StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            _at += 2;
            while (_at < text.Length && char.IsAsciiHexDigit(text[_at])) _at++;
            return ulong.TryParse(text.AsSpan(start + 2, _at - start - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? Whole(start, hex) : Back(start);
        }
        var isReal = false;
        while (_at < text.Length && char.IsAsciiDigit(text[_at])) _at++;
        if (_at + 1 < text.Length && text[_at] == '.' && char.IsAsciiDigit(text[_at + 1]))
        {
            isReal = true;
            _at++;
            while (_at < text.Length && char.IsAsciiDigit(text[_at])) _at++;
        }
        if (_at < text.Length && text[_at] is 'e' or 'E')
        {
            var exponent = _at + 1;
            if (exponent < text.Length && text[exponent] is '+' or '-') exponent++;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                isReal = true;
                _at = exponent;
                while (_at < text.Length && char.IsAsciiDigit(text[_at])) _at++;
            }
        }
        var digits = text[start.._at];
        if (isReal) return new CelToken(CelTokenKind.Literal, digits, start, double.Parse(digits, CultureInfo.InvariantCulture));
        return ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Whole(start, number) : Back(start);
    }

    private CelToken? Whole(int start, ulong number)
    {
        if (TakeUnsigned()) return new CelToken(CelTokenKind.Literal, text[start.._at], start, number);
        // The parser puts a sign before a number together with it: the least number has no positive counterpart.
        if (number > (ulong)long.MaxValue + 1) return Back(start);
        return new CelToken(CelTokenKind.Literal, text[start.._at], start, number <= long.MaxValue ? (object)(long)number : number);
    }

    private CelToken? Back(int start)
    {
        _at = start;
        return null;
    }

    private bool TakeUnsigned()
    {
        if (_at >= text.Length || text[_at] is not ('u' or 'U')) return false;
        _at++;
        return true;
    }

    /// <summary>The letters before a quote: none, r, b or both. Null where no text begins.</summary>
    private string? TextPrefix()
    {
        var at = _at;
        while (at < text.Length && at - _at < 2 && text[at] is 'r' or 'R' or 'b' or 'B') at++;
        return at < text.Length && text[at] is '"' or '\'' ? text[_at..at].ToLowerInvariant() : null;
    }

    private CelToken? ReadText(int prefix, bool isRaw, bool isBytes)
    {
        var start = _at;
        var at = _at + prefix;
        var quote = text[at].ToString();
        var triple = quote + quote + quote;
        var isLong = text.AsSpan(at).StartsWith(triple, StringComparison.Ordinal);
        var end = isLong ? triple : quote;
        at += end.Length;
        var value = new StringBuilder();
        while (true)
        {
            if (at >= text.Length || (!isLong && text[at] is '\n' or '\r')) return Back(start);
            if (text.AsSpan(at).StartsWith(end, StringComparison.Ordinal)) break;
            if (text[at] != '\\' || isRaw) value.Append(text[at++]);
            else if (Escape(ref at) is { } character) value.Append(character);
            else return Back(start);
        }
        _at = at + end.Length;
        return new CelToken(CelTokenKind.Literal, text[start.._at], start, isBytes ? Encoding.UTF8.GetBytes(value.ToString()) : value.ToString());
    }

    private string? Escape(ref int at)
    {
        if (at + 1 >= text.Length) return null;
        var c = text[at + 1];
        at += 2;
        var digits = c switch { 'x' or 'X' => 2, 'u' => 4, 'U' => 8, >= '0' and <= '3' => 3, _ => 0 };
        if (digits == 0)
            return c switch
            {
                'a' => "\a", 'b' => "\b", 'f' => "\f", 'n' => "\n", 'r' => "\r", 't' => "\t", 'v' => "\v",
                '\\' or '\'' or '"' or '`' or '?' => c.ToString(),
                _ => null,
            };
        var isOctal = char.IsAsciiDigit(c);
        if (isOctal) at--;
        if (at + digits > text.Length) return null;
        var written = text.Substring(at, digits);
        at += digits;
        if (!written.All(isOctal ? char.IsAsciiDigit : char.IsAsciiHexDigit) || (isOctal && written.AsSpan().IndexOfAny('8', '9') >= 0)) return null;
        var point = Convert.ToUInt32(written, isOctal ? 8 : 16);
        return Rune.IsValid(point) ? new Rune(point).ToString() : null;
    }

    private void SkipSpace()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\n' or '\r' or '\f') _at++;
            else if (text.AsSpan(_at).StartsWith("//", StringComparison.Ordinal))
                while (_at < text.Length && text[_at] != '\n') _at++;
            else return;
        }
    }
}
