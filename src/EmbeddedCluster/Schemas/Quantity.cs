using System.Globalization;
using System.Numerics;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// A Kubernetes quantity, exact to one billionth. It parses every suffix the API accepts and writes the form the API server stores:
/// <c>1024Mi</c> comes back as <c>1Gi</c>, <c>0.5</c> as <c>500m</c>. Digits below one billionth are rounded up, as the server does.
/// </summary>
internal readonly record struct Quantity : IComparable<Quantity>
{
    private const int NanoDigits = 9;
    private static readonly BigInteger Nanos = BigInteger.Pow(10, NanoDigits);
    private static readonly string[] DecimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    private static readonly string[] BinarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    private enum Format { Decimal, Binary, Exponent }

    private readonly BigInteger _nanos;
    private readonly Format _format;

    private Quantity(BigInteger nanos, Format format) => (_nanos, _format) = (nanos, format);

    public int Sign => _nanos.Sign;

    public int CompareTo(Quantity other) => _nanos.CompareTo(other._nanos);

    public static bool TryParse(string text, out Quantity quantity)
    {
        quantity = default;
        var rest = text.AsSpan().Trim();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+")) rest = rest[1..];

        var digits = 0;
        while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.')) digits++;
        var number = rest[..digits];
        var dot = number.IndexOf('.');
        var whole = dot < 0 ? number : number[..dot];
        var fraction = dot < 0 ? default : number[(dot + 1)..];
        if (whole.Length + fraction.Length == 0 || fraction.Contains('.')) return false;

        if (!TryReadSuffix(rest[digits..], out var binaryPower, out var decimalPower, out var format)) return false;
        var unscaled = BigInteger.Parse(string.Concat(whole, fraction), CultureInfo.InvariantCulture) * BigInteger.Pow(1024, binaryPower);
        var power = NanoDigits + decimalPower - fraction.Length;
        var nanos = power >= 0 ? unscaled * BigInteger.Pow(10, power) : DivideUp(unscaled, BigInteger.Pow(10, -power));
        quantity = new Quantity(negative ? -nanos : nanos, format);
        return true;
    }

    public override string ToString()
    {
        if (_nanos.IsZero) return "0";
        // Below 1024 the server falls back to decimal notation, which needs no rounding.
        if (_format == Format.Binary && BigInteger.Abs(_nanos) >= 1024 * Nanos)
        {
            var value = _nanos.Sign * DivideUp(BigInteger.Abs(_nanos), Nanos);
            var power = 0;
            while (power < BinarySuffixes.Length - 1 && (value % 1024).IsZero) (value, power) = (value / 1024, power + 1);
            return value.ToString(CultureInfo.InvariantCulture) + BinarySuffixes[power];
        }
        var (mantissa, step) = (_nanos, 0);
        while (step < DecimalSuffixes.Length - 1 && (mantissa % 1000).IsZero) (mantissa, step) = (mantissa / 1000, step + 1);
        var exponent = (step * 3) - NanoDigits;
        var suffix = _format != Format.Exponent ? DecimalSuffixes[step] : exponent == 0 ? "" : "e" + exponent.ToString(CultureInfo.InvariantCulture);
        return mantissa.ToString(CultureInfo.InvariantCulture) + suffix;
    }

    private static bool TryReadSuffix(ReadOnlySpan<char> suffix, out int binaryPower, out int decimalPower, out Format format)
    {
        (binaryPower, decimalPower, format) = (0, 0, Format.Decimal);
        for (var i = 1; i < BinarySuffixes.Length; i++)
            if (suffix.SequenceEqual(BinarySuffixes[i]))
            {
                (binaryPower, format) = (i, Format.Binary);
                return true;
            }
        for (var i = 0; i < DecimalSuffixes.Length; i++)
            if (suffix.SequenceEqual(DecimalSuffixes[i]))
            {
                decimalPower = (i * 3) - NanoDigits;
                return true;
            }
        // An exponent beyond three digits cannot be meant, and would cost unbounded memory.
        const int longestExponent = 4;
        format = Format.Exponent;
        return suffix.Length is > 1 and <= longestExponent && suffix[0] is 'e' or 'E'
            && int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimalPower);
    }

    private static BigInteger DivideUp(BigInteger value, BigInteger by) => (value + by - 1) / by;
}
