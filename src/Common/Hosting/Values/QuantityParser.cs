using System.Globalization;
using System.Numerics;

namespace Sidecars.Hosting;

/// <summary>
/// The value of a quantity's text: exact, rounded up (away from zero) to the given decimal place, and in the binary family cut to
/// 2^63-1. What anybody writes fits into 64 or 128 bits and costs no allocation; only the rest is computed with big numbers.
/// </summary>
internal static class QuantityParser
{
    // The digits that fit into 64 bits, and those of the largest value below 2^63 with nine places, less one.
    private const int OneWordDigits = 18;
    private const int TwoWordDigits = 27;

    // That of the largest letter.
    private const int LargestFastPower = 18;

    // The least number of 20 digits, 10^19, is above 2^63.
    private const int DigitsAboveAll = 20;

    // 2^63 and the largest number below it, in billionths.
    private static readonly Int128 Large = ((Int128)1 << 63) * Quantity.NanosPerUnit;
    private static readonly Int128 LargestBinary = (Int128)long.MaxValue * Quantity.NanosPerUnit;

    /// <summary>The value, rounded up at the power of ten <paramref name="place"/>, which is at least -9.</summary>
    public static Quantity ValueOf(QuantityParts parts, int place = QuantityParts.NanoExponent)
    {
        if (InOneWord(parts, out var units)) return Quantity.Of(parts.IsNegative, units, parts.Format);
        var isBinary = parts.Format == QuantityFormat.Binary;
        if (InTwoWords(parts) is { } nanos && RoundUp(nanos, place) is var rounded && (isBinary ? rounded <= LargestBinary : rounded < Large))
            return Quantity.Of(parts.IsNegative, rounded, parts.Format);
        return isBinary ? LongBinary(parts, place) : LongDecimal(parts, place);
    }

    private static bool InOneWord(QuantityParts parts, out long units)
    {
        units = 0;
        if (parts.Whole.Length > OneWordDigits || !parts.Fraction.IsEmpty || parts.Power is < 0 or > LargestFastPower) return false;
        var high = Math.BigMul(Digits(parts.Whole), PowerOfTen((int)parts.Power) << parts.Shift, out var low);
        units = (long)low;
        return high == 0 && units >= 0;
    }

    // Null when a digit would be lost or the product does not fit.
    private static Int128? InTwoWords(QuantityParts parts)
    {
        if (parts.Whole.Length + parts.Fraction.Length > TwoWordDigits || Math.Abs(parts.Power) > LargestFastPower) return null;
        UInt128 value = 0;
        foreach (var c in parts.Whole) value = value * 10 + (uint)(c - '0');
        foreach (var c in parts.Fraction) value = value * 10 + (uint)(c - '0');
        var exponent = parts.Power - parts.Fraction.Length - QuantityParts.NanoExponent;
        for (; exponent > 0; exponent--)
        {
            if (value > UInt128.MaxValue / 10) return null;
            value *= 10;
        }
        if (parts.Shift > 0 && UInt128.LeadingZeroCount(value) <= (uint)parts.Shift) return null;
        value <<= parts.Shift;
        for (; exponent < 0; exponent++)
        {
            (value, var digit) = UInt128.DivRem(value, 10);
            if (digit != 0) return null;
        }
        return value <= (UInt128)Int128.MaxValue ? (Int128)value : null;
    }

    private static Int128 RoundUp(Int128 nanos, int place)
    {
        var step = (Int128)PowerOfTen(place - QuantityParts.NanoExponent);
        return nanos % step is var rest && rest == 0 ? nanos : nanos - rest + step;
    }

    private static Quantity LongBinary(QuantityParts parts, int place)
    {
        if (parts.Whole.Length >= DigitsAboveAll) return Cut(parts);
        var fraction = parts.Fraction.TrimEnd('0');
        var scaled = Number(string.Concat("0", parts.Whole, fraction)) << parts.Shift;
        var nanos = Shifted(scaled, -fraction.Length - QuantityParts.NanoExponent);
        return nanos > LargestBinary ? Cut(parts) : Quantity.Of(parts.IsNegative, RoundUp((Int128)nanos, place), parts.Format);
    }

    private static Quantity Cut(QuantityParts parts) => Quantity.Of(parts.IsNegative, LargestBinary, parts.Format);

    private static Quantity LongDecimal(QuantityParts parts, int place)
    {
        var digits = string.Concat(parts.Whole, parts.Fraction).AsSpan().TrimStart('0');
        if (digits.IsEmpty) return Quantity.Of(negative: false, units: 0, parts.Format);
        var exponent = parts.Power - parts.Fraction.Length;
        var kept = digits.TrimEnd('0');
        exponent += digits.Length - kept.Length;
        if (exponent < place)
        {
            // Far below the last place nothing has to be built to know that it is the least there is.
            var lost = place - exponent;
            var value = lost > kept.Length ? BigInteger.One : Shifted(Number(kept), -(int)lost);
            kept = value.ToString(CultureInfo.InvariantCulture).AsSpan();
            var trimmed = kept.TrimEnd('0');
            exponent = place + kept.Length - trimmed.Length;
            kept = trimmed;
        }
        if (kept.Length + exponent >= DigitsAboveAll) return Quantity.Of(parts.IsNegative, new LargeDecimal(kept.ToString(), exponent), parts.Format);
        var nanos = (Int128)Shifted(Number(kept), (int)exponent - QuantityParts.NanoExponent);
        return nanos < Large
            ? Quantity.Of(parts.IsNegative, nanos, parts.Format)
            : Quantity.Of(parts.IsNegative, new LargeDecimal(kept.ToString(), exponent), parts.Format);
    }

    private static BigInteger Number(ReadOnlySpan<char> digits) => BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    // Times ten to that power, rounded up.
    private static BigInteger Shifted(BigInteger value, int places)
    {
        if (places >= 0) return value * BigInteger.Pow(10, places);
        var result = BigInteger.DivRem(value, BigInteger.Pow(10, -places), out var rest);
        return rest.IsZero ? result : result + 1;
    }

    private static ulong Digits(ReadOnlySpan<char> digits)
    {
        var value = 0UL;
        foreach (var c in digits) value = value * 10 + (uint)(c - '0');
        return value;
    }

    private static ulong PowerOfTen(int power)
    {
        var value = 1UL;
        for (; power > 0; power--) value *= 10;
        return value;
    }
}
