using System.Diagnostics;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.Charts.Tests;

/// <summary>
/// Two drivers in one namespace, from their installation to their end, in the cluster that KUBECONFIG names, or in an embedded one. Only what Helm and kubectl
/// show is looked at; names are the test's own, and nothing is left behind.
/// </summary>
internal sealed class LentClusterTests
{
    private const string Kinds = "deployments,daemonsets,serviceaccounts,roles,rolebindings,poddisruptionbudgets,clusterroles,clusterrolebindings,csidrivers";

    private readonly string _namespace = "charts-" + Guid.NewGuid().ToString("N")[..8];
    private ClusterServer? _embedded;
    private string _kubeconfig = "";

    [OneTimeSetUp]
    public async Task Connect()
    {
        _kubeconfig = Environment.GetEnvironmentVariable("KUBECONFIG") ?? "";
        if (_kubeconfig.Length is 0)
        {
            _embedded = await ClusterServer.StartAsync().WithinLimit();
            _kubeconfig = Path.Combine(Workspace.Folder, $"kubeconfig-{_namespace}");
            await _embedded.WriteKubeconfig(_kubeconfig).WithinLimit();
        }
        await Kubectl("create", "namespace", _namespace);
    }

    [OneTimeTearDown]
    public async Task Leave()
    {
        await Kubectl("delete", "namespace", _namespace, "--wait=false");
        if (_embedded is not null) await _embedded.DisposeAsync();
    }

    [TestCase("3", "")]
    [TestCase("4", "--server-side=false")]
    [TestCase("4", "")]
    public async Task Two_drivers_live_in_one_namespace_and_one_goes_without_the_other(string line, string way)
    {
        var helm = Helm.Both.Single(one => one.Line == line);
        var suffix = $"{line}{way.Length}-{_namespace[^8..]}";
        string[] releases = [$"block-{suffix}", $"file-{suffix}"];
        string[] switches = way.Length > 0 ? [way] : [];
        foreach (var release in releases) await Run(helm, ["install", release, .. Values(release), .. switches]);
        var (first, second) = (await Objects(releases[0]), await Objects(releases[1]));
        Assert.That(first, Has.Count.EqualTo(second.Count).And.Count.GreaterThan(10));
        Assert.That(first.Intersect(second), Is.Empty, "no name in common");

        await Run(helm, ["upgrade", releases[0], .. Values(releases[0]), "--set", "controller.replicas=3", .. switches]);
        Assert.That((await Replicas(releases[0]), await Replicas(releases[1])), Is.EqualTo(("3", "2")));
        await Run(helm, ["rollback", releases[0], "1", "--namespace", _namespace]);
        Assert.That(await Replicas(releases[0]), Is.EqualTo("2"));

        await Run(helm, ["uninstall", releases[0], "--namespace", _namespace]);
        Assert.That(await Objects(releases[0]), Is.Empty);
        Assert.That(await Objects(releases[1]), Is.EqualTo(second));
        await Run(helm, ["uninstall", releases[1], "--namespace", _namespace]);
        Assert.That(await Objects(releases[1]), Is.Empty);
    }

    private string[] Values(string release) =>
        [Workspace.Chart("csi-driver"), "--namespace", _namespace, .. ChartCase.Of("csi-driver", "minimal").Values, "--set", $"csi-sidecars.driverName={release}.example.com"];

    /// <summary>Names of what carries the release's label, with their kinds.</summary>
    private async Task<IReadOnlyList<string>> Objects(string release) =>
        [.. (await Kubectl("get", Kinds, "--namespace", _namespace, "--selector", $"app.kubernetes.io/instance={release}", "--output", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private Task<string> Replicas(string release) => Kubectl("get", "deployment", $"{release}-csi-driver-controller", "--namespace", _namespace, "--output", "jsonpath={.spec.replicas}");

    private async Task Run(Helm helm, IReadOnlyList<string> arguments)
    {
        var result = await helm.Run(arguments, _kubeconfig);
        Assert.That(result.Succeeded, $"{helm} {string.Join(' ', arguments)}: {result.Errors}");
    }

    private async Task<string> Kubectl(params string[] arguments)
    {
        var named = Environment.GetEnvironmentVariable("KUBECTL_135");
        var start = new ProcessStartInfo(string.IsNullOrEmpty(named) ? Path.Combine(Repository.Root, "artifacts/tools/helm-4/kubectl") : named, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["HOME"], start.Environment["KUBECONFIG"]) = (Workspace.Folder, _kubeconfig);
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WithinLimit(TimeSpan.FromMinutes(1));
        Assert.That(process.ExitCode, Is.Zero, $"kubectl {string.Join(' ', arguments)}: {await errors.WithinLimit()}");
        return await output.WithinLimit();
    }
}
