using System.Diagnostics;

namespace Sidecars.Playground;

/// <summary>Helm, as the user has it or as the repository brings it, and the charts of the repository.</summary>
internal static class HelmProgram
{
    /// <summary>Renders a chart.</summary>
    /// <exception cref="StepFailed">There is no Helm, or it refuses the values; the message has its words.</exception>
    public static async Task<string> Template(string chart, string ns, IEnumerable<string> arguments, CancellationToken stop)
    {
        var start = new ProcessStartInfo(Find(), ["template", ChartRelease.Name, chart, "--namespace", ns, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var helm = Process.Start(start) ?? throw new StepFailed($"{start.FileName} cannot be started.");
        var (output, errors) = (helm.StandardOutput.ReadToEndAsync(stop), helm.StandardError.ReadToEndAsync(stop));
        await helm.WaitForExitAsync(stop);
        var words = await errors;
        return helm.ExitCode is 0 ? await output : throw new StepFailed($"Rendering {Path.GetFileName(chart)} failed: {words.Trim()}");
    }

    /// <summary>The repository that the playground was built in.</summary>
    /// <exception cref="StepFailed">It is somewhere else by now.</exception>
    public static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "charts", "csi-driver"))) return folder.FullName;
        throw new StepFailed($"--chart takes the charts of the repository, and none is above {AppContext.BaseDirectory}.");
    }

    private static string Find()
    {
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(Path.Combine(Repository(), "artifacts", "tools", "helm-4"));
        return places.Select(place => Path.Combine(place, "helm")).FirstOrDefault(File.Exists)
            ?? throw new StepFailed("--chart renders with Helm, and there is no helm in PATH; eng/helm.sh brings one into artifacts/tools.");
    }
}
