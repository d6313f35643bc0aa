using System.Globalization;
using System.Text;

namespace Sidecars.Hosting;

/// <summary>
/// Prints floating-point numbers with the exact characters the Go originals use: the shortest digits that read back the same, with
/// an exponent of at least two digits when the number is below 1e-4 or has seven or more integer digits.
/// Dashboards and stored time series compare these texts, so <c>1e-08</c> and <c>9.999999999999999e-06</c> are part of the contract.
/// </summary>
public static class GoFloat
{
    /// <summary>Longest text any double needs: sign, 17 digits, point, exponent.</summary>
    internal const int MaxLength = 32;

    // The thresholds of Go's 'g' format with the shortest precision.
    private const int LowestPlainExponent = -4;
    private const int FirstScientificExponent = 6;

    /// <summary>The text of <paramref name="value"/>, for example <c>0.25</c>, <c>1e-08</c>, <c>1.7e+09</c>, <c>+Inf</c>.</summary>
    public static string Format(double value)
    {
        Span<byte> utf8 = stackalloc byte[MaxLength];
        return Encoding.ASCII.GetString(utf8[..Write(value, utf8)]);
    }

    /// <summary>Writes the text as ASCII into <paramref name="destination"/> (at least 32 bytes) and returns its length.</summary>
    internal static int Write(double value, Span<byte> destination)
    {
        if (double.IsNaN(value)) return Copy("NaN"u8, destination);
        if (double.IsInfinity(value)) return Copy(value > 0 ? "+Inf"u8 : "-Inf"u8, destination);
        if (value == 0) return Copy(double.IsNegative(value) ? "-0"u8 : "0"u8, destination);

        // "E16" is exact but not shortest; "R" is shortest. Its digits and exponent are taken apart and laid out anew.
        Span<char> shortest = stackalloc char[MaxLength];
        value.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture);
        Span<byte> digits = stackalloc byte[MaxLength];
        var (count, exponent) = TakeApart(shortest[..length], digits);
        var position = 0;
        if (value < 0) destination[position++] = (byte)'-';
        return exponent < LowestPlainExponent || exponent >= FirstScientificExponent
            ? Scientific(digits[..count], exponent, destination, position)
            : Plain(digits[..count], exponent, destination, position);
    }

    // Significant digits without leading or trailing zeros, and the decimal exponent of the first one.
    private static (int Count, int Exponent) TakeApart(ReadOnlySpan<char> text, Span<byte> digits)
    {
        int count = 0, pointAt = -1, written = 0, leadingZeros = 0, exponent = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '-') continue;
            if (c == 'E')
            {
                exponent = int.Parse(text[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                break;
            }
            if (c == '.')
            {
                pointAt = written;
                continue;
            }
            written++;
            if (c == '0' && count == 0) leadingZeros++;
            else digits[count++] = (byte)c;
        }
        if (pointAt < 0) pointAt = written;
        while (count > 1 && digits[count - 1] == '0') count--;
        return (count, exponent + pointAt - leadingZeros - 1);
    }

    private static int Scientific(ReadOnlySpan<byte> digits, int exponent, Span<byte> destination, int position)
    {
        destination[position++] = digits[0];
        if (digits.Length > 1)
        {
            destination[position++] = (byte)'.';
            digits[1..].CopyTo(destination[position..]);
            position += digits.Length - 1;
        }
        destination[position++] = (byte)'e';
        destination[position++] = (byte)(exponent < 0 ? '-' : '+');
        Math.Abs(exponent).TryFormat(destination[position..], out var written, "00", CultureInfo.InvariantCulture);
        return position + written;
    }

    private static int Plain(ReadOnlySpan<byte> digits, int exponent, Span<byte> destination, int position)
    {
        if (exponent < 0)
        {
            destination[position++] = (byte)'0';
            destination[position++] = (byte)'.';
            for (var i = -1; i > exponent; i--) destination[position++] = (byte)'0';
        }
        for (var i = 0; i < digits.Length || i <= exponent; i++)
        {
            destination[position++] = i < digits.Length ? digits[i] : (byte)'0';
            if (i == exponent && i + 1 < digits.Length) destination[position++] = (byte)'.';
        }
        return position;
    }

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        text.CopyTo(destination);
        return text.Length;
    }
}
