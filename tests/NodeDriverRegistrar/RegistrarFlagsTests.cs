using Sidecars.Hosting.Flags;

namespace Sidecars.NodeDriverRegistrar.Tests;

/// <summary>The command line (registrar contract 2).</summary>
internal sealed class RegistrarFlagsTests
{
    private readonly RegistrarFlags _flags = new();

    [Test]
    public void Without_flags_the_values_are_the_contracts()
    {
        Read();
        Assert.That(_flags.CsiAddress.Value, Is.EqualTo("/run/csi/socket"));
        Assert.That(_flags.SocketPathOf("d"), Is.EqualTo("/registration/d-reg.sock"));
        Assert.That(_flags.Timeout.Value, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(_flags.HealthAddress, Is.Empty);
        Assert.That(_flags.MissingPath(), Is.EqualTo("kubelet-registration-path is a required parameter"));
        Assert.That(_flags.Problem(), Is.Null);
    }

    [TestCase("--health-port=9809", ":9809")]
    [TestCase("--health-port=0x10", ":16")]
    [TestCase("--http-endpoint=:8080", ":8080")]
    [TestCase("--health-port=-1 --http-endpoint=:8080", ":8080")]
    [TestCase("--health-port=-1", "")]
    public void Where_health_is_served(string arguments, string expected)
    {
        Read(arguments.Split(' '));
        Assert.That(_flags.HealthAddress, Is.EqualTo(expected));
        Assert.That(_flags.Problem(), Is.Null);
    }

    [Test]
    public void Both_addresses_together_are_refused()
    {
        Read("--health-port=9809", "--http-endpoint=:9809");
        Assert.That(_flags.Problem(), Does.Contain("--health-port"));
    }

    [TestCase("kubelet-registration-probe", true)]
    [TestCase("node-register", false)]
    [TestCase("foo", false)]
    [TestCase("", false)]
    public void Only_the_probe_mode_means_something(string mode, bool isProbe)
    {
        Read($"--mode={mode}");
        Assert.That(_flags.IsProbe, Is.EqualTo(isProbe));
    }

    [Test]
    public void The_directory_is_joined_as_it_is()
    {
        Read("--plugin-registration-path=../reg//");
        Assert.That(_flags.SocketPathOf("d"), Is.EqualTo("../reg///d-reg.sock"));
    }

    [TestCase("--kubeconfig=/x")]
    [TestCase("--leader-election")]
    [TestCase("--metrics-address=:1")]
    [TestCase("--metrics-path=/m")]
    [TestCase("--kube-api-qps=1")]
    [TestCase("--probe-timeout=1s")]
    [TestCase("--timeout=1")]
    [TestCase("--health-port=eighty")]
    public void Flags_that_this_program_does_not_have_and_bad_values_are_usage_errors(string argument) =>
        Assert.That(_flags.Parse([argument]), Is.InstanceOf<FlagParse.Error>());

    private void Read(params string[] arguments) => Assert.That(_flags.Parse(arguments), Is.InstanceOf<FlagParse.Parsed>());
}
