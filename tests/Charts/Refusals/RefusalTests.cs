namespace Sidecars.Charts.Tests;

/// <summary>
/// Values that cannot be deployed: both Helms refuse them, and the words name the key to change. The files lie in the charts' folders
/// <c>ci/bad</c>; the first two lines of each say which row of the contract it is for and which words must be there.
/// </summary>
internal sealed class RefusalTests
{
    private static readonly string[] s_charts = ["csi-driver", "snapshot-controller"];

    /// <summary>What has to be refused, each with at least one file. The rows that need a cluster are in <see cref="ClusterCheckTests"/>.</summary>
    private static readonly string[] s_rows =
    [
        "driverName empty or no name", "driver image", "sidecar images", "digest", "flag of the chart", "environment or flag twice", "ports", "socket path", "user of the socket",
        "attachRequired without attacher", "storageCapacity without capacity", "class without its sidecar", "groups without snapshots", "rules of nobody", "clusterRegistrar and csiDriver.create", "placement node",
        "names and defaults of classes", "placeholder in a secret's namespace", "replicas without election", "field of the pod", "schema", "misspelt flag", "all at once", "image",
    ];

    private static IEnumerable<string> Files => s_charts.SelectMany(chart =>
        Directory.EnumerateFiles(Path.Combine(Repository.Chart(chart), "ci/bad"), "*.yaml").Select(file => $"{chart}/{Path.GetFileName(file)}").Order(StringComparer.Ordinal));

    [TestCaseSource(nameof(Files))]
    public async Task Both_Helms_name_what_to_change(string file)
    {
        var (chart, name) = (file[..file.IndexOf('/', StringComparison.Ordinal)], Path.GetFileName(file));
        var (_, words) = Expectation(file);
        foreach (var helm in Helm.Both)
        {
            var result = await helm.Template(Workspace.Chart(chart), "storage", ChartCase.ValuesOf(chart, $"bad/{name}"));
            Assert.That(result.Succeeded, Is.False, $"{helm} renders it");
            foreach (var word in words) Assert.That(result.Errors, Does.Contain(word).IgnoreCase, $"{helm}");
        }
    }

    [Test]
    public void Every_row_has_a_file_and_every_file_a_row()
    {
        var rows = Files.Select(file => Expectation(file).Row).Distinct().ToList();
        Assert.That(rows, Is.EquivalentTo(s_rows));
    }

    [Test]
    public void Every_program_has_a_file_with_a_misspelt_flag() =>
        Assert.That(Files.Where(file => Expectation(file).Row is "misspelt flag").Select(file => Path.GetFileNameWithoutExtension(file)),
            Is.EquivalentTo(FlagTable.Programs.Keys.Select(key => key is "snapshotController" ? "flag-snapshot-controller" : $"flag-{key}")));

    [TestCase("alias")]
    [TestCase("missing")]
    public async Task A_library_under_another_name_or_not_there_is_named(string way)
    {
        var chart = Workspace.CopyOf("csi-driver", $"library-{way}");
        Directory.Delete(Path.Combine(chart, "charts"), recursive: true);
        var description = Path.Combine(chart, "Chart.yaml");
        var text = await File.ReadAllTextAsync(description);
        // What it says of keys comes before any template.
        await File.WriteAllTextAsync(Path.Combine(chart, "values.schema.json"), "{}");
        if (way is "alias")
        {
            Workspace.AddLibrary(chart);
            await File.WriteAllTextAsync(description, text.TrimEnd() + "\n    alias: sidecars\n");
        }
        else
        {
            // A chart beside it in the release brings the templates.
            await File.WriteAllTextAsync(description, text[..text.IndexOf("dependencies:", StringComparison.Ordinal)] +
                "dependencies:\n  - name: other\n    version: 1.0.0\n");
            var other = Path.Combine(chart, "charts/other");
            Directory.CreateDirectory(other);
            await File.WriteAllTextAsync(Path.Combine(other, "Chart.yaml"), "apiVersion: v2\nname: other\nversion: 1.0.0\ndependencies:\n  - name: csi-sidecars\n    version: 0.1.0\n");
            Workspace.AddLibrary(other);
        }
        await BothRefuse(chart, "csi-driver", "csi-sidecars", "alias");
    }

    [Test]
    public async Task Two_versions_of_the_library_in_one_release_are_named()
    {
        var umbrella = Path.Combine(Workspace.Folder, "copies/umbrella-versions");
        Directory.CreateDirectory(Path.Combine(umbrella, "charts"));
        await File.WriteAllTextAsync(Path.Combine(umbrella, "Chart.yaml"),
            "apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies:\n  - {name: one, version: 0.1.0}\n  - {name: two, version: 0.1.0}\n");
        foreach (var (name, version) in (ReadOnlySpan<(string, string)>)[("one", "0.1.0"), ("two", "0.2.0")])
        {
            var chart = Workspace.CopyOf("csi-driver", $"umbrella-versions/charts/{name}");
            Replace(Path.Combine(chart, "Chart.yaml"), "name: csi-driver", $"name: {name}");
            Replace(Path.Combine(chart, "Chart.yaml"), "    version: 0.1.0", $"    version: {version}");
            Replace(Path.Combine(chart, "charts/csi-sidecars/Chart.yaml"), "version: 0.1.0", $"version: {version}");
            Replace(Path.Combine(chart, "charts/csi-sidecars/templates/_names.tpl"), "\n0.1.0\n", $"\n{version}\n");
        }
        await BothRefuse(umbrella, "csi-sidecars", "0.1.0", "0.2.0");
    }

    private static void Replace(string file, string old, string now)
    {
        var text = File.ReadAllText(file);
        Assert.That(text, Does.Contain(old));
        File.WriteAllText(file, text.Replace(old, now, StringComparison.Ordinal));
    }

    private static async Task BothRefuse(string chart, params string[] words)
    {
        foreach (var helm in Helm.Both)
        {
            var result = await helm.Template(chart, "storage", ChartCase.Of("csi-driver", "minimal").Values);
            Assert.That(result.Succeeded, Is.False, $"{helm} renders it");
            foreach (var word in words) Assert.That(result.Errors, Does.Contain(word), $"{helm}");
        }
    }

    private static (string Row, string[] Words) Expectation(string file)
    {
        var path = Path.Combine(Repository.Chart(Path.GetDirectoryName(file)!), "ci/bad", Path.GetFileName(file));
        var lines = File.ReadLines(path).Take(2).ToList();
        Assert.That(lines[0], Does.StartWith("# row: "), path);
        Assert.That(lines[1], Does.StartWith("# names: "), path);
        return (lines[0]["# row: ".Length..], lines[1]["# names: ".Length..].Split(" | "));
    }
}
