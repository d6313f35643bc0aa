using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>Exit codes of the published program for command lines that do not get as far as a cluster (attacher contract 2, 3 and 16).</summary>
internal sealed class CommandLineTests() : CommandLineTest(AttacherProgram.Name)
{
    [TestCase("-no-such-flag", 2, "flag provided but not defined: -no-such-flag")]
    [TestCase("--timeout=15", 2, "invalid value \"15\" for flag -timeout")]
    [TestCase("--worker-threads=-1", 2, "worker-threads")]
    [TestCase("--leader-election=yes", 2, "leader-election")]
    [TestCase("--leader-election-labels=a", 2, "leader-election-labels")]
    [TestCase("--logtostderr", 2, "flag provided but not defined")]
    [TestCase("--dummy", 2, "flag provided but not defined")]
    [TestCase("--feature-gates=Nope", 2, "feature-gates")]
    [TestCase("--feature-gates=Nope=true", 1, "unrecognized feature gate: Nope")]
    [TestCase("--worker-threads=0", 1, "--worker-threads must be at least 1")]
    [TestCase("--max-entries=-1", 1, "--max-entries must not be negative")]
    [TestCase("--kube-api-burst=0", 1, "--kube-api-burst")]
    [TestCase("--leader-election --leader-election-lease-duration=1s", 2, "lease")]
    [TestCase("--http-endpoint=:0 --metrics-path=", 2, "--metrics-path must begin with a slash")]
    [TestCase("--kubeconfig=/nowhere/at/all", 1, "/nowhere/at/all")]
    public Task A_bad_command_line_is_named_and_ends_the_program(string arguments, int code, string reason) =>
        Refuses(arguments, code, reason);

    [TestCase("--automaxprocs", "--automaxprocs has no effect: the runtime follows the CPU quota by itself")]
    public Task What_has_no_effect_is_told_at_the_start(string arguments, string told) =>
        Refuses(arguments + " --kubeconfig=/nowhere/at/all", 1, told);

    [TestCase("--feature-gates=Nope=true --version", 1)]
    [TestCase("--logging-format=xml --version", 1)]
    [TestCase("--worker-threads=0 --version", 0)]
    [TestCase("-version", 0)]
    [TestCase("-h", 0)]
    public Task What_is_checked_before_the_version_is_told(string arguments, int code) => EndsWith(arguments, code);
}
