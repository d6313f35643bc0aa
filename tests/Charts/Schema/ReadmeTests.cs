using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.Charts.Tests;

/// <summary>The tables of values in the charts' pages are the schema's words and the values' defaults.</summary>
internal sealed class ReadmeTests
{
    private const string Begin = "<!-- values: written by eng/charts.sh -->\n";
    private const string End = "<!-- end of values -->\n";

    private static readonly string[] s_charts = ["csi-sidecars", "csi-driver", "snapshot-controller"];

    [TestCaseSource(nameof(s_charts))]
    public void The_table_of_values_is_that_of_the_schema(string chart) => Assert.That(File.ReadAllText(PathOf(chart)), Is.EqualTo(Wanted(chart)), "run eng/charts.sh");

    public static void Rewrite()
    {
        foreach (var chart in s_charts) File.WriteAllText(PathOf(chart), Wanted(chart));
    }

    private static string PathOf(string chart) => Path.Combine(Repository.Chart(chart), "README.md");

    private static string Wanted(string chart)
    {
        var page = File.ReadAllText(PathOf(chart));
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        Assert.That((begin >= 0, end > begin), Is.EqualTo((true, true)), $"{chart}: the marks of the table are not there");
        return page[..(begin + Begin.Length)] + Table(chart) + page[end..];
    }

    private static string Table(string chart)
    {
        var schema = JsonNode.Parse(File.ReadAllText(FlagSchema.PathOf(chart)))!.AsObject();
        var values = Manifest.Read(File.ReadAllText(Path.Combine(Repository.Chart(chart), "values.yaml")))!.AsObject();
        var table = new StringBuilder("| key | default | |\n|---|---|---|\n");
        Rows(table, schema, schema, values, "");
        return table.ToString();
    }

    private static void Rows(StringBuilder table, JsonObject schema, JsonObject root, JsonNode? values, string path)
    {
        foreach (var (key, property) in schema["properties"]!.AsObject().Where(pair => pair.Key is not "global"))
        {
            var name = path.Length is 0 ? key : $"{path}.{key}";
            var value = values is JsonObject fields ? fields[key] : null;
            var words = property!["description"]?.GetValue<string>() ?? "";
            var target = Resolved(property.AsObject(), root);
            if (words.Length is 0) words = target["description"]?.GetValue<string>() ?? "";
            // A block that has defaults is told key by key; flags and objects of the API are the schema's own matter.
            if (target["properties"] is not null && value is JsonObject { Count: > 0 }) Rows(table, target, root, value, name);
            else table.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{name}` | {Default(value)} | {words.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }
    }

    private static string Default(JsonNode? value) => value is null ? "" : $"`{value.ToJsonString(FlagSchema.OneLine)}`";

    private static JsonObject Resolved(JsonObject schema, JsonObject root)
    {
        var reference = (schema["$ref"] ?? schema["allOf"]?[0]?["$ref"])?.GetValue<string>();
        return reference is null ? schema : root["definitions"]![reference["#/definitions/".Length..]]!.AsObject();
    }
}
