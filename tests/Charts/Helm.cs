using System.Collections.Concurrent;
using System.Diagnostics;
using Sidecars.Tests.Support;

[assembly: Parallelizable(ParallelScope.All)]

namespace Sidecars.Charts.Tests;

/// <summary>What a run of Helm left: its exit code and both streams.</summary>
internal sealed record HelmResult(int Code, string Output, string Errors)
{
    public bool Succeeded => Code is 0;
}

/// <summary>
/// A real Helm of one line. The same call is run once in a test run and its answer kept, because a rendering has no other input than its
/// arguments and the charts.
/// </summary>
internal sealed class Helm
{
    /// <summary>The Kubernetes whose APIs the goldens are for.</summary>
    public const string KubeVersion = "1.34.0";

    private static readonly SemaphoreSlim s_running = new(Math.Max(2, Environment.ProcessorCount));

    private readonly string _program;
    private readonly ConcurrentDictionary<string, Lazy<Task<HelmResult>>> _results = new(StringComparer.Ordinal);

    private Helm(string line, string variable)
    {
        Line = line;
        _program = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named
            ? named : Path.Combine(Repository.Root, "artifacts/tools", $"helm-{line}", "helm");
    }

    public static Helm Four { get; } = new("4", "HELM4");

    public static Helm Three { get; } = new("3", "HELM3");

    public static IReadOnlyList<Helm> Both { get; } = [Three, Four];

    public string Line { get; }

    public override string ToString() => $"Helm {Line}";

    /// <summary>Renders a chart offline.</summary>
    public Task<HelmResult> Template(string chart, string ns, params IEnumerable<string> further) =>
        Once(["template", "rel", chart, "--namespace", ns, "--kube-version", KubeVersion, .. further]);

    public Task<HelmResult> Lint(string chart, params IEnumerable<string> further) => Once(["lint", chart, .. further]);

    /// <summary>Runs it against a cluster; nothing is kept.</summary>
    public Task<HelmResult> Run(IReadOnlyList<string> arguments, string kubeconfig) => Start(arguments, kubeconfig);

    private Task<HelmResult> Once(IReadOnlyList<string> arguments) =>
        _results.GetOrAdd(string.Join('\n', arguments), _ => new(() => Start(arguments, ""))).Value;

    private async Task<HelmResult> Start(IReadOnlyList<string> arguments, string kubeconfig)
    {
        Assert.That(_program, Does.Exist, "bring it with eng/helm.sh, or name one in HELM3 and HELM4");
        await s_running.WaitAsync().WithinLimit(TimeSpan.FromMinutes(5));
        try
        {
            var start = new ProcessStartInfo(_program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            (start.Environment["HOME"], start.Environment["KUBECONFIG"]) = (Workspace.Folder, kubeconfig);
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WithinLimit(TimeSpan.FromMinutes(1));
            return new(process.ExitCode, await output.WithinLimit(), await errors.WithinLimit());
        }
        finally
        {
            s_running.Release();
        }
    }
}
