using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace Sidecars.Hosting;

/// <summary>The text form of a <see cref="Quantity"/>: <c>sign number suffix</c>, read generously and printed canonically.</summary>
internal static class QuantityText
{
    /// <summary>Room for the longest canonical text, a sign, 39 digits and a suffix.</summary>
    public const int MaxLength = 48;

    /// <summary>The largest magnitude of all, in billionths.</summary>
    public static readonly Int128 Largest = Int128.MaxValue;

    private const int NanoExponent = -9;

    // More digits than any size has; what is longer takes the slow path.
    private const int FastDigits = 27;

    // With an exponent beyond this every value is cut to the limit or rounded to a billionth anyway.
    private const int ExponentCap = 1_000_000;

    // The decimal exponents and letters of the two families.
    private const string DecimalSuffixes = "num kMGTPE";
    private const string BinarySuffixes = "KMGTPE";

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    public static bool TryParse(ReadOnlySpan<char> text, out Quantity quantity)
    {
        quantity = default;
        var negative = text.StartsWith('-');
        if (negative || text.StartsWith('+')) text = text[1..];
        var numberEnd = text.IndexOfAnyExcept(NumberCharacters);
        var number = numberEnd < 0 ? text : text[..numberEnd];
        if (!TrySplit(number, out var whole, out var fraction)) return false;
        if (!TrySuffix(text[number.Length..], out var format, out var power, out var shift)) return false;

        var magnitude = whole.Length + fraction.Length <= FastDigits && Math.Abs(power) <= -NanoExponent
            ? Fast(whole, fraction, power, shift)
            : null;
        var nanos = magnitude ?? Slow(whole, fraction, power, shift, format is QuantityFormat.Binary ? Quantity.LargestBinary : Largest);
        quantity = Quantity.FromNanos(negative ? -nanos : nanos, format);
        return true;
    }

    public static int Write(Quantity quantity, Span<char> destination)
    {
        var format = quantity.Format;
        var nanos = quantity.Nanos;
        // Fractions and small numbers would lose or confuse in the binary family, so they are printed as decimals.
        var small = Int128.Abs(nanos) < 1024 * (Int128)Quantity.NanosPerUnit;
        if (format == QuantityFormat.Binary && (small || nanos % Quantity.NanosPerUnit != 0)) format = QuantityFormat.Decimal;
        return format == QuantityFormat.Binary ? WriteBinary(quantity.Value, destination) : WriteDecimal(nanos, format, destination);
    }

    private static int WriteBinary(long value, Span<char> destination)
    {
        var step = -1;
        while (value % 1024 == 0 && step + 1 < BinarySuffixes.Length)
        {
            value /= 1024;
            step++;
        }
        value.TryFormat(destination, out var length, provider: CultureInfo.InvariantCulture);
        if (step < 0) return length;
        destination[length++] = BinarySuffixes[step];
        destination[length++] = 'i';
        return length;
    }

    private static int WriteDecimal(Int128 nanos, QuantityFormat format, Span<char> destination)
    {
        var exponent = NanoExponent;
        if (nanos == 0) exponent = 0;
        while (nanos != 0 && exponent < 18 && nanos % 1000 == 0)
        {
            nanos /= 1000;
            exponent += 3;
        }
        nanos.TryFormat(destination, out var length, provider: CultureInfo.InvariantCulture);
        if (exponent == 0) return length;
        if (format == QuantityFormat.Exponent)
        {
            destination[length++] = 'e';
            exponent.TryFormat(destination[length..], out var written, provider: CultureInfo.InvariantCulture);
            return length + written;
        }
        destination[length++] = DecimalSuffixes[(exponent - NanoExponent) / 3];
        return length;
    }

    private static bool TrySplit(ReadOnlySpan<char> number, out ReadOnlySpan<char> whole, out ReadOnlySpan<char> fraction)
    {
        var point = number.IndexOf('.');
        whole = (point < 0 ? number : number[..point]).TrimStart('0');
        fraction = point < 0 ? [] : number[(point + 1)..];
        return number.ContainsAnyInRange('0', '9') && !fraction.Contains('.');
    }

    // The suffix as a power of ten and a number of binary shifts.
    private static bool TrySuffix(ReadOnlySpan<char> suffix, out QuantityFormat format, out int power, out int shift)
    {
        (format, power, shift) = (QuantityFormat.Decimal, 0, 0);
        if (suffix.IsEmpty) return true;
        if (suffix.Length == 1 && suffix[0] != ' ' && DecimalSuffixes.IndexOf(suffix[0], StringComparison.Ordinal) is >= 0 and var step)
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
        var digits = suffix[1..];
        var negative = digits.StartsWith('-');
        if (negative || digits.StartsWith('+')) digits = digits[1..];
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9')) return false;
        foreach (var c in digits) power = Math.Min(power * 10 + (c - '0'), ExponentCap);
        if (negative) power = -power;
        return true;
    }

    // Null when a digit would be lost or the product does not fit: then the slow path decides.
    private static Int128? Fast(ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, int power, int shift)
    {
        UInt128 value = 0;
        foreach (var c in whole) value = value * 10 + (uint)(c - '0');
        foreach (var c in fraction) value = value * 10 + (uint)(c - '0');
        var exponent = power - fraction.Length - NanoExponent;
        for (; exponent > 0; exponent--)
        {
            if (value > UInt128.MaxValue / 10) return null;
            value *= 10;
        }
        if (shift > 0 && UInt128.LeadingZeroCount(value) <= (uint)shift) return null;
        value <<= shift;
        for (; exponent < 0; exponent++)
        {
            (value, var digit) = UInt128.DivRem(value, 10);
            if (digit != 0) return null;
        }
        return value <= (UInt128)Int128.MaxValue ? (Int128)value : null;
    }

    private static Int128 Slow(ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, int power, int shift, Int128 limit)
    {
        var digits = string.Concat(whole, fraction).TrimStart('0');
        if (digits.Length == 0) return 0;
        // The decimal position of the first digit settles absurd exponents without building absurd numbers.
        var exponent = (long)power - fraction.Length - NanoExponent;
        var magnitude = digits.Length + exponent + shift;
        if (magnitude < 0) return 1;
        if (exponent > 0 && digits.Length + exponent > limit.ToString(CultureInfo.InvariantCulture).Length) return limit;

        var value = BigInteger.Parse(digits, CultureInfo.InvariantCulture) << shift;
        if (exponent >= 0)
        {
            value *= BigInteger.Pow(10, (int)exponent);
        }
        else
        {
            value = BigInteger.DivRem(value, BigInteger.Pow(10, (int)-exponent), out var rest);
            if (!rest.IsZero) value += 1;
        }
        return value > (BigInteger)limit ? limit : (Int128)value;
    }
}
