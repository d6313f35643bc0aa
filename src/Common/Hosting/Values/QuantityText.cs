using System.Globalization;

namespace Sidecars.Hosting;

/// <summary>
/// The canonical text of a <see cref="Quantity"/>: no fraction, and the largest suffix that loses nothing, in the family it was
/// written in. A decimal above <c>E</c> falls back to the exponent.
/// </summary>
internal static class QuantityText
{
    /// <summary>Room for the longest canonical text below 2^63, a sign, 28 digits and a suffix.</summary>
    public const int MaxLength = 40;

    private const int LargestDecimalExponent = 18;

    public static string Write(LargeDecimal large, bool negative, QuantityFormat format)
    {
        // Exponents go in steps of three, downwards where they are none.
        var zeros = (int)(((large.Exponent % 3) + 3) % 3);
        var exponent = large.Exponent - zeros;
        var suffix = exponent == 0 ? ""
            : format == QuantityFormat.Exponent || exponent > LargestDecimalExponent ? string.Create(CultureInfo.InvariantCulture, $"e{exponent}")
            : DecimalSuffix((int)exponent).ToString();
        return $"{(negative ? "-" : "")}{large.Digits}{new string('0', zeros)}{suffix}";
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
        while (value % 1024 == 0 && step + 1 < QuantityParts.BinarySuffixes.Length)
        {
            value /= 1024;
            step++;
        }
        value.TryFormat(destination, out var length, provider: CultureInfo.InvariantCulture);
        if (step < 0) return length;
        destination[length++] = QuantityParts.BinarySuffixes[step];
        destination[length++] = 'i';
        return length;
    }

    private static int WriteDecimal(Int128 nanos, QuantityFormat format, Span<char> destination)
    {
        var exponent = QuantityParts.NanoExponent;
        if (nanos == 0) exponent = 0;
        while (nanos != 0 && exponent < LargestDecimalExponent && nanos % 1000 == 0)
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
        destination[length++] = DecimalSuffix(exponent);
        return length;
    }

    private static char DecimalSuffix(int exponent) => QuantityParts.DecimalSuffixes[(exponent - QuantityParts.NanoExponent) / 3];
}
