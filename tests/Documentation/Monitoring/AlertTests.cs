using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Sidecars.Documentation.Tests.Monitoring;

/// <summary>docs/monitoring/alerts.yaml asks for series that are there, and each alert says what it is and what to do.</summary>
internal sealed partial class AlertTests
{
    private const string Path = "docs/monitoring/alerts.yaml";

    private static readonly Lazy<IReadOnlyList<YamlMappingNode>> s_rules = new(Read);

    private static IEnumerable<TestCaseData> Rules() => s_rules.Value.Select(rule => new TestCaseData(rule).SetArgDisplayNames(Text(rule, "alert")));

    [Test]
    public void There_is_an_alert_for_each_thing_that_may_stand_still() => Assert.That(s_rules.Value.Select(rule => Text(rule, "alert")), Is.SupersetOf((string[])
        ["CSIClaimNotProvisioned", "CSIDriverCallsFailing", "CSILeaderMissing", "CSIAttachStuck", "CSISnapshotUnready", "CSIMissingRight", "CSIDriverNotHealthy"]).And.Unique);

    [TestCaseSource(nameof(Rules))]
    public void It_asks_for_series_and_labels_that_are_there(YamlMappingNode rule) => Assert.That(QueryCheck.Problem(Text(rule, "expr")), Is.Null);

    [TestCaseSource(nameof(Rules))]
    public void It_has_a_severity_and_waits_before_it_calls(YamlMappingNode rule)
    {
        Assert.That(Text(rule, "labels", "severity"), Is.AnyOf("warning", "critical"));
        Assert.That(Text(rule, "for"), Does.Match("^[0-9]+[mh]$"));
        Assert.That(rule.Children.Keys.Select(key => key.ToString()), Is.EquivalentTo((string[])["alert", "expr", "for", "labels", "annotations"]));
    }

    [TestCaseSource(nameof(Rules))]
    public void It_says_what_it_is_and_what_to_do_and_where_that_is_told_at_length(YamlMappingNode rule)
    {
        foreach (var part in (string[])["summary", "description"])
        {
            var text = Text(rule, "annotations", part);
            Assert.That(text, Is.Not.Empty, part);
            Assert.That(Labels().Matches(text).Select(match => match.Groups[1].Value), Is.SubsetOf(QueryCheck.LabelsOfAnswer(Text(rule, "expr"))), part);
        }
        var page = Text(rule, "annotations", "page").Split('#');
        Assert.That(Markdown.Anchors(Repository.Read(page[0])), Does.Contain(page[1]));
    }

    private static IReadOnlyList<YamlMappingNode> Read()
    {
        var stream = new YamlStream();
        using var reader = new StringReader(Repository.Read(Path));
        stream.Load(reader);
        var groups = (YamlSequenceNode)((YamlMappingNode)stream.Documents.Single().RootNode)["groups"];
        return [.. groups.Cast<YamlMappingNode>().SelectMany(group => (YamlSequenceNode)group["rules"]).Cast<YamlMappingNode>()];
    }

    private static string Text(YamlNode node, params ReadOnlySpan<string> path)
    {
        foreach (var step in path) node = node[step];
        return ((YamlScalarNode)node).Value ?? "";
    }

    [GeneratedRegex(@"\$labels\.(\w+)")]
    private static partial Regex Labels();
}
