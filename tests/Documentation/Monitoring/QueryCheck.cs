using System.Text.RegularExpressions;
using Sidecars.Documentation.Tests.Metrics;

namespace Sidecars.Documentation.Tests.Monitoring;

/// <summary>Whether a query names only what is there: the series of docs/metrics.md with their labels, and the labels that a scrape adds.</summary>
internal static partial class QueryCheck
{
    /// <summary>What Prometheus knows of whom it asks, with a PodMonitor or ServiceMonitor of the charts.</summary>
    public static IReadOnlyList<string> OfTheTarget { get; } = ["job", "instance", "namespace", "pod", "container"];

    /// <summary>What is wrong with it, or null.</summary>
    public static string? Problem(string text)
    {
        var query = Query.Of(text);
        if (query.Problem is { } problem) return problem;
        foreach (var selector in query.Selectors)
        {
            if (LabelsOf(selector.Series) is not { } labels) return $"no program shows a series {selector.Series}";
            if (selector.Labels.Except(labels).FirstOrDefault() is { } label) return $"{selector.Series} has no label {label}";
        }
        foreach (Match queue in Queue().Matches(text))
            if (MetricPage.Queues.All(known => known.Name != queue.Groups[1].Value)) return $"no program has a queue {queue.Groups[1].Value}";
        return query.Groups.Except(Labels(query)).FirstOrDefault() is { } group ? $"nothing it selects has a label {group}" : null;
    }

    /// <summary>The labels that the answers to a query may have: those it groups by, or all there are.</summary>
    public static IReadOnlyCollection<string> LabelsOfAnswer(string text)
    {
        var query = Query.Of(text);
        return query.Groups.Count > 0 ? [.. query.Groups] : Labels(query);
    }

    private static HashSet<string> Labels(Query query) => [.. query.Selectors.SelectMany(selector => LabelsOf(selector.Series) ?? [])];

    private static IReadOnlyList<string>? LabelsOf(string series) => MetricPage.Metrics.FirstOrDefault(metric => metric.Series.Contains(series)) is { } metric
        ? [.. metric.Labels, .. OfTheTarget, .. series.EndsWith("_bucket", StringComparison.Ordinal) ? (string[])["le"] : []]
        : null;

    [GeneratedRegex(@"workqueue_\w+\{[^}]*\bname=""([^""]*)""")]
    private static partial Regex Queue();
}
