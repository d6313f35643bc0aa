using Sidecars.Tests.Support.Controllers;

namespace Sidecars.SnapshotController.Tests.Program;

/// <summary>Exit codes of the published program for command lines that do not get as far as a cluster (snapshot controller contract 1.2).</summary>
internal sealed class CommandLineTests
{
    [TestCase("-no-such-flag", 2, "flag provided but not defined: -no-such-flag")]
    [TestCase("--csi-address=/run/csi/socket", 2, "flag provided but not defined")]
    [TestCase("--metrics-address=:1", 2, "flag provided but not defined")]
    [TestCase("--logtostderr", 2, "flag provided but not defined")]
    [TestCase("--resync-period=15", 2, "invalid value \"15\" for flag -resync-period")]
    [TestCase("--worker-threads=x", 2, "worker-threads")]
    [TestCase("--feature-gates=Nope", 2, "feature-gates")]
    [TestCase("--feature-gates=Nope=true", 255, "unrecognized feature gate: Nope")]
    [TestCase("--feature-gates=Nope=true --version", 255, "unrecognized feature gate: Nope")]
    [TestCase("--logging-format=xml", 1, "LoggingConfiguration is invalid")]
    [TestCase("--log-text-split-stream", 1, "LoggingConfiguration is invalid")]
    [TestCase("--worker-threads=0", 1, "--worker-threads must be at least 1")]
    [TestCase("--retry-interval-start=0", 1, "--retry-interval-start must be greater than zero")]
    [TestCase("--retry-interval-max=0", 1, "--retry-interval-max must be greater than zero")]
    [TestCase("--leader-election --leader-election-lease-duration=5s", 255, "--leader-election-lease-duration")]
    [TestCase("--leader-election --leader-election-renew-deadline=6s --leader-election-retry-period=5s", 255, "--leader-election-renew-deadline")]
    [TestCase("--kubeconfig=/no/such/file", 1, "/no/such/file")]
    public Task A_bad_command_line_is_named_and_ends_the_program(string arguments, int code, string reason) => CommandLines.Refuses(SnapshotControllerProgram.Name, arguments, code, reason);

    [Test]
    public Task Help_is_no_failure() => CommandLines.EndsWith(SnapshotControllerProgram.Name, "-help", 0);

    [Test]
    public Task The_version_is_told() => CommandLines.TellsItsVersion(SnapshotControllerProgram.Name);
}
