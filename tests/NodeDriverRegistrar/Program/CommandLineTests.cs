using Sidecars.Tests.Support;

namespace Sidecars.NodeDriverRegistrar.Tests.Program;

/// <summary>Exit codes of the published program before it touches anything (registrar contract 3, 7 and 11).</summary>
internal sealed class CommandLineTests
{
    [TestCase("--no-such-flag", 2, "flag provided but not defined: -no-such-flag")]
    [TestCase("--timeout=1", 2, "invalid value \"1\" for flag -timeout")]
    [TestCase("--health-port=x", 2, "health-port")]
    [TestCase("--kubeconfig=/x", 2, "flag provided but not defined")]
    [TestCase("--logging-format=xml --kubelet-registration-path=/x", 1, "LoggingConfiguration is invalid")]
    [TestCase("--log-json-info-buffer-size=1 --kubelet-registration-path=/x", 1, "LoggingConfiguration is invalid")]
    [TestCase("-v=0", 1, "kubelet-registration-path is a required parameter")]
    [TestCase("--mode=kubelet-registration-probe", 1, "kubelet-registration-path is a required parameter")]
    [TestCase("--kubelet-registration-path=/x --health-port=9809 --http-endpoint=:9809", 1, "--health-port")]
    [TestCase("--kubelet-registration-path=/x --csi-address=unix://", 1, "names no socket")]
    [TestCase("--kubelet-registration-path=/x --csi-address=tcp://127.0.0.1:1", 1, "neither an absolute path, a unix:// URL nor host:port")]
    [TestCase("--kubelet-registration-path=/x --csi-address=dns://10.0.0.1/driver:80", 1, "a DNS server cannot be named")]
    public async Task A_bad_command_line_is_named_and_ends_the_program(string arguments, int code, string reason)
    {
        await using var program = PublishedProgram.Start(ProcessRig.Name, arguments.Split(' '));
        Assert.That(await program.WaitForExit(), Is.EqualTo(code));
        Assert.That(string.Join('\n', program.ErrorLines), Does.Contain(reason));
        Assert.That(program.OutputLines.Where(l => l.Length > 0), Is.Empty);
    }

    [TestCase("--mode=kubelet-registration-probe --kubelet-registration-path=/x --csi-address=/nowhere")]
    [TestCase("--mode=kubelet-registration-probe --kubelet-registration-path=/x --health-port=1 --http-endpoint=:1")]
    [TestCase("--version")]
    [TestCase("-h")]
    public async Task What_needs_nothing_ends_at_once_with_0(string arguments)
    {
        await using var program = PublishedProgram.Start(ProcessRig.Name, arguments.Split(' '));
        Assert.That(await program.WaitForExit(), Is.Zero);
    }

    [Test]
    public async Task The_version_is_one_line_on_standard_output()
    {
        await using var program = PublishedProgram.Start(ProcessRig.Name, ["--version"]);
        await program.WaitForExit();
        Assert.That(program.OutputLines, Has.Count.EqualTo(1));
        Assert.That(program.OutputLines[0], Does.Match(@"csi-node-driver-registrar \d+\.\d+\.\d+(\+[0-9a-f]{12})?$"));
    }
}
