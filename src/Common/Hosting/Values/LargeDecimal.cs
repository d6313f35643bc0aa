namespace Sidecars.Hosting;

/// <summary>
/// A magnitude of 2^63 and above, which only the decimal families keep: its digits without zeros at either end, and the power of
/// ten behind them. It is compared and printed as it is, so that an exponent of a billion costs nothing.
/// </summary>
internal sealed record LargeDecimal(string Digits, long Exponent) : IComparable<LargeDecimal>
{
    public int CompareTo(LargeDecimal? other)
    {
        if (other is null) return 1;
        var places = (Digits.Length + Exponent).CompareTo(other.Digits.Length + other.Exponent);
        return places != 0 ? places : string.CompareOrdinal(Digits, other.Digits);
    }
}
