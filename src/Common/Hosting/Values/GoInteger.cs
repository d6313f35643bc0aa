using System.Globalization;

namespace Sidecars.Hosting;

/// <summary>
/// Go's integer literals: an optional sign, a base prefix (<c>0x</c>, <c>0o</c>, <c>0b</c>, a leading zero for octal), underscores
/// between digits or after the prefix.
/// </summary>
internal static class GoInteger
{
    /// <summary>Reads a literal into 64 bits: signed with an optional sign, or unsigned without one.</summary>
    public static NumberOutcome Parse(string text, bool signed, out Int128 value)
    {
        value = 0;
        var rest = text.AsSpan();
        var negative = signed && rest.StartsWith('-');
        if (signed && (negative || rest.StartsWith('+'))) rest = rest[1..];
        if (rest.IsEmpty || !HasProperUnderscores(rest)) return NumberOutcome.Malformed;
        var radix = TakeRadix(ref rest);
        var digits = 0;
        UInt128 magnitude = 0;
        foreach (var c in rest)
        {
            if (c == '_') continue;
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix) return NumberOutcome.Malformed;
            if (magnitude <= ulong.MaxValue) magnitude = magnitude * (uint)radix + (uint)digit;
            digits++;
        }
        if (digits == 0) return NumberOutcome.Malformed;
        var limit = !signed ? ulong.MaxValue : negative ? 1UL << 63 : long.MaxValue;
        if (magnitude > limit) return NumberOutcome.OutOfRange;
        value = negative ? -(Int128)magnitude : (Int128)magnitude;
        return NumberOutcome.Ok;
    }

    public static string Format(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Underscores may stand between digits and between a base prefix and a digit, nowhere else.</summary>
    public static bool HasProperUnderscores(ReadOnlySpan<char> literal)
    {
        if (!literal.Contains('_')) return true;
        var hex = false;
        var previous = '^';
        if (literal.Length >= 2 && literal[0] == '0' && char.ToLowerInvariant(literal[1]) is 'x' or 'o' or 'b')
        {
            hex = char.ToLowerInvariant(literal[1]) == 'x';
            literal = literal[2..];
            previous = '0';
        }
        foreach (var c in literal)
        {
            var digit = char.IsAsciiDigit(c) || (hex && char.IsAsciiHexDigit(c));
            if (c == '_' && previous != '0') return false;
            if (!digit && c != '_' && previous == '_') return false;
            previous = digit ? '0' : c == '_' ? '_' : '!';
        }
        return previous != '_';
    }

    private static int TakeRadix(ref ReadOnlySpan<char> rest)
    {
        if (rest.Length < 2 || rest[0] != '0') return 10;
        var radix = char.ToLowerInvariant(rest[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 };
        rest = rest[(radix == 0 ? 1 : 2)..];
        return radix == 0 ? 8 : radix;
    }
}
