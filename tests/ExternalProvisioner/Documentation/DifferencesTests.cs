using System.Text.RegularExpressions;

namespace Sidecars.ExternalProvisioner.Tests.Documentation;

/// <summary>Every deliberate difference from the originals names tests, and they exist: a renamed test must not leave a claim without proof.</summary>
public sealed partial class DifferencesTests
{
    private static readonly string s_root = FindRoot();

    // The tests a section may name: those of its program and of the common parts. What holds for all programs may be proven by any.
    private static readonly Dictionary<string, string[]> s_foldersOf = new()
    {
        ["## All programs"] = [""],
        ["## csi-provisioner"] = ["ExternalProvisioner", "Common"],
        ["## csi-attacher"] = ["ExternalAttacher", "Common"],
        ["## csi-snapshotter"] = ["ExternalSnapshotter", "Common"],
        ["## snapshot-controller"] = ["SnapshotController", "Common"],
        ["## csi-resizer"] = ["ExternalResizer", "Common"],
        ["## livenessprobe"] = ["LivenessProbe"],
        ["## csi-node-driver-registrar"] = ["NodeDriverRegistrar"],
        ["## csi-cluster-driver-registrar"] = ["ClusterDriverRegistrar"],
        ["## The definitions of the snapshot kinds"] = ["EmbeddedCluster"],
    };

    private static IEnumerable<TestCaseData> Rows()
    {
        var section = "";
        foreach (var line in File.ReadLines(Path.Combine(s_root, "docs", "differences.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) section = line;
            var isRow = line.StartsWith('|') && !line.StartsWith("| The original", StringComparison.Ordinal) && !line.StartsWith("|---", StringComparison.Ordinal);
            if (isRow) yield return new TestCaseData(section, line);
        }
    }

    [TestCaseSource(nameof(Rows))]
    public void Every_difference_names_a_test_that_exists(string section, string row)
    {
        var named = TestName().Matches(row.Split('|')[^2]).Select(m => (Class: m.Groups[1].Value, Method: m.Groups[2].Value)).ToList();
        Assert.That(named, Is.Not.Empty, row);
        foreach (var (type, method) in named)
        {
            var files = s_foldersOf[section]
                .SelectMany(f => Directory.EnumerateFiles(Path.Combine(s_root, "tests", f), $"{type}.cs", SearchOption.AllDirectories)).ToList();
            if (section is not "## All programs") Assert.That(files, Has.Count.EqualTo(1), $"{type}.cs");
            Assert.That(files.Select(File.ReadAllText), Has.Some.Contains($" {method}("), type);
        }
    }

    [GeneratedRegex(@"`(\w+Tests?)\.(\w+)`")]
    private static partial Regex TestName();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Sidecars.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} has a Sidecars.sln");
    }
}
