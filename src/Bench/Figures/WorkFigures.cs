namespace Sidecars.Bench;

/// <summary>How much was done how soon. Times are seconds; null where too little was done to say.</summary>
/// <param name="Count">The pieces that were asked for.</param>
/// <param name="Done">Those that were done.</param>
/// <param name="First">From the beginning to the first that was done.</param>
/// <param name="All">From the beginning to the last that was done.</param>
/// <param name="PerSecond">The pieces a second between those two.</param>
/// <param name="Median">The latency that half of the pieces had at most.</param>
/// <param name="Slowest">The latency that 99 of 100 had at most.</param>
internal sealed record WorkFigures(int Count, int Done, double? First, double? All, double? PerSecond, double? Median, double? Slowest)
{
    /// <summary>The figures of these times after the beginning and these latencies, both in rising order.</summary>
    public static WorkFigures Of(int count, IReadOnlyList<double> ends, IReadOnlyList<double> latencies) => new(
        count,
        ends.Count,
        ends.Count > 0 ? ends[0] : null,
        ends.Count > 0 ? ends[^1] : null,
        ends.Count > 1 && ends[^1] > ends[0] ? ends.Count / (ends[^1] - ends[0]) : null,
        Percentile(latencies, 50),
        Percentile(latencies, 99));

    /// <summary>The smallest value that so many percent of the values do not exceed; null without values. They are in rising order.</summary>
    public static double? Percentile(IReadOnlyList<double> rising, int percent) =>
        rising.Count == 0 ? null : rising[Math.Max(0, (int)Math.Ceiling(rising.Count * percent / 100.0) - 1)];
}
