using System.Buffers;
using System.Globalization;

namespace Sidecars.Hosting;

/// <summary>
/// The text of a quantity taken apart: <c>sign number suffix</c>, by the grammar of the API server, which is generous. A number
/// without any digit is zero to it, except where it would have to be computed with big numbers. Nothing is computed here.
/// </summary>
internal readonly ref struct QuantityParts
{
    // The decimal exponents and letters of the two families.
    public const string DecimalSuffixes = "num kMGTPE";
    public const string BinarySuffixes = "KMGTPE";

    /// <summary>A quantity is kept in steps of a billionth.</summary>
    public const int NanoExponent = -9;

    // The originals take any exponent of 64 bits and wrap it to 32; ours is the number that was written, or the text is refused.
    private const long MaxPower = 1_000_000_000_000_000_000;

    // What the originals keep in 64 bits: only such a text is ever printed as it was written.
    private const int ShortDigits = 18;
    private const int ShortBinaryDigits = 14;
    private const int LargestShiftWithoutDigits = 40;

    private static readonly SearchValues<char> SuffixCharacters = SearchValues.Create("eEinumkKMGTP");

    private QuantityParts(bool negative, ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, QuantityFormat format, long power, int shift)
    {
        (IsNegative, Format, Power, Shift) = (negative, format, power, shift);
        Whole = whole;
        Fraction = fraction;
    }

    public bool IsNegative { get; }

    /// <summary>The digits before the point, without leading zeros.</summary>
    public ReadOnlySpan<char> Whole { get; }

    /// <summary>The digits after the point.</summary>
    public ReadOnlySpan<char> Fraction { get; }

    public QuantityFormat Format { get; }

    /// <summary>The suffix as a power of ten.</summary>
    public long Power { get; }

    /// <summary>The suffix as a number of binary places.</summary>
    public int Shift { get; }

    /// <summary>
    /// Whether the API server keeps the text as it was written, because it is canonical by a quick look: <c>+1</c>, <c>01</c>,
    /// <c>1E3</c> and <c>1.500</c> stay what they are.
    /// </summary>
    public bool IsKept
    {
        get
        {
            if (Whole.IsEmpty) return false;
            if (Format == QuantityFormat.Binary)
            {
                // What is not divisible by eight needs no larger suffix, and the last three digits tell.
                var lastDigits = Digit(Whole, 1) + 10 * Digit(Whole, 2) + 100 * Digit(Whole, 3);
                return Fraction.IsEmpty && lastDigits % 8 != 0 && Whole.Length + 3 * (Shift / 10) <= ShortBinaryDigits;
            }
            var scale = Power - Fraction.Length;
            return Whole.Length + Fraction.Length <= ShortDigits && scale >= NanoExponent && scale % 3 == 0 && !EndsWithThreeZeros(Whole, Fraction);
        }
    }

    public static QuantityFault Read(ReadOnlySpan<char> text, out QuantityParts parts)
    {
        parts = default;
        if (text.IsEmpty) return QuantityFault.Form;
        var negative = text[0] is '-';
        var rest = text[0] is '-' or '+' ? text[1..] : text;
        var whole = TakeDigits(ref rest);
        ReadOnlySpan<char> fraction = [];
        if (rest.StartsWith('.'))
        {
            rest = rest[1..];
            fraction = TakeDigits(ref rest);
        }
        if (!HasForm(rest)) return QuantityFault.Form;
        if (!TrySuffix(rest, out var format, out var power, out var shift)) return QuantityFault.Suffix;
        if (whole.IsEmpty && fraction.IsEmpty && (power < NanoExponent || shift > LargestShiftWithoutDigits)) return QuantityFault.Number;
        parts = new QuantityParts(negative, whole.TrimStart('0'), fraction, format, power, shift);
        return QuantityFault.None;
    }

    private static ReadOnlySpan<char> TakeDigits(scoped ref ReadOnlySpan<char> rest)
    {
        var end = 0;
        while (end < rest.Length && char.IsAsciiDigit(rest[end])) end++;
        var digits = rest[..end];
        rest = rest[end..];
        return digits;
    }

    private static bool HasForm(ReadOnlySpan<char> suffix)
    {
        var end = suffix.IndexOfAnyExcept(SuffixCharacters);
        if (end < 0) return true;
        suffix = suffix[end..];
        return !(suffix[0] is '-' or '+' ? suffix[1..] : suffix).ContainsAnyExceptInRange('0', '9');
    }

    private static bool TrySuffix(ReadOnlySpan<char> suffix, out QuantityFormat format, out long power, out int shift)
    {
        (format, power, shift) = (QuantityFormat.Decimal, 0, 0);
        if (suffix.IsEmpty) return true;
        if (suffix.Length == 1 && DecimalSuffixes.IndexOf(suffix[0], StringComparison.Ordinal) is >= 0 and var step)
        {
            power = NanoExponent + 3 * step;
            return true;
        }
        if (suffix.Length == 2 && suffix[1] == 'i' && BinarySuffixes.IndexOf(suffix[0], StringComparison.Ordinal) is >= 0 and var scale)
        {
            format = QuantityFormat.Binary;
            shift = 10 * (scale + 1);
            return true;
        }
        if (suffix[0] is not ('e' or 'E')) return false;
        format = QuantityFormat.Exponent;
        return long.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out power)
            && power is >= -MaxPower and <= MaxPower;
    }

    private static int Digit(ReadOnlySpan<char> digits, int fromEnd) => digits.Length < fromEnd ? 0 : digits[^fromEnd] - '0';

    private static bool EndsWithThreeZeros(ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction)
    {
        const int digits = 3;
        var end = fraction.Length < digits ? fraction : fraction[^digits..];
        var missing = digits - end.Length;
        return !end.ContainsAnyExcept('0') && missing <= whole.Length && !whole[^missing..].ContainsAnyExcept('0');
    }
}
