using Sidecars.Hosting.Flags;

namespace Sidecars.HostPathDriver.Tests.Program;

internal sealed class DriverFlagsTests
{
    [Test]
    public void Flags_become_options()
    {
        var options = Read(
            "--endpoint=unix:///run/csi.sock", "--state-dir=/data", "--node-id=n-1", "--drivername=csi.example.com", "--capacity=100Gi",
            "--max-volume-size=10Gi", "--max-volumes-per-node=7", "--mount").Options;
        Assert.That(options, Is.EqualTo(new DriverOptions
        {
            SocketPath = "/run/csi.sock",
            StateDirectory = "/data",
            NodeId = "n-1",
            DriverName = "csi.example.com",
            Capacity = 100L << 30,
            MaxVolumeSize = 10L << 30,
            MaxVolumesPerNode = 7,
            UsesMounts = true,
        }));
    }

    [Test]
    public void Further_nodes_and_capacities_are_lists_of_pairs()
    {
        var options = Read(
            "--endpoint=unix:///1.sock", "--node-id=n-1", "--further-nodes=n-2=unix:///2.sock, n-3=unix:///3.sock", "--node-capacity=n-1=1Gi,n-3=2Gi",
            "--kind-capacity=fast=3Gi").Options!;
        Assert.Multiple(() =>
        {
            Assert.That(options.Nodes, Is.EqualTo(new[] { "n-1", "n-2", "n-3" }));
            Assert.That(options.FurtherNodes, Is.EqualTo(new FurtherNode[] { new("n-2", "/2.sock"), new("n-3", "/3.sock") }));
            Assert.That(options.Nodes.Select(options.CapacityOf), Is.EqualTo(new[] { 1L << 30, DriverOptions.DefaultCapacity, 2L << 30 }));
            Assert.That(options.KindCapacities, Is.EqualTo(new Dictionary<string, long> { ["fast"] = 3L << 30 }));
        });
    }

    [Test]
    public void Without_the_flag_the_endpoint_comes_from_the_environment() => Assert.That(
        Read("unix:///from/environment.sock", "--node-id=n").Options?.SocketPath, Is.EqualTo("/from/environment.sock"));

    [Test]
    public void The_flag_wins_over_the_environment() => Assert.That(
        Read("unix:///a.sock", "--node-id=n", "--endpoint=unix:///b.sock").Options?.SocketPath, Is.EqualTo("/b.sock"));

    [Test]
    public void Without_any_endpoint_the_error_names_both_ways() =>
        Assert.That(Read("", "--node-id=n").Error, Does.Contain("--endpoint").And.Contain("CSI_ENDPOINT"));

    [TestCase("--endpoint=tcp://0.0.0.0:80", "unix:///")]
    [TestCase("--endpoint=unix://relative.sock", "unix:///")]
    [TestCase("--endpoint=unix:///", "unix:///")]
    [TestCase("--drivername=Not_A_Name", "--drivername")]
    [TestCase("--drivername=", "--drivername")]
    [TestCase("--node-id=-x", "--node-id")]
    [TestCase("--node-id=", "--node-id")]
    [TestCase("--capacity=much", "--capacity")]
    [TestCase("--max-volume-size=-5", "--max-volume-size")]
    [TestCase("--max-volumes-per-node=-1", "--max-volumes-per-node")]
    [TestCase("--state-dir=", "--state-dir")]
    [TestCase("--further-nodes=n-2", "--further-nodes")]
    [TestCase("--further-nodes=n-2=relative.sock", "--further-nodes")]
    [TestCase("--further-nodes=-=unix:///b.sock", "--further-nodes")]
    [TestCase("--further-nodes=n=unix:///b.sock", "another node")]
    [TestCase("--further-nodes=n-2=unix:///a.sock", "another node")]
    [TestCase("--further-nodes=n-2=unix:///b.sock,n-3=unix:///b.sock", "another node")]
    [TestCase("--node-capacity=n=much", "--node-capacity n")]
    [TestCase("--node-capacity=n-9=1Gi", "n-9")]
    [TestCase("--kind-capacity=fast", "--kind-capacity fast")]
    [TestCase("--kind-capacity==1Gi", "--kind-capacity")]
    public void A_bad_value_is_named_in_the_error(string flag, string named) => Assert.Multiple(() =>
    {
        var (options, error) = Read("--endpoint=unix:///a.sock", "--node-id=n", flag);
        Assert.That(options, Is.Null);
        Assert.That(error, Does.Contain(named));
    });

    [Test]
    public void A_path_too_long_for_a_socket_is_refused_with_its_length() =>
        Assert.That(Read($"--endpoint=unix:///{new string('x', 107)}", "--node-id=n").Error, Does.Contain("108").And.Contain("107"));

    private static (DriverOptions? Options, string Error) Read(string first, params string[] args)
    {
        var flags = new DriverFlags();
        var isFlag = first.StartsWith("--", StringComparison.Ordinal);
        Assert.That(flags.Parse(isFlag ? [first, .. args] : args), Is.TypeOf<FlagParse.Parsed>());
        return flags.ToOptions(name => name == "CSI_ENDPOINT" && !isFlag ? first : null);
    }
}
