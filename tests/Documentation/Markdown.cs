using System.Text.RegularExpressions;

namespace Sidecars.Documentation.Tests;

/// <summary>The few things of Markdown that the pages are held to: tables, code and links.</summary>
internal static partial class Markdown
{
    /// <summary>The rows of all tables with that head, as their cells; the line under the head is not one.</summary>
    public static IEnumerable<string[]> Rows(string page, string head)
    {
        var isIn = false;
        foreach (var line in page.Split('\n'))
        {
            if (line == head) isIn = true;
            else if (!line.StartsWith('|')) isIn = false;
            else if (isIn && !line.StartsWith("|---", StringComparison.Ordinal)) yield return Cells(line);
        }
    }

    /// <summary>What stands in back quotes.</summary>
    public static IReadOnlyList<string> Code(string text) => [.. Quoted().Matches(text).Select(match => match.Groups[1].Value)];

    /// <summary>Where the links of a page lead.</summary>
    public static IEnumerable<string> Links(string page) => Link().Matches(page).Select(match => match.Groups[1].Value);

    /// <summary>The anchors of a page's headings, as they are made of them.</summary>
    public static IEnumerable<string> Anchors(string page) => page.Split('\n').Where(line => line.StartsWith('#'))
        .Select(line => Dropped().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    private static string[] Cells(string line) => [.. Bar().Split(line.Trim()[1..^1]).Select(cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal))];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Dropped();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();
}
