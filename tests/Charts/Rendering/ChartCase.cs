namespace Sidecars.Charts.Tests;

/// <summary>
/// A chart with a file of values that it has to render. The files lie in the chart's folder <c>ci</c>, each over the chart's smallest, so that a
/// file says only what it is about.
/// </summary>
internal sealed record ChartCase(string Chart, string Name)
{
    private static readonly (string Chart, string Base, string Namespace)[] s_charts =
        [("csi-driver", "minimal", "storage"), ("snapshot-controller", "default", "kube-system"), ("examples/vendor", "", "storage")];

    public static IReadOnlyList<ChartCase> All { get; } = [.. s_charts.SelectMany(chart => Names(chart.Chart).Select(name => new ChartCase(chart.Chart, name)))];

    public string Namespace => s_charts.Single(chart => chart.Chart == Chart).Namespace;

    /// <summary>The arguments of Helm that name the values.</summary>
    public IReadOnlyList<string> Values => ValuesOf(Chart, $"{Name}.yaml");

    public string GoldenPath => Path.Combine(Repository.Root, "tests/Charts/Golden", Chart.Replace('/', '-'), $"{Name}.yaml");

    public override string ToString() => $"{Chart} {Name}";

    public static ChartCase Of(string chart, string name) => All.Single(one => one.Chart == chart && one.Name == name);

    public static IReadOnlyList<string> ValuesOf(string chart, string file)
    {
        var folder = Path.Combine(Repository.Chart(chart), "ci");
        var smallest = s_charts.Single(one => one.Chart == chart).Base;
        return smallest.Length is 0 ? [] : ["--values", Path.Combine(folder, $"{smallest}.yaml"), "--values", Path.Combine(folder, file)];
    }

    /// <summary>The rendering as text; fails the test with Helm's words where there is none.</summary>
    public async Task<string> Rendered(Helm? helm = null)
    {
        helm ??= Helm.Four;
        var result = await helm.Template(Workspace.Chart(Chart), Namespace, Values);
        Assert.That(result.Succeeded, $"{helm}, {this}: {result.Errors}");
        return result.Output;
    }

    /// <summary>The rendering as objects.</summary>
    public async Task<IReadOnlyList<Manifest>> Objects() => Manifest.ReadAll(await Rendered());

    private static IEnumerable<string> Names(string chart)
    {
        var folder = Path.Combine(Repository.Chart(chart), "ci");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal) : ["values"];
    }
}
