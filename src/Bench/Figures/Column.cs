using System.Globalization;

namespace Sidecars.Bench;

/// <summary>One figure of a program, as a table shows it.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Title">Its head in a table.</param>
/// <param name="Value">The figure; null where there is none.</param>
/// <param name="Format">How it is written.</param>
internal sealed record Column(string Name, string Title, Func<RunFigures, double?> Value, string Format)
{
    /// <summary>All of them, in the order in which they are read.</summary>
    public static IReadOnlyList<Column> All { get; } =
    [
        new("done", "done", run => run.Work?.Done, "0"),
        new("per_s", "per s", run => run.Work?.PerSecond, "0"),
        new("first_s", "first s", run => run.Work?.First, "0.000"),
        new("all_s", "all s", run => run.Work?.All, "0.000"),
        new("p50_s", "p50 s", run => run.Work?.Median, "0.000"),
        new("p99_s", "p99 s", run => run.Work?.Slowest, "0.000"),
        new("cpu_s", "CPU s", run => (run.End ?? run.Idle)?.Cpu.TotalSeconds, "0.00"),
        new("idle_rss_mb", "RSS idle MB", run => run.Idle?.Resident, "0.0"),
        new("idle_anon_mb", "anonymous", run => run.Idle?.Anonymous, "0.0"),
        new("end_rss_mb", "RSS end MB", run => run.End?.Resident, "0.0"),
        new("after_rss_mb", "RSS after MB", run => run.After?.Resident, "0.0"),
        new("peak_rss_mb", "peak MB", run => run.Last?.Peak, "0.0"),
        new("threads", "threads", run => run.Last?.Threads, "0"),
        new("calls_each", "calls each", run => run.Work is { Done: > 0 } work ? (double)run.Calls.Values.Sum() / work.Done : null, "0.00"),
        new("requests_each", "requests each", run => run.Requests is { } requests && run.Work is { Done: > 0 } work ? (double)requests.ByVerb.Values.Sum() / work.Done : null, "0.00"),
        new("refused_4xx", "4xx", run => run.Requests?.Refused(400), "0"),
        new("failed_5xx", "5xx", run => run.Requests?.Refused(500), "0"),
    ];

    /// <summary>The figure as text; empty where there is none.</summary>
    public string Text(RunFigures run) => Value(run) is { } value ? value.ToString(Format, CultureInfo.InvariantCulture) : "";

    /// <summary>The figure of a program by that of the first; null where either is missing or the first has none.</summary>
    public double? Ratio(RunFigures run, RunFigures first) => Value(first) is { } one && one > 0 && Value(run) is { } other ? other / one : null;
}
