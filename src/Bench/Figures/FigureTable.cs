using System.Globalization;

namespace Sidecars.Bench;

/// <summary>
/// Figures as text that can go into a page as it is: a row for each program, a row for how each compares with the first, and the calls and requests below.
/// </summary>
internal static class FigureTable
{
    public static string Of(string title, IReadOnlyList<RunFigures> runs)
    {
        var columns = Column.All.Where(column => runs.Any(run => column.Value(run) is not null)).ToList();
        var named = runs.Select((run, index) => (Name: NameOf(run, index, runs), Run: run)).ToList();
        List<IReadOnlyList<string>> rows = [["", .. columns.Select(column => column.Title)]];
        rows.AddRange(named.Select(of => (IReadOnlyList<string>)[of.Name, .. columns.Select(column => column.Text(of.Run))]));
        rows.AddRange(named.Skip(1).Select(of => (IReadOnlyList<string>)[$"{of.Name} / {named[0].Name}", .. columns.Select(column => Ratio(column, of.Run, runs[0]))]));
        List<string> lines = [title, "", .. Aligned(rows), "", .. named.SelectMany(of => Details(of.Name, of.Run))];
        return string.Join('\n', lines);
    }

    /// <summary>Numbered where one binary was measured more than once.</summary>
    private static string NameOf(RunFigures run, int index, IReadOnlyList<RunFigures> runs) =>
        runs.Count(other => other.Program == run.Program) > 1 ? string.Create(CultureInfo.InvariantCulture, $"{run.Program} ({index + 1})") : run.Program;

    private static string Ratio(Column column, RunFigures run, RunFigures first) => column.Ratio(run, first)?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";

    private static IEnumerable<string> Aligned(List<IReadOnlyList<string>> rows)
    {
        var widths = rows[0].Select((_, column) => rows.Max(row => row[column].Length)).ToList();
        for (var i = 0; i < rows.Count; i++)
        {
            yield return $"| {string.Join(" | ", rows[i].Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column])))} |";
            if (i == 0) yield return $"|{string.Join('|', widths.Select((width, column) => new string('-', width + 1) + (column == 0 ? "-" : ":")))}|";
        }
    }

    private static IEnumerable<string> Details(string name, RunFigures run)
    {
        if (run.Work is { } work && work.Done < work.Count) yield return $"{name}: {work.Done} of {work.Count}";
        if (run.Calls.Count > 0) yield return $"{name}, calls: {string.Join(", ", run.Calls.Select(call => $"{call.Value} {call.Key}"))}";
        if (run.Requests is { } requests)
        {
            yield return $"{name}, requests: {string.Join(", ", requests.ByVerb.Select(request => $"{request.Value} {request.Key}{Each(request.Value, run)}"))}";
            if (requests.Refusals.Count > 0) yield return $"{name}, refused: {string.Join(", ", requests.Refusals.Select(refusal => $"{refusal.Value} {refusal.Key}"))}";
        }
        if (run.Remark.Length > 0) yield return $"{name}: {run.Remark}";
    }

    private static string Each(int count, RunFigures run) =>
        run.Work is { Done: > 0 } work ? string.Create(CultureInfo.InvariantCulture, $" ({(double)count / work.Done:0.00} each)") : "";
}
