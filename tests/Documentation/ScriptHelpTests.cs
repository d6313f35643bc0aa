using System.Diagnostics;
using Sidecars.Tests.Support;

namespace Sidecars.Documentation.Tests;

/// <summary>Every script says what it is for before it does anything, with nothing on the machine but what Debian's base has.</summary>
internal sealed class ScriptHelpTests
{
    /// <summary>Those that are sourced, or hand every argument on.</summary>
    private static readonly string[] s_others = ["prerequisites", "programs", "helm", "bench"];

    public static IEnumerable<string> Scripts() => Directory.EnumerateFiles(Path.Combine(Repository.Root, "eng"), "*.sh").Select(file => Path.GetFileNameWithoutExtension(file)).Except(s_others);

    [TestCaseSource(nameof(Scripts))]
    public async Task Help_tells_the_usage_and_does_nothing_else(string script)
    {
        var start = new ProcessStartInfo("/bin/bash", [Path.Combine(Repository.Root, "eng", $"{script}.sh"), "--help"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["DOTNET_ROOT"] = "";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WithinLimit();
        Assert.That(process.ExitCode, Is.Zero, await errors.WithinLimit());
        Assert.That(await output.WithinLimit(), Does.Contain(script is "playground" ? "--once" : $"usage: eng/{script}.sh"));
        Assert.That(await errors.WithinLimit(), Is.Empty);
    }
}
