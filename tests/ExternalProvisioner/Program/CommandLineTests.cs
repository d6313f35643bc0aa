using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests.Program;

/// <summary>Exit codes of the published program for command lines that do not get as far as a cluster (provisioner contract 1 and 2.1).</summary>
internal sealed class CommandLineTests() : CommandLineTest(ProvisionerProgram.Name)
{
    [TestCase("--no-such-flag", 2, "unknown flag: --no-such-flag")]
    [TestCase("-csi-address=/x", 2, "unknown shorthand flag: 'c' in -csi-address=/x")]
    [TestCase("--timeout=15", 2, "invalid argument \"15\" for \"--timeout\" flag")]
    [TestCase("--worker-threads=-1", 2, "--worker-threads")]
    [TestCase("--leader-election=yes", 2, "--leader-election")]
    [TestCase("--leader-election-labels=a", 2, "--leader-election-labels")]
    [TestCase("--logtostderr", 2, "unknown flag")]
    [TestCase("--provisioner=x", 2, "unknown flag")]
    [TestCase("--feature-gates=Topology", 2, "--feature-gates")]
    [TestCase("--feature-gates=Nope=true", 255, "unrecognized feature gate: Nope")]
    [TestCase("--durable-intent --volume-name-uuid-length=7", 1, "--durable-intent needs --volume-name-uuid-length=-1 or at least 8, not 7")]
    [TestCase("--volume-name-uuid-length=33", 1, "--volume-name-uuid-length must be -1 or between 1 and 32, not 33")]
    [TestCase("--volume-name-uuid-length=0", 1, "--volume-name-uuid-length must be -1 or between 1 and 32, not 0")]
    [TestCase("--worker-threads=0", 1, "--worker-threads must be at least 1")]
    [TestCase("--leader-election --leader-election-lease-duration=1s", 1, "lease")]
    [TestCase("--enable-capacity --capacity-threads=0", 1, "--capacity-threads must be at least 1")]
    [TestCase("--enable-capacity --capacity-poll-interval=0", 1, "--capacity-poll-interval must be greater than zero")]
    [TestCase("--enable-capacity --kube-api-capacity-burst=0", 255, "--kube-api-capacity-burst must be greater than zero")]
    [TestCase("--enable-capacity --kube-api-capacity-qps=NaN", 255, "--kube-api-capacity-qps must be a number")]
    [TestCase("--node-deployment", 255, "--node-deployment needs the name of its node in the environment variable NODE_NAME")]
    [TestCase("--kube-api-burst=0", 255, "burst")]
    public Task A_bad_command_line_is_named_and_ends_the_program(string arguments, int code, string reason) =>
        Refuses(arguments, code, reason);

    [TestCase("--enable-pprof", "--enable-pprof has no effect: the Go profiles do not exist in this program")]
    [TestCase("--automaxprocs", "--automaxprocs has no effect: the runtime follows the CPU quota by itself")]
    [TestCase("--cloning-protection-threads=0", "--cloning-protection-threads=0: a deleted claim with the finalizer of clone protection is not let go of")]
    [TestCase("--feature-gates=HonorPVReclaimPolicy=true", "feature gate HonorPVReclaimPolicy was known to an earlier release and has no effect any more")]
    public Task What_has_no_effect_is_told_at_the_start(string arguments, string told) =>
        Refuses(arguments + " --kubeconfig=/nowhere/at/all", 255, told);

    [TestCase("--feature-gates=Nope=true --version", 255)]
    [TestCase("--logging-format=xml --version", 1)]
    [TestCase("--version", 0)]
    [TestCase("--help", 0)]
    [TestCase("--version --retry-interval-start=10m", 0)] // above the longest pause: that one counts, as in the original
    public Task What_is_checked_before_the_version_is_told(string arguments, int code) => EndsWith(arguments, code);
}
