using System.Globalization;

namespace Sidecars.EmbeddedCluster;

/// <summary>Writes durations the way <c>kubectl get</c> shows ages: two units while that still says something, then one.</summary>
internal static class Ages
{
    private const string Unknown = "<unknown>";

    public static string Since(string? timestamp, DateTimeOffset now) =>
        timestamp is not null && ObjectDecoder.TryReadTime(timestamp, out var then) ? Show(now - then) : Unknown;

    public static string Show(TimeSpan age)
    {
        var seconds = (long)age.TotalSeconds;
        if (seconds < -1) return "<invalid>";
        if (seconds < 0) return "0s";
        var (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
        return seconds switch
        {
            < 120 => Text(seconds, "s"),
            < 600 => Two(minutes, "m", seconds % 60, "s"),
            < 3 * 3600 => Text(minutes, "m"),
            < 8 * 3600 => Two(hours, "h", minutes % 60, "m"),
            < 48 * 3600 => Text(hours, "h"),
            < 8 * 86400 => Two(days, "d", hours % 24, "h"),
            < 2 * 365 * 86400L => Text(days, "d"),
            < 8 * 365 * 86400L => Two(days / 365, "y", days % 365, "d"),
            _ => Text(days / 365, "y"),
        };
    }

    private static string Two(long high, string highUnit, long low, string lowUnit) => low == 0 ? Text(high, highUnit) : Text(high, highUnit) + Text(low, lowUnit);

    private static string Text(long value, string unit) => value.ToString(CultureInfo.InvariantCulture) + unit;
}
