using System.Numerics;

namespace Sidecars.Hosting;

/// <summary>
/// A Kubernetes quantity such as <c>1536Mi</c>, <c>2G</c> or <c>100m</c> (common contract 15): an exact decimal with nine places and
/// the suffix family it was written in, by the rules of the API server. What is finer than a billionth is rounded away from zero, and
/// the binary family is cut to 2^63-1; the decimal families have no upper limit, so whoever needs a number of bytes asks
/// <see cref="TryGetValue"/>. Equality and order are numerical: <c>1Gi</c> equals <c>1073741824</c>. Below 2^63 nothing is allocated.
/// </summary>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>, IComparisonOperators<Quantity, Quantity, bool>,
    ISpanFormattable
{
    internal const long NanosPerUnit = 1_000_000_000;

    private const int MilliExponent = -3;

    // The value is _units + _nanos / 10^9, both of the same sign.
    private readonly long _units;
    private readonly int _nanos;
    private readonly QuantityFormat _format;

    // From 2^63 on the value is here, and _units has its sign and the largest number there is.
    private readonly LargeDecimal? _large;

    private Quantity(long units, int nanos, QuantityFormat format)
    {
        _units = units;
        _nanos = nanos;
        _format = format;
    }

    private Quantity(bool negative, LargeDecimal large, QuantityFormat format)
    {
        _units = negative ? -long.MaxValue : long.MaxValue;
        _large = large;
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

    /// <summary>
    /// The whole number, a fraction rounded away from zero: <c>1500m</c> is 2. What is beyond 2^63-1 in magnitude is 2^63-1 here;
    /// where that is no answer, <see cref="TryGetValue"/> tells.
    /// </summary>
    public long Value => _nanos == 0 || Math.Abs(_units) == long.MaxValue ? _units : _units + Math.Sign(_nanos);

    internal Int128 Nanos => (Int128)_units * NanosPerUnit + _nanos;

    /// <summary>A number of bytes, printed in the binary family: 1610612736 is <c>1536Mi</c>.</summary>
    public static Quantity FromBytes(long bytes) => new(bytes, nanos: 0, QuantityFormat.Binary);

    internal static Quantity Of(bool negative, long units, QuantityFormat format) => new(negative ? -units : units, nanos: 0, format);

    internal static Quantity Of(bool negative, Int128 nanos, QuantityFormat format)
    {
        var (units, rest) = Int128.DivRem(negative ? -nanos : nanos, NanosPerUnit);
        return new((long)units, (int)rest, format);
    }

    internal static Quantity Of(bool negative, LargeDecimal large, QuantityFormat format) => new(negative, large, format);

    /// <summary>Reads a quantity; false for anything the API server would refuse.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Quantity quantity)
    {
        var fault = QuantityParts.Read(text, out var parts);
        quantity = fault is QuantityFault.None ? QuantityParser.ValueOf(parts) : default;
        return fault is QuantityFault.None;
    }

    /// <summary>
    /// The text that an API server keeps of one it is given: the same where that is canonical by its quick look (<c>1E3</c> and
    /// <c>+1</c> are), else the canonical one. White space around it is dropped.
    /// </summary>
    /// <param name="text">The text of the request.</param>
    /// <param name="inResourceList">Whether it stands in a list of resources such as a claim's requests or a volume's capacity, where
    /// everything is rounded up to a thousandth.</param>
    /// <param name="kept">What is kept; empty where there is a fault.</param>
    public static QuantityFault Normalize(string text, bool inResourceList, out string kept)
    {
        var trimmed = text.AsSpan().Trim();
        var fault = QuantityParts.Read(trimmed, out var parts);
        if (fault is not QuantityFault.None) kept = "";
        else if (inResourceList && parts.Power - parts.Fraction.Length < MilliExponent) kept = QuantityParser.ValueOf(parts, MilliExponent).ToString();
        else if (!parts.IsKept) kept = QuantityParser.ValueOf(parts).ToString();
        else kept = trimmed.Length == text.Length ? text : trimmed.ToString();
        return fault;
    }

    /// <summary>The whole number as <see cref="Value"/>; false, and the nearest there is, where it exceeds 2^63-1 in magnitude.</summary>
    public bool TryGetValue(out long value)
    {
        value = Value;
        return _large is null && (_nanos == 0 || Math.Abs(_units) != long.MaxValue);
    }

    /// <inheritdoc/>
    public int CompareTo(Quantity other)
    {
        if (_large is not null || other._large is not null) return CompareLarge(other);
        return _units != other._units ? _units.CompareTo(other._units) : _nanos.CompareTo(other._nanos);
    }

    /// <inheritdoc/>
    public bool Equals(Quantity other) => _units == other._units && _nanos == other._nanos && Equals(_large, other._large);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_units, _nanos, _large);

    /// <summary>The canonical text: no fraction, the largest suffix that loses nothing, in the family the value was written in.</summary>
    public override string ToString()
    {
        if (_large is not null) return QuantityText.Write(_large, _units < 0, _format);
        Span<char> text = stackalloc char[QuantityText.MaxLength];
        return text[..QuantityText.Write(this, text)].ToString();
    }

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        Span<char> room = stackalloc char[QuantityText.MaxLength];
        ReadOnlySpan<char> text = _large is null ? room[..QuantityText.Write(this, room)] : ToString();
        var fits = text.TryCopyTo(destination);
        charsWritten = fits ? text.Length : 0;
        return fits;
    }

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

    private int CompareLarge(Quantity other)
    {
        if (Sign != other.Sign) return Sign.CompareTo(other.Sign);
        if (_large is null || other._large is null) return _large is null ? -Sign : Sign;
        return Sign * _large.CompareTo(other._large);
    }
}
