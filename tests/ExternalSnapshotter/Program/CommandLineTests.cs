using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalSnapshotter.Tests.Program;

/// <summary>Exit codes of the published program for command lines that do not get as far as a cluster (snapshotter contract 1.2 and 1.3).</summary>
internal sealed class CommandLineTests
{
    [TestCase("-no-such-flag", 2, "flag provided but not defined: -no-such-flag")]
    [TestCase("--timeout=15", 2, "invalid value \"15\" for flag -timeout")]
    [TestCase("--worker-threads=x", 2, "worker-threads")]
    [TestCase("--leader-election-labels=a", 2, "leader-election-labels")]
    [TestCase("--feature-gates=Nope", 2, "feature-gates")]
    [TestCase("--logging-format=xml", 1, "LoggingConfiguration is invalid")]
    [TestCase("--feature-gates=Nope=true", 255, "unrecognized feature gate: Nope")]
    [TestCase("--metrics-address=:1 --http-endpoint=:2", 1, "--metrics-address")]
    [TestCase("--node-deployment --leader-election", 1, "--node-deployment and --leader-election exclude each other")]
    [TestCase("--worker-threads=0", 1, "--worker-threads must be at least 1")]
    [TestCase("--timeout=0", 1, "--timeout must be greater than zero")]
    [TestCase("--retry-interval-start=0", 1, "--retry-interval-start must be greater than zero")]
    [TestCase("--retry-interval-max=0", 1, "--retry-interval-max must be greater than zero")]
    [TestCase("--snapshot-name-prefix=", 1, "--snapshot-name-prefix must not be empty")]
    [TestCase("--groupsnapshot-name-prefix=", 1, "--groupsnapshot-name-prefix must not be empty")]
    [TestCase("--snapshot-name-uuid-length=33", 1, "--snapshot-name-uuid-length must be -1 or between 1 and 32, not 33")]
    [TestCase("--kube-api-burst=0", 1, "--kube-api-burst")]
    [TestCase("--leader-election --leader-election-lease-duration=1s", 1, "lease")]
    [TestCase("--kubeconfig=/nowhere/at/all", 1, "/nowhere/at/all")]
    public Task A_bad_command_line_is_named_and_ends_the_program(string arguments, int code, string reason) =>
        CommandLines.Refuses(SnapshotterProgram.Name, arguments, code, reason);

    [TestCase("--automaxprocs", "--automaxprocs has no effect: the runtime follows the CPU quota by itself")]
    public Task What_has_no_effect_is_told_at_the_start(string arguments, string told) =>
        CommandLines.Refuses(SnapshotterProgram.Name, arguments + " --kubeconfig=/nowhere/at/all", 1, told);

    [TestCase("--feature-gates=Nope=true --version", 255)]
    [TestCase("--worker-threads=0 --version", 0)]
    [TestCase("-version", 0)]
    [TestCase("-h", 0)]
    public Task What_is_checked_before_the_version_is_told(string arguments, int code) =>
        CommandLines.EndsWith(SnapshotterProgram.Name, arguments, code);

    [Test]
    public Task The_version_stands_on_standard_output() => CommandLines.TellsItsVersion(SnapshotterProgram.Name);

    [Test]
    public async Task Without_the_name_of_its_node_it_cannot_serve_one()
    {
        var environment = new Dictionary<string, string> { ["NODE_NAME"] = "" };
        await using var program = PublishedProgram.Start(SnapshotterProgram.Name, ["--node-deployment"], environment);
        Assert.That(await program.WaitForExit(), Is.EqualTo(255));
        Assert.That(string.Join('\n', program.ErrorLines), Does.Contain("NODE_NAME"));
    }
}
