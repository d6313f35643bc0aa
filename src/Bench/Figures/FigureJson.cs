using System.Text.Json.Nodes;

namespace Sidecars.Bench;

/// <summary>Figures as one JSON document: <c>mode</c>, <c>n</c>, <c>runs</c>, and <c>ratios</c> of each later run to the first. What was not measured is left out.</summary>
internal static class FigureJson
{
    private const int Digits = 3;

    public static JsonObject Of(BenchOptions options, IReadOnlyList<RunFigures> runs) => new()
    {
        ["mode"] = options.Mode,
        ["n"] = options.Count,
        ["runs"] = new JsonArray([.. runs.Select(Run)]),
        ["ratios"] = new JsonArray([.. runs.Skip(1).Select(run => Numbers(column => column.Ratio(run, runs[0])))]),
    };

    private static JsonObject Run(RunFigures run)
    {
        var json = new JsonObject { ["program"] = run.Program, ["complete"] = run.IsComplete };
        foreach (var (name, value) in Numbers(column => column.Value(run)).ToList()) json[name] = value!.DeepClone();
        json["calls"] = Counts(run.Calls);
        if (run.Requests is { } requests)
        {
            json["requests"] = Counts(requests.ByVerb);
            json["refusals"] = Counts(requests.Refusals);
        }
        if (run.Remark.Length > 0) json["remark"] = run.Remark;
        return json;
    }

    private static JsonObject Numbers(Func<Column, double?> value)
    {
        var json = new JsonObject();
        foreach (var column in Column.All)
            if (value(column) is { } number) json[column.Name] = Math.Round(number, Digits);
        return json;
    }

    private static JsonObject Counts(IEnumerable<KeyValuePair<string, int>> counts)
    {
        var json = new JsonObject();
        foreach (var (name, count) in counts) json[name] = count;
        return json;
    }
}
