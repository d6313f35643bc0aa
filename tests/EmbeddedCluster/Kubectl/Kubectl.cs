using System.Diagnostics;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>The real kubectl, run against a cluster: the one KUBECTL names, or the one on the PATH.</summary>
internal sealed class Kubectl(string program, string kubeconfig, string home)
{
    /// <summary>Every kubectl to be tested. Empty when there is none, which a test reports as its failure.</summary>
    public static IReadOnlyList<string> Installed()
    {
        var named = Environment.GetEnvironmentVariable("KUBECTL");
        if (!string.IsNullOrEmpty(named)) return named.Split(Path.PathSeparator);
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "kubectl")).FirstOrDefault(File.Exists);
        return found is null ? [] : [found];
    }

    /// <summary>A kubectl of today, which eng/helm.sh brings beside Helm; KUBECTL_135 names another one.</summary>
    public static string Newest()
    {
        var named = Environment.GetEnvironmentVariable("KUBECTL_135");
        if (!string.IsNullOrEmpty(named)) return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Sidecars.sln"))) return Path.Combine(folder.FullName, "artifacts/tools/helm-4/kubectl");
        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside the repository");
    }

    /// <summary>Runs a command to its end and returns what it wrote to both streams, with its exit code.</summary>
    public async Task<(int Code, string Output)> Run(string arguments, string input = "")
    {
        using var process = Start(arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TestLimits.Wait);
        }
        catch (TimeoutException)
        {
            process.Kill();
            Assert.Fail($"kubectl {arguments} did not end: {await output}{await errors}");
        }
        return (process.ExitCode, await output + await errors);
    }

    public Process Start(string arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["KUBECONFIG"], start.Environment["HOME"]) = (kubeconfig, home);
        return Process.Start(start)!;
    }
}
