namespace Sidecars.Charts.Tests;

/// <summary>Both Helms render the same bytes, and those that were looked at. <c>eng/charts.sh</c> writes the goldens anew.</summary>
internal sealed class GoldenTests
{
    [TestCaseSource(typeof(ChartCase), nameof(ChartCase.All))]
    public async Task Both_Helms_render_what_was_looked_at(object oneCase)
    {
        var chart = (ChartCase)oneCase;
        var four = await chart.Rendered(Helm.Four);
        if (Workspace.Rewrites)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(chart.GoldenPath)!);
            await File.WriteAllTextAsync(chart.GoldenPath, four);
        }
        Assert.That(await chart.Rendered(Helm.Three), Is.EqualTo(four), "Helm 3 renders something else than Helm 4");
        Assert.That(chart.GoldenPath, Does.Exist, "eng/charts.sh makes it");
        Assert.That(four, Is.EqualTo(await File.ReadAllTextAsync(chart.GoldenPath)), "the rendering is not the golden; look at the difference, then run eng/charts.sh");
    }

    /// <summary>A lint is a rendering and a look at its texts.</summary>
    [TestCase("csi-driver", "minimal")]
    [TestCase("csi-driver", "everything")]
    [TestCase("csi-driver", "nulls")]
    [TestCase("csi-driver", "node-deployment")]
    [TestCase("csi-driver", "capacity")]
    [TestCase("csi-driver", "snapshots")]
    [TestCase("csi-driver", "groups")]
    [TestCase("csi-driver", "attributes")]
    [TestCase("csi-driver", "clone")]
    [TestCase("snapshot-controller", "default")]
    [TestCase("snapshot-controller", "everything")]
    [TestCase("snapshot-controller", "nulls")]
    [TestCase("examples/vendor", "values")]
    public async Task Lint_finds_nothing(string chart, string name)
    {
        foreach (var helm in Helm.Both)
        {
            var result = await helm.Lint(Workspace.Chart(chart), ChartCase.Of(chart, name).Values);
            Assert.That(result.Succeeded && !(result.Output + result.Errors).Contains("[WARNING]", StringComparison.Ordinal), $"{helm}: {result.Output}{result.Errors}");
        }
    }

    [Test]
    public void Every_golden_has_its_values()
    {
        var goldens = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests/Charts/Golden"), "*.yaml", SearchOption.AllDirectories);
        Assert.That(goldens, Is.EquivalentTo(ChartCase.All.Select(one => one.GoldenPath)));
    }
}
