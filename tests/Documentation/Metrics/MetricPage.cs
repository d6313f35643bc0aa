namespace Sidecars.Documentation.Tests.Metrics;

/// <summary>A family of metrics as docs/metrics.md has it.</summary>
internal sealed record DocumentedMetric(string Name, string Type, IReadOnlyList<string> Labels, IReadOnlyList<string> Programs, string Says, string Worry)
{
    /// <summary>The series that a query may name.</summary>
    public IEnumerable<string> Series => Type is "histogram" ? [$"{Name}_bucket", $"{Name}_sum", $"{Name}_count"] : [Name];
}

/// <summary>A queue as docs/metrics.md has it: what the label <c>name</c> of its series says, and whose it is.</summary>
internal sealed record DocumentedQueue(string Name, string Program);

/// <summary>docs/metrics.md as data: a section has a line <c>Of</c> that names the programs, and a table of the families.</summary>
internal static class MetricPage
{
    public const string Path = "docs/metrics.md";
    private const string Head = "| metric | type | labels | what it says | when to worry |";
    private const string QueueHead = "| queue | program | what waits in it |";

    public static IReadOnlyList<DocumentedMetric> Metrics { get; } = [.. Repository.Read(Path).Split("\n## ").Skip(1).SelectMany(Section)];

    public static IReadOnlyList<DocumentedQueue> Queues { get; } =
        [.. Markdown.Rows(Repository.Read(Path), QueueHead).Select(row => new DocumentedQueue(Markdown.Code(row[0]).Single(), Markdown.Code(row[1]).Single()))];

    private static IEnumerable<DocumentedMetric> Section(string section)
    {
        var programs = section.Split('\n').Where(line => line.StartsWith("Of ", StringComparison.Ordinal)).SelectMany(Markdown.Code).ToList();
        return Markdown.Rows(section, Head).Select(row => new DocumentedMetric(Markdown.Code(row[0]).Single(), row[1], Markdown.Code(row[2]), programs, row[3], row[4]));
    }
}
