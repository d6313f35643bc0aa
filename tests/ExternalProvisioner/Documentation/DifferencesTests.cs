using System.Text.RegularExpressions;

namespace Sidecars.ExternalProvisioner.Tests.Documentation;

/// <summary>Every deliberate difference from the originals names tests, and they exist: a renamed test must not leave a claim without proof.</summary>
public sealed partial class DifferencesTests
{
    private static readonly string s_root = FindRoot();

    private static IEnumerable<string> Rows() =>
        File.ReadLines(Path.Combine(s_root, "docs", "differences.md")).Where(line => line.StartsWith('|')).Where(line => !line.StartsWith("| The original", StringComparison.Ordinal) && !line.StartsWith("|---", StringComparison.Ordinal));

    [TestCaseSource(nameof(Rows))]
    public void Every_difference_names_a_test_that_exists(string row)
    {
        var named = TestName().Matches(row.Split('|')[^2]).Select(m => (Class: m.Groups[1].Value, Method: m.Groups[2].Value)).ToList();
        Assert.That(named, Is.Not.Empty, row);
        foreach (var (type, method) in named)
        {
            var files = Directory.EnumerateFiles(Path.Combine(s_root, "tests"), $"{type}.cs", SearchOption.AllDirectories).ToList();
            Assert.That(files.Select(File.ReadAllText), Has.Some.Contains($" {method}("), type);
        }
    }

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex TestName();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Sidecars.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} has a Sidecars.sln");
    }
}
