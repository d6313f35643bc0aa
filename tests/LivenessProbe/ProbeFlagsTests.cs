using Sidecars.Hosting.Flags;

namespace Sidecars.LivenessProbe.Tests;

/// <summary>The command line (liveness contract 2, and 9 as far as it comes before any connection).</summary>
internal sealed class ProbeFlagsTests
{
    private readonly ProbeFlags _flags = new();

    [Test]
    public void Without_flags_the_values_are_the_contracts()
    {
        Read();
        Assert.That(_flags.CsiAddress.Value, Is.EqualTo("/run/csi/socket"));
        Assert.That(_flags.ProbeTimeout.Value, Is.EqualTo(TimeSpan.FromSeconds(3)));
        Assert.That(_flags.HealthAddress, Is.EqualTo(":9808"));
        Assert.That(_flags.MetricsAddress.Value, Is.Empty);
        Assert.That(_flags.MetricsPath.Value, Is.EqualTo("/metrics"));
        Assert.That(_flags.Problem(), Is.Null);
    }

    [TestCase("--health-port=9999", ":9999")]
    [TestCase("--http-endpoint=127.0.0.1:80", "127.0.0.1:80")]
    [TestCase("--health-port=9808 --http-endpoint=:8080", ":8080", Description = "the text of the default is no choice of the user's")]
    [TestCase("--metrics-address=:8081", ":9808")]
    [TestCase("-automaxprocs --http-endpoint :1", ":1")]
    [TestCase("--automaxprocs= --http-endpoint :1", ":1")]
    public void The_health_check_is_where_the_flags_say(string arguments, string expected)
    {
        Read(arguments.Split(' '));
        Assert.That(_flags.Problem(), Is.Null);
        Assert.That(_flags.HealthAddress, Is.EqualTo(expected));
    }

    [TestCase("--health-port=9999 --http-endpoint=:8080", "--health-port")]
    [TestCase("--metrics-address=:8081 --http-endpoint=:8080", "--metrics-address")]
    [TestCase("--http-endpoint=:8080 --metrics-path=metrics", "slash")]
    [TestCase("--http-endpoint=:8080 --metrics-path=/healthz", "health check")]
    [TestCase("--csi-address=unix://", "names no socket")]
    [TestCase("--csi-address=/ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt", "a path of 108 octets")]
    [TestCase("--logging-format=xml", "LoggingConfiguration is invalid")]
    public void Flags_that_contradict_each_other_are_refused_with_the_reason(string arguments, string expected)
    {
        Read(arguments.Split(' '));
        Assert.That(_flags.Problem(), Does.Contain(expected));
    }

    [TestCase("--version")]
    [TestCase("--kubeconfig=/x")]
    [TestCase("--timeout=1s")]
    [TestCase("--leader-election")]
    [TestCase("--connection-timeout=1s")]
    [TestCase("--probe-timeout=3")]
    public void Flags_that_this_program_does_not_have_and_bad_values_are_usage_errors(string argument) =>
        Assert.That(_flags.Parse([argument]), Is.InstanceOf<FlagParse.Error>());

    private void Read(params string[] arguments) => Assert.That(_flags.Parse(arguments), Is.InstanceOf<FlagParse.Parsed>());
}
