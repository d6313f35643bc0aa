using Sidecars.Tests.Support;

namespace Sidecars.ClusterDriverRegistrar.Tests.Program;

/// <summary>Exit codes of the published program for command lines that do not get as far as a cluster (registrar contract A2, C).</summary>
internal sealed class CommandLineTests
{
    [TestCase("-h", 0, "Usage of csi-cluster-driver-registrar")]
    [TestCase("-no-such-flag", 2, "flag provided but not defined: -no-such-flag")]
    [TestCase("--pod-info-mount=maybe", 2, "pod-info-mount")]
    [TestCase("--connection-timeout=5", 2, "connection-timeout")]
    [TestCase("--stderrthreshold=junk", 2, "invalid value \"junk\" for flag -stderrthreshold")]
    [TestCase("--log_backtrace_at=junk", 2, "invalid value \"junk\" for flag -log_backtrace_at")]
    [TestCase("--log_backtrace_at=a.go:0", 2, "-log_backtrace_at")]
    [TestCase("--logging-format=xml", 1, "LoggingConfiguration is invalid")]
    [TestCase("--fs-group-policy=Sometimes", 1, "--fs-group-policy must be one of")]
    [TestCase("--csi-address=nonsense", 1, "neither an absolute path")]
    [TestCase("--kubeconfig=/nowhere/at/all", 1, "/nowhere/at/all")]
    [TestCase("--csi-address=/ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt", 1, "a path of 108 octets")]
    [TestCase("--http-endpoint=:0 --metrics-path=metrics", 1, "must begin with a slash")]
    [TestCase("--http-endpoint=:0 --metrics-path=/readyz", 1, "tells the health")]
    [TestCase("--http-endpoint=:0 --leader-election --metrics-path=/healthz/leader-election", 1, "tells the health")]
    public async Task A_bad_command_line_is_named_and_ends_the_program(string arguments, int code, string reason)
    {
        await using var program = PublishedProgram.Start(ProcessRig.Name, arguments.Split(' '));
        Assert.That(await program.WaitForExit(), Is.EqualTo(code));
        Assert.That(string.Join('\n', program.ErrorLines), Does.Contain(reason));
        Assert.That(program.OutputLines.Where(l => l.Length > 0), Is.Empty);
    }

    [Test]
    public async Task Outside_a_cluster_without_a_kubeconfig_it_ends_with_1()
    {
        await using var program = PublishedProgram.Start(ProcessRig.Name, [], new Dictionary<string, string> { ["KUBERNETES_SERVICE_HOST"] = "" });
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(string.Join('\n', program.ErrorLines), Does.Contain("KUBERNETES_SERVICE_HOST").Or.Contain("kubeconfig"));
    }

    [Test]
    public async Task The_version_stands_on_standard_output()
    {
        await using var program = PublishedProgram.Start(ProcessRig.Name, ["--version"]);
        Assert.That(await program.WaitForExit(), Is.Zero);
        Assert.That(program.OutputLines[0], Does.Match(@"csi-cluster-driver-registrar \d+\.\d+\.\d+"));
    }
}
