using System.Numerics;

namespace Sidecars.Hosting;

/// <summary>
/// A Kubernetes quantity such as <c>1536Mi</c>, <c>2G</c> or <c>100m</c> (common contract 15): an exact decimal with nine places and
/// the suffix family it was written in. Magnitudes are limited to 2^63-1 and anything larger is cut to that, finer than a billionth
/// is rounded away from zero, as the API server does. Equality and order are numerical: <c>1Gi</c> equals <c>1073741824</c>.
/// It is 16 bytes and arithmetic on it allocates nothing.
/// </summary>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>, IComparisonOperators<Quantity, Quantity, bool>,
    IAdditionOperators<Quantity, Quantity, Quantity>, ISubtractionOperators<Quantity, Quantity, Quantity>, ISpanFormattable
{
    internal const long NanosPerUnit = 1_000_000_000;

    // The value is _units + _nanos / 10^9, both of the same sign.
    private readonly long _units;
    private readonly int _nanos;
    private readonly QuantityFormat _format;

    private Quantity(Int128 nanos, QuantityFormat format)
    {
        var limit = (Int128)long.MaxValue * NanosPerUnit;
        nanos = Int128.Clamp(nanos, -limit, limit);
        (var units, var rest) = Int128.DivRem(nanos, NanosPerUnit);
        _units = (long)units;
        _nanos = (int)rest;
        _format = format;
    }

    /// <summary>Zero in the decimal family; also the default of the type.</summary>
    public static Quantity Zero => default;

    /// <summary>The suffix family.</summary>
    public QuantityFormat Format => _format;

    /// <summary>Whether the value is zero.</summary>
    public bool IsZero => _units == 0 && _nanos == 0;

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => _units != 0 ? Math.Sign(_units) : Math.Sign(_nanos);

    /// <summary>The whole number, a fraction rounded away from zero: <c>1500m</c> is 2. For a size this is the number of bytes.</summary>
    public long Value => _nanos == 0 || Math.Abs(_units) == long.MaxValue ? _units : _units + Math.Sign(_nanos);

    internal Int128 Nanos => (Int128)_units * NanosPerUnit + _nanos;

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
    public int CompareTo(Quantity other) => _units != other._units ? _units.CompareTo(other._units) : _nanos.CompareTo(other._nanos);

    /// <inheritdoc/>
    public bool Equals(Quantity other) => _units == other._units && _nanos == other._nanos;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_units, _nanos);

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

    /// <summary>The sum, in the family of the left operand unless that is zero; cut to 2^63-1 like a parsed value.</summary>
    public static Quantity operator +(Quantity left, Quantity right) => new(left.Nanos + right.Nanos, left.IsZero ? right._format : left._format);

    /// <summary>The difference, in the family of the left operand unless that is zero.</summary>
    public static Quantity operator -(Quantity left, Quantity right) => new(left.Nanos - right.Nanos, left.IsZero ? right._format : left._format);

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
}
