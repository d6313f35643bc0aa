using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalResizer.Tests.Program;

/// <summary>Exit codes of the published program for command lines that do not get as far as a cluster (resizer contract 1 to 3).</summary>
internal sealed class CommandLineTests() : CommandLineTest(ResizerProgram.Name)
{
    [TestCase("-no-such-flag", 2, "flag provided but not defined: -no-such-flag")]
    [TestCase("--timeout=15", 2, "invalid value \"15\" for flag -timeout")]
    [TestCase("--workers=many", 2, "workers")]
    [TestCase("--leader-election=yes", 2, "leader-election")]
    [TestCase("--worker-threads=5", 2, "flag provided but not defined")]
    [TestCase("--feature-gates=VolumeAttributesClass", 2, "feature-gates")]
    [TestCase("--feature-gates=Nope=true", 1, "unrecognized feature gate: Nope")]
    [TestCase("--workers=0", 1, "--workers must be at least 1")]
    [TestCase("--workers=-3", 1, "--workers must be at least 1")]
    [TestCase("--kube-api-burst=0", 1, "--kube-api-burst")]
    [TestCase("--leader-election --leader-election-lease-duration=1s", 1, "lease")]
    [TestCase("--http-endpoint=:0 --metrics-path=", 1, "--metrics-path must begin with a slash")]
    [TestCase("--kubeconfig=/nowhere/at/all", 1, "/nowhere/at/all")]
    public Task A_bad_command_line_is_named_and_ends_the_program(string arguments, int code, string reason) =>
        Refuses(arguments, code, reason);

    [TestCase("--feature-gates=Nope=true --version", 0)] // the version comes before the gates here
    [TestCase("--logging-format=xml --version", 1)]
    [TestCase("--workers=0 --version", 0)]
    [TestCase("-version", 0)]
    [TestCase("-h", 0)]
    public Task What_is_checked_before_the_version_is_told(string arguments, int code) => EndsWith(arguments, code);
}
