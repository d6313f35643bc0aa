namespace Sidecars.Charts.Tests;

/// <summary>The library comes as a vendor gets it: packed by <c>helm dependency build</c> from the folder beside, by the committed lock.</summary>
internal sealed class DependencyTests
{
    [TestCase("csi-driver", "minimal")]
    [TestCase("examples/vendor", "values")]
    public async Task A_chart_with_the_packed_library_renders_the_same(string chart, string name)
    {
        var one = ChartCase.Of(chart, name);
        foreach (var helm in Helm.Both)
        {
            var root = $"packed-{helm.Line}-{name}";
            Workspace.CopyOf("csi-sidecars", $"{root}/csi-sidecars");
            var copy = Workspace.CopyOf(chart, $"{root}/{chart}");
            Directory.Delete(Path.Combine(copy, "charts"), recursive: true);

            var built = await helm.Run(["dependency", "build", copy], "");
            Assert.That(built.Succeeded, $"{helm}: {built.Errors}");
            Assert.That(Directory.EnumerateFiles(Path.Combine(copy, "charts")).Select(file => Path.GetFileName(file)), Has.One.StartsWith("csi-sidecars-").And.One.EndsWith(".tgz"), $"{helm}");

            var result = await helm.Template(copy, one.Namespace, one.Values);
            Assert.That(result.Output, Is.EqualTo(await one.Rendered()), $"{helm}: {result.Errors}");
        }
    }
}
