using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sidecars.Documentation.Tests.Monitoring;

/// <summary>docs/monitoring/dashboard.json is one that Grafana takes, and every panel of it asks for series that are there.</summary>
internal sealed partial class DashboardTests
{
    private const int Width = 24;

    private static readonly Lazy<JsonObject> s_dashboard = new(() => JsonNode.Parse(Repository.Read("docs/monitoring/dashboard.json"))!.AsObject());

    private static IEnumerable<JsonObject> All => s_dashboard.Value["panels"]!.AsArray().Select(panel => panel!.AsObject());

    private static IEnumerable<TestCaseData> Panels() => All.Where(panel => Text(panel, "type") is not "row").Select(panel => new TestCaseData(panel).SetArgDisplayNames(Text(panel, "title")));

    private static IEnumerable<string> Variables => s_dashboard.Value["templating"]!["list"]!.AsArray().Select(variable => Text(variable!, "name"));

    [TestCaseSource(nameof(Panels))]
    public void A_panel_has_a_title_and_words_and_queries(JsonObject panel)
    {
        Assert.That(Text(panel, "title"), Is.Not.Empty);
        Assert.That(Text(panel, "description"), Is.Not.Empty);
        Assert.That(Text(panel, "datasource", "uid"), Is.EqualTo("${datasource}"));
        Assert.That(panel["targets"]!.AsArray(), Is.Not.Empty);
        Assert.That(panel["targets"]!.AsArray().Select(target => Text(target!, "refId")), Is.Unique);
    }

    [TestCaseSource(nameof(Panels))]
    public void It_asks_for_series_and_labels_that_are_there(JsonObject panel)
    {
        foreach (var target in panel["targets"]!.AsArray())
        {
            var query = Text(target!, "expr");
            Assert.That(QueryCheck.Problem(query), Is.Null, query);
            Assert.That(Legend().Matches(Text(target!, "legendFormat")).Select(match => match.Groups[1].Value), Is.SubsetOf(QueryCheck.LabelsOfAnswer(query)), query);
            Assert.That(Variable().Matches(query).Select(match => match.Groups[1].Value), Is.SubsetOf(Variables.Append("__rate_interval").Append("__range")), query);
        }
    }

    [Test]
    public void What_the_variables_choose_from_is_there()
    {
        foreach (var variable in s_dashboard.Value["templating"]!["list"]!.AsArray().Where(variable => Text(variable!, "type") is "query"))
        {
            var values = Values().Match(Text(variable!, "query", "query"));
            Assert.That(values.Success, Text(variable!, "name"));
            Assert.That(QueryCheck.Problem(values.Groups[1].Value), Is.Null);
            Assert.That(QueryCheck.Problem($"sum by ({values.Groups[2].Value}) ({values.Groups[1].Value})"), Is.Null);
        }
        Assert.That(Variables, Is.Unique.And.SupersetOf((string[])["datasource"]));
    }

    [Test]
    public void Panels_have_numbers_of_their_own_and_none_lies_on_another()
    {
        Assert.That(All.Select(panel => panel["id"]!.GetValue<int>()), Is.Unique);
        var taken = new HashSet<(int X, int Y)>();
        foreach (var panel in All)
        {
            var (x, y, w, h) = (Place(panel, "x"), Place(panel, "y"), Place(panel, "w"), Place(panel, "h"));
            Assert.That(x + w, Is.LessThanOrEqualTo(Width), Text(panel, "title"));
            for (var i = 0; i < w * h; i++) Assert.That(taken.Add((x + (i % w), y + (i / w))), Text(panel, "title"));
        }
    }

    [Test]
    public void It_can_be_imported_anywhere()
    {
        Assert.That(s_dashboard.Value["id"], Is.Null, "a number would overwrite the dashboard that has it");
        Assert.That(Text(s_dashboard.Value, "uid"), Is.Not.Empty);
        Assert.That(Text(s_dashboard.Value, "title"), Is.Not.Empty);
        Assert.That(Panels().Count(), Is.GreaterThan(10));
    }

    private static int Place(JsonObject panel, string side) => panel["gridPos"]![side]!.GetValue<int>();

    private static string Text(JsonNode node, params ReadOnlySpan<string> path)
    {
        JsonNode? found = node;
        foreach (var step in path) found = found?[step];
        return found?.GetValue<string>() ?? "";
    }

    [GeneratedRegex(@"\{\{\s*(\w+)\s*\}\}")]
    private static partial Regex Legend();

    [GeneratedRegex(@"\$\{?(\w+)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^label_values\((.*), (\w+)\)$")]
    private static partial Regex Values();
}
