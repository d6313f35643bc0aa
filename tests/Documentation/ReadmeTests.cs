using System.Text.RegularExpressions;

namespace Sidecars.Documentation.Tests;

/// <summary>The README says no more than docs/benchmarks.md shows.</summary>
internal sealed class ReadmeTests
{
    private static readonly string[] s_measured = [.. Repository.Read("docs/benchmarks.md").Split('\n').Where(line => line.StartsWith('|'))];

    private static IEnumerable<TestCaseData> Rows() =>
        Markdown.Rows(Repository.Read("README.md"), "| what | original | ours |").Select(row => new TestCaseData(row[1], row[2]).SetArgDisplayNames(row[0]));

    [TestCaseSource(nameof(Rows))]
    public void A_figure_is_a_measured_one(string original, string ours)
    {
        var found = s_measured.Where(line => Cells(line).Any(cell => Has(cell, original)) && Cells(line).Any(cell => Has(cell, ours))).ToList();
        Assert.That(found, Is.Not.Empty, $"no row of docs/benchmarks.md has {original} beside {ours}");
    }

    [TestCase("| RSS | 82 to 83 MB | 41 MB |", "82 to 83 MB", true)]
    [TestCase("| RSS | 82 to 83 MB | 41 MB |", "2 to 83 MB", false)]
    [TestCase("| RSS | 824 MB | 41.5 MB |", "41 MB", false)]
    [TestCase("| attach | 1,127 publish calls |", "1,127", true)]
    public void A_figure_is_found_whole(string line, string figure, bool isThere) => Assert.That(Cells(line).Any(cell => Has(cell, figure)), Is.EqualTo(isThere));

    private static string[] Cells(string line) => line.Trim('|').Split('|');

    private static bool Has(string cell, string figure) => Regex.IsMatch(cell, $@"(?<![\d.,]){Regex.Escape(figure)}(?![\d]|[.,]\d)");
}
