using System.Diagnostics;
using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.Charts.Tests;

/// <summary>A cluster of a test's own, and Helm's look at it.</summary>
internal sealed class ClusterCase : IAsyncDisposable
{
    private readonly string _kubeconfig;

    private ClusterCase(ClusterServer server, string kubeconfig)
    {
        Server = server;
        _kubeconfig = kubeconfig;
    }

    public ClusterServer Server { get; }

    public static async Task<ClusterCase> Start()
    {
        var server = await ClusterServer.StartAsync().WithinLimit();
        var kubeconfig = Path.Combine(Workspace.Folder, $"kubeconfig-{server.Url.Port}");
        await server.WriteKubeconfig(kubeconfig).WithinLimit();
        return new(server, kubeconfig);
    }

    /// <summary>Makes an object; an error of the server fails the test.</summary>
    public void Create(string resource, JsonObject content)
    {
        var result = Server.Storage.Create(resource, content);
        Assert.That(result.Error, Is.Null, $"{result.Error?.Message}");
    }

    /// <summary>One of the definitions of the chart, changed before it is made.</summary>
    public void CreateDefinition(string name, Action<JsonObject>? change = null)
    {
        var file = Directory.EnumerateFiles(Path.Combine(Repository.Chart("snapshot-controller"), "files/crds")).Single(file => file.EndsWith($"_{name}.yaml", StringComparison.Ordinal));
        var definition = Manifest.Read(File.ReadAllText(file))!.AsObject();
        change?.Invoke(definition);
        Create("customresourcedefinitions", definition);
    }

    /// <summary>An installation that stops before it writes.</summary>
    public Task<HelmResult> DryRun(Helm helm, string chart, params IEnumerable<string> further)
    {
        var oneCase = ChartCase.Of(chart, chart is "csi-driver" ? "minimal" : "default");
        return helm.Run(["install", "rel", Workspace.Chart(chart), "--namespace", "default", "--dry-run=server", .. oneCase.Values, .. further], _kubeconfig);
    }

    /// <summary>Runs Helm against the cluster, whatever comes of it.</summary>
    public Task<HelmResult> Try(Helm helm, params IReadOnlyList<string> arguments) => helm.Run(arguments, _kubeconfig);

    /// <summary>Runs Helm against the cluster; what it cannot do fails the test with its words.</summary>
    public async Task<string> Run(Helm helm, params IReadOnlyList<string> arguments)
    {
        var result = await helm.Run(arguments, _kubeconfig);
        Assert.That(result.Succeeded, $"{helm} {string.Join(' ', arguments)}: {result.Errors}");
        return result.Output;
    }

    /// <summary>Neither Helm installs it, and both say why with the words.</summary>
    public async Task Refuses(string chart, IReadOnlyList<string> further, params string[] words)
    {
        foreach (var helm in Helm.Both)
        {
            var result = await DryRun(helm, chart, further);
            Assert.That(result.Succeeded, Is.False, $"{helm} installs it: {result.Output}");
            foreach (var word in words) Assert.That(result.Errors, Does.Contain(word), $"{helm}");
        }
    }

    public async Task<string> Takes(string chart, params IEnumerable<string> further)
    {
        var result = await DryRun(Helm.Four, chart, further);
        Assert.That(result.Succeeded, $"{result.Errors}");
        return result.Output;
    }

    /// <summary>What kubectl says of each object of a file that it applies with strict decoding.</summary>
    public async Task<IReadOnlyList<string>> Apply(string file)
    {
        var named = Environment.GetEnvironmentVariable("KUBECTL_135");
        var start = new ProcessStartInfo(string.IsNullOrEmpty(named) ? Path.Combine(Repository.Root, "artifacts/tools/helm-4/kubectl") : named, ["apply", "--validate=strict", "-f", file])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        (start.Environment["HOME"], start.Environment["KUBECONFIG"]) = (Workspace.Folder, _kubeconfig);
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WithinLimit(TimeSpan.FromMinutes(1));
        var wrong = await errors.WithinLimit();
        Assert.That(process.ExitCode, Is.Zero, wrong);
        return (await output.WithinLimit()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public static JsonObject OwnedBy(string release, string ns) => new() { ["meta.helm.sh/release-name"] = release, ["meta.helm.sh/release-namespace"] = ns };

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();
}
