using System.Globalization;

namespace Sidecars.Hosting;

/// <summary>Go's floating-point literals: decimal and hexadecimal forms, <c>Inf</c>, <c>Infinity</c> and <c>NaN</c> in any case.</summary>
internal static class GoFloatParser
{
    // An exponent beyond this is an overflow or a zero whatever the digits are.
    private const int ExponentCap = 100_000;

    // 15 hexadecimal digits fill 60 bits, more than the 53 of a double; further digits only move the exponent.
    private const int MantissaDigits = 15;

    /// <summary>Reads <paramref name="text"/>; a number too large for a double is out of range, one too small becomes zero.</summary>
    public static NumberOutcome Parse(string text, out double value)
    {
        value = 0;
        var rest = text.AsSpan();
        var negative = rest.StartsWith('-');
        var signed = negative || rest.StartsWith('+');
        if (signed) rest = rest[1..];
        if (rest.Equals("nan", StringComparison.OrdinalIgnoreCase) && !signed)
        {
            value = double.NaN;
            return NumberOutcome.Ok;
        }
        if (rest.Equals("inf", StringComparison.OrdinalIgnoreCase) || rest.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            value = negative ? double.NegativeInfinity : double.PositiveInfinity;
            return NumberOutcome.Ok;
        }
        if (!GoInteger.HasProperUnderscores(rest)) return NumberOutcome.Malformed;
        var literal = rest.ToString().Replace("_", "", StringComparison.Ordinal);
        var hexadecimal = literal.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (!(hexadecimal ? TryHexadecimal(literal.AsSpan(2), out value) : TryDecimal(literal, out value))) return NumberOutcome.Malformed;
        if (negative) value = -value;
        return double.IsInfinity(value) ? NumberOutcome.OutOfRange : NumberOutcome.Ok;
    }

    private static bool TryDecimal(string literal, out double value)
    {
        value = 0;
        // double.TryParse alone would take signs and words; only digits, a point and an exponent may be there.
        if (literal.Length == 0 || !(char.IsAsciiDigit(literal[0]) || literal[0] == '.')) return false;
        return double.TryParse(
            literal, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
    }

    private static bool TryHexadecimal(ReadOnlySpan<char> literal, out double value)
    {
        value = 0;
        var p = literal.IndexOfAny('p', 'P');
        // The binary exponent is mandatory, which tells a hexadecimal float from an integer.
        if (p < 0 || !TryExponent(literal[(p + 1)..], out var exponent)) return false;
        var mantissa = 0UL;
        int digits = 0, significant = 0;
        var afterPoint = false;
        foreach (var c in literal[..p])
        {
            if (c == '.' && !afterPoint)
            {
                afterPoint = true;
                continue;
            }
            if (!char.IsAsciiHexDigit(c)) return false;
            digits++;
            if (significant < MantissaDigits)
            {
                mantissa = mantissa * 16 + Convert.ToUInt64(c.ToString(), 16);
                if (mantissa != 0) significant++;
                if (afterPoint) exponent -= 4;
            }
            else if (!afterPoint)
            {
                exponent += 4;
            }
        }
        value = Math.ScaleB(mantissa, exponent);
        return digits > 0;
    }

    private static bool TryExponent(ReadOnlySpan<char> text, out int exponent)
    {
        exponent = 0;
        var digits = text.StartsWith('+') || text.StartsWith('-') ? text[1..] : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9')) return false;
        foreach (var c in digits) exponent = Math.Min(exponent * 10 + (c - '0'), ExponentCap);
        if (text[0] == '-') exponent = -exponent;
        return true;
    }
}
