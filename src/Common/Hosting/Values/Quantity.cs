using System.Numerics;

namespace Sidecars.Hosting;

/// <summary>
/// A Kubernetes quantity such as <c>1536Mi</c>, <c>2G</c> or <c>100m</c> (common contract 15): an exact decimal with nine places and
/// the suffix family it was written in. As the API server does, a value of the binary family is cut to 2^63-1, those of the others are
/// not (<see cref="IsInt64"/> tells), and what is finer than a billionth is rounded away from zero. Beyond 10^29, where nobody has a use
/// for it, magnitudes are cut in every family. Equality and order are numerical: <c>1Gi</c> equals <c>1073741824</c>. Arithmetic on it
/// allocates nothing.
/// </summary>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>, IComparisonOperators<Quantity, Quantity, bool>,
    IAdditionOperators<Quantity, Quantity, Quantity>, ISubtractionOperators<Quantity, Quantity, Quantity>, ISpanFormattable
{
    internal const long NanosPerUnit = 1_000_000_000;

    /// <summary>2^63-1 in billionths: the largest value of the binary family.</summary>
    internal static readonly Int128 LargestBinary = (Int128)long.MaxValue * NanosPerUnit;

    private readonly Int128 _nanos;
    private readonly QuantityFormat _format;

    private Quantity(Int128 nanos, QuantityFormat format)
    {
        _nanos = format is QuantityFormat.Binary ? Int128.Clamp(nanos, -LargestBinary, LargestBinary) : nanos;
        _format = format;
    }

    /// <summary>Zero in the decimal family; also the default of the type.</summary>
    public static Quantity Zero => default;

    /// <summary>The suffix family.</summary>
    public QuantityFormat Format => _format;

    /// <summary>Whether the value is zero.</summary>
    public bool IsZero => _nanos == 0;

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => Int128.Sign(_nanos);

    /// <summary>
    /// The whole number, a fraction rounded away from zero: <c>1500m</c> is 2. For a size this is the number of bytes. What is larger than
    /// 2^63-1 is cut to that; whoever must not take the one for the other asks <see cref="IsInt64"/> first.
    /// </summary>
    public long Value => (long)Int128.Clamp(Whole, -long.MaxValue, long.MaxValue);

    /// <summary>Whether the value, rounded to a whole number, is within 2^63-1.</summary>
    public bool IsInt64 => Int128.Abs(Whole) <= long.MaxValue;

    internal Int128 Nanos => _nanos;

    private Int128 Whole
    {
        get
        {
            var (whole, rest) = Int128.DivRem(_nanos, NanosPerUnit);
            return whole + Int128.Sign(rest);
        }
    }

    /// <summary>A number of bytes, printed in the binary family: 1610612736 is <c>1536Mi</c>.</summary>
    public static Quantity FromBytes(long bytes) => new((Int128)bytes * NanosPerUnit, QuantityFormat.Binary);

    /// <summary>A plain number, printed in the decimal family.</summary>
    public static Quantity FromNumber(long number) => new((Int128)number * NanosPerUnit, QuantityFormat.Decimal);

    internal static Quantity FromNanos(Int128 nanos, QuantityFormat format) => new(nanos, format);

    /// <summary>Reads a quantity; false for anything the API server would refuse.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Quantity quantity) => QuantityText.TryParse(text, out quantity);

    /// <summary>The same value in another suffix family.</summary>
    public Quantity As(QuantityFormat format) => new(Nanos, format);

    /// <inheritdoc/>
    public int CompareTo(Quantity other) => _nanos.CompareTo(other._nanos);

    /// <inheritdoc/>
    public bool Equals(Quantity other) => _nanos == other._nanos;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _nanos.GetHashCode();

    /// <summary>The canonical text: no fraction, the largest suffix that loses nothing, in the family the value was written in.</summary>
    public override string ToString()
    {
        Span<char> text = stackalloc char[QuantityText.MaxLength];
        return text[..QuantityText.Write(this, text)].ToString();
    }

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        Span<char> text = stackalloc char[QuantityText.MaxLength];
        var length = QuantityText.Write(this, text);
        var fits = text[..length].TryCopyTo(destination);
        charsWritten = fits ? length : 0;
        return fits;
    }

    /// <summary>The sum, in the family of the left operand unless that is zero; cut like a parsed value.</summary>
    public static Quantity operator +(Quantity left, Quantity right) => new(Sum(left.Nanos, right.Nanos), left.IsZero ? right._format : left._format);

    /// <summary>The difference, in the family of the left operand unless that is zero.</summary>
    public static Quantity operator -(Quantity left, Quantity right) => new(Sum(left.Nanos, -right.Nanos), left.IsZero ? right._format : left._format);

    /// <inheritdoc/>
    public static bool operator ==(Quantity left, Quantity right) => left.Equals(right);

    /// <inheritdoc/>
    public static bool operator !=(Quantity left, Quantity right) => !left.Equals(right);

    /// <inheritdoc/>
    public static bool operator <(Quantity left, Quantity right) => left.CompareTo(right) < 0;

    /// <inheritdoc/>
    public static bool operator >(Quantity left, Quantity right) => left.CompareTo(right) > 0;

    /// <inheritdoc/>
    public static bool operator <=(Quantity left, Quantity right) => left.CompareTo(right) <= 0;

    /// <inheritdoc/>
    public static bool operator >=(Quantity left, Quantity right) => left.CompareTo(right) >= 0;

    private static Int128 Sum(Int128 left, Int128 right)
    {
        var sum = unchecked(left + right);
        // Only two of one sign can leave the range, and then come out with the other.
        return Int128.Sign(left) == Int128.Sign(right) && Int128.Sign(sum) != Int128.Sign(left) && left != 0 ? left > 0 ? QuantityText.Largest : -QuantityText.Largest : sum;
    }
}
