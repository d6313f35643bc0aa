using System.Globalization;

namespace Sidecars.Hosting;

/// <summary>
/// Go's duration texts, parsed and printed to the letter: <c>15s</c>, <c>1m0s</c>, <c>1h0m0s</c>, <c>1.5s</c>, <c>100ms</c>, <c>0s</c>
/// (common contract 1.2). The range is that of the originals, about 292 years in both directions. A <see cref="TimeSpan"/> counts
/// steps of 100 ns: a smaller rest is dropped, except that a duration which is not zero never becomes zero.
/// </summary>
public static class GoDuration
{
    private const ulong Microsecond = 1_000;
    private const ulong Millisecond = 1_000_000;
    private const ulong Second = 1_000_000_000;
    private const ulong Minute = 60 * Second;
    private const ulong Hour = 60 * Minute;

    // The magnitude of the most negative 64-bit number of nanoseconds; only a negative duration may reach it.
    private const ulong Limit = 1UL << 63;

    /// <summary>Reads a duration; on failure <paramref name="error"/> is Go's message, for example <c>time: missing unit in duration "15"</c>.</summary>
    public static bool TryParse(string text, out TimeSpan duration, out string error)
    {
        duration = default;
        var rest = text.AsSpan();
        var negative = rest.StartsWith('-');
        if (negative || rest.StartsWith('+')) rest = rest[1..];
        error = "";
        if (rest is "0") return true;
        error = $"time: invalid duration {GoQuote.Quote(text)}";
        if (rest.IsEmpty) return false;

        var total = 0UL;
        while (!rest.IsEmpty)
        {
            if (!TakeNumber(ref rest, out var whole, out var fraction, out var scale)) return false;
            var unitName = TakeUnit(ref rest);
            if (unitName.IsEmpty)
            {
                error = $"time: missing unit in duration {GoQuote.Quote(text)}";
                return false;
            }
            if (Unit(unitName) is not { } unit)
            {
                error = $"time: unknown unit {GoQuote.Quote(unitName.ToString())} in duration {GoQuote.Quote(text)}";
                return false;
            }
            if (whole > Limit / unit) return false;
            total += whole * unit + (ulong)(fraction * (unit / scale));
            if (total > Limit) return false;
        }
        if (!negative && total >= Limit) return false;

        const ulong nanosecondsPerTick = TimeSpan.NanosecondsPerTick;
        var ticks = (long)Math.Max(total / nanosecondsPerTick, total == 0 ? 0UL : 1UL);
        duration = TimeSpan.FromTicks(negative ? -ticks : ticks);
        error = "";
        return true;
    }

    /// <summary>Prints a duration the way Go's <c>String</c> method does.</summary>
    public static string Format(TimeSpan duration)
    {
        Span<char> text = stackalloc char[MaxLength];
        return text[..Write(duration, text)].ToString();
    }

    /// <summary>Room for the longest text, <c>-256204778h48m5.4775808s</c>.</summary>
    internal const int MaxLength = 32;

    /// <summary>Writes the text into <paramref name="destination"/> and returns its length.</summary>
    internal static int Write(TimeSpan duration, Span<char> destination)
    {
        if (duration == TimeSpan.Zero)
        {
            "0s".CopyTo(destination);
            return 2;
        }
        var position = 0;
        if (duration < TimeSpan.Zero) destination[position++] = '-';
        // Int128 because the magnitude of the smallest TimeSpan in nanoseconds does not fit 64 bits.
        var nanoseconds = Int128.Abs(duration.Ticks) * TimeSpan.NanosecondsPerTick;
        if (nanoseconds < Second)
        {
            var (unit, name) = (ulong)nanoseconds switch
            {
                < Microsecond => (1UL, "ns"),
                < Millisecond => (Microsecond, "µs"),
                _ => (Millisecond, "ms"),
            };
            position += WriteDecimal((ulong)nanoseconds, unit, destination[position..]);
            name.CopyTo(destination[position..]);
            return position + name.Length;
        }
        var hours = (ulong)(nanoseconds / Hour);
        var minutes = (ulong)(nanoseconds % Hour) / Minute;
        if (hours > 0) position += WriteWhole(hours, 'h', destination[position..]);
        if (hours > 0 || minutes > 0) position += WriteWhole(minutes, 'm', destination[position..]);
        position += WriteDecimal((ulong)(nanoseconds % Minute), Second, destination[position..]);
        destination[position++] = 's';
        return position;
    }

    private static int WriteWhole(ulong value, char unit, Span<char> destination)
    {
        value.TryFormat(destination, out var length, provider: CultureInfo.InvariantCulture);
        destination[length] = unit;
        return length + 1;
    }

    // value / unit as a decimal fraction without trailing zeros; unit is a power of ten.
    private static int WriteDecimal(ulong value, ulong unit, Span<char> destination)
    {
        (value / unit).TryFormat(destination, out var length, provider: CultureInfo.InvariantCulture);
        var rest = value % unit;
        if (rest == 0) return length;
        destination[length++] = '.';
        for (var digit = unit / 10; rest > 0; digit /= 10)
        {
            destination[length++] = (char)('0' + rest / digit);
            rest %= digit;
        }
        return length;
    }

    private static bool TakeNumber(ref ReadOnlySpan<char> rest, out ulong whole, out double fraction, out double scale)
    {
        (whole, fraction, scale) = (0, 0, 1);
        var digits = 0;
        for (; !rest.IsEmpty && char.IsAsciiDigit(rest[0]); rest = rest[1..], digits++)
        {
            if (whole > Limit / 10) return false;
            whole = whole * 10 + (ulong)(rest[0] - '0');
            if (whole > Limit) return false;
        }
        if (!rest.StartsWith('.')) return digits > 0;
        rest = rest[1..];
        var significant = 0UL;
        for (; !rest.IsEmpty && char.IsAsciiDigit(rest[0]); rest = rest[1..], digits++)
        {
            // Digits beyond what 63 bits hold are below a nanosecond and are skipped.
            if (significant > (Limit - 10) / 10) continue;
            significant = significant * 10 + (ulong)(rest[0] - '0');
            scale *= 10;
        }
        fraction = significant;
        return digits > 0;
    }

    private static ReadOnlySpan<char> TakeUnit(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny(UnitEnd);
        var unit = end < 0 ? rest : rest[..end];
        rest = rest[unit.Length..];
        return unit;
    }

    private static readonly System.Buffers.SearchValues<char> UnitEnd = System.Buffers.SearchValues.Create(".0123456789");

    private static ulong? Unit(ReadOnlySpan<char> name) => name switch
    {
        "ns" => 1,
        "us" or "\u00b5s" or "\u03bcs" => Microsecond,
        "ms" => Millisecond,
        "s" => Second,
        "m" => Minute,
        "h" => Hour,
        _ => null,
    };
}
