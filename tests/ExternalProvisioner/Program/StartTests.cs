using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Sidecars.EmbeddedCluster;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Program;

/// <summary>What the program does before it works, and with which code it ends there (provisioner contract 2.1 and 12), in this process on a clock
/// that a test moves.</summary>
internal sealed class StartTests
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly LogLines _log = new();
    private readonly TemporaryDirectory _directory = new();
    private ClusterServer _cluster = null!;
    private ScriptedDriver _driver = null!;
    private ProcessLife? _life;

    [SetUp]
    public async Task Begin()
    {
        _cluster = await ClusterServer.StartAsync().WithinLimit();
        _driver = await ScriptedDriver.StartNewAsync();
    }

    [TearDown]
    public async Task End()
    {
        await _driver.DisposeAsync();
        await _cluster.DisposeAsync().WithinLimit();
        await _log.DisposeAsync();
        _directory.Dispose();
    }

    [Test]
    public async Task A_socket_where_nobody_listens_is_given_half_a_minute()
    {
        await _driver.StopAsync();
        var running = Run();
        await _log.WaitFor("Cannot connect yet");
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.That(running.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await running.WithinLimit(), Is.EqualTo(1));
        Assert.That(_log.All, Has.Some.Contains("context deadline exceeded").And.Some.Contains(_driver.SocketPath));
    }

    [TestCase("127.0.0.1:1", "callback only supported for unix:// addresses")]
    [TestCase("tcp://127.0.0.1:1", "neither an absolute path, a unix:// URL nor host:port")]
    public async Task An_address_that_is_no_unix_socket_is_refused(string address, string reason)
    {
        Assert.That(await Run($"--csi-address={address}").WithinLimit(), Is.EqualTo(1));
        Assert.That(_log.All, Has.Some.Contains(reason));
    }

    private static IEnumerable<TestCaseData> BadDrivers() =>
    [
        new TestCaseData("GetPluginInfo", DriverRule.Answer("""{"vendor_version":"1"}"""), 255, "driver name is empty").SetName("A_driver_without_a_name_ends_the_start"),
        new TestCaseData("GetPluginInfo", DriverRule.Fail(StatusCode.Internal), 255, "GetPluginInfo").SetName("A_driver_that_does_not_say_its_name_ends_the_start"),
        new TestCaseData("Probe", DriverRule.Fail(StatusCode.Unimplemented), 1, "CSI driver probe failed").SetName("A_driver_that_cannot_be_probed_ends_the_start"),
        new TestCaseData("Probe", DriverRule.Fail(StatusCode.Internal), 1, "CSI driver probe failed").SetName("A_driver_whose_probe_fails_ends_the_start"),
        new TestCaseData("GetPluginCapabilities", DriverRule.Fail(StatusCode.Internal), 255, "GetPluginCapabilities").SetName("Unknown_plugin_capabilities_end_the_start"),
        new TestCaseData("ControllerGetCapabilities", DriverRule.Fail(StatusCode.Unimplemented), 255, "what its controller can do").SetName("Unknown_controller_capabilities_end_the_start"),
    ];

    [TestCaseSource(nameof(BadDrivers))]
    public async Task A_driver_ends_the_start(string method, DriverRule rule, int code, string reason)
    {
        _driver.Answer(method, rule);
        Assert.That(await Run().WithinLimit(), Is.EqualTo(code));
        Assert.That(_log.All, Has.Some.Contains(reason));
        Assert.That(_driver.Calls.Of(method), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_driver_that_is_not_ready_is_asked_each_second()
    {
        _driver.Answer("Probe", DriverRule.Answer("""{"ready":false}"""), DriverRule.Fail(StatusCode.DeadlineExceeded), DriverRule.Answer("""{"ready":false}"""), DriverRule.Default);
        var running = Run();
        for (var probe = 1; probe <= 3; probe++)
        {
            await _driver.WaitForCalls("Probe", probe);
            Assert.That(_driver.Calls.Of("GetPluginInfo"), Is.Empty);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        await _driver.WaitForCalls("ControllerGetCapabilities");
        Assert.That(_driver.Calls.Of("Probe"), Has.Count.EqualTo(4));
        await Over(running);
    }

    [Test]
    public async Task A_kubeconfig_that_cannot_be_read_ends_the_start_before_the_driver_is_asked()
    {
        Assert.That(await Run($"--kubeconfig={_directory.File("none")}").WithinLimit(), Is.EqualTo(255));
        Assert.That(_log.All, Has.Some.Contains("unable to load kubeconfig"));
        Assert.That(_driver.Calls.Count, Is.Zero);
    }

    [Test]
    public async Task A_taken_diagnostics_address_ends_the_start()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        Assert.That(await Run($"--http-endpoint={taken.LocalEndpoint}").WithinLimit(), Is.EqualTo(255));
    }

    [Test]
    public async Task A_driver_that_goes_away_ends_the_process_and_says_so_to_the_kubelet()
    {
        var running = Run();
        await _log.WaitFor("Cache is populated");
        await _driver.StopAsync();
        Assert.That(await running.WithinLimit(), Is.EqualTo(1));
        Assert.That(await File.ReadAllTextAsync(_directory.File("termination")), Is.EqualTo("Lost connection to CSI driver, exiting"));
    }

    /// <summary>Runs the program with a cluster, a driver and what is given; later flags win.</summary>
    private Task<int> Run(params string[] more)
    {
        var flags = new ProvisionerFlags();
        var parsed = flags.Parse([$"--master={_cluster.Url}", $"--csi-address={_driver.SocketPath}", "-v=5", .. more]);
        Assert.That(parsed, Is.InstanceOf<FlagParse.Parsed>());
        var host = new SidecarHostOptions
        {
            Logging = flags.Logging.ToOptions(), LogOutput = _log, TerminationMessagePath = _directory.File("termination"),
        };
        return SidecarHost.RunAsync(host, life =>
        {
            _life = life;
            return new Sidecar(flags, life, _time, "0.0.0").RunAsync();
        });
    }

    private async Task Over(Task<int> running)
    {
        _life!.Fail(0, "the test is over");
        Assert.That(await running.WithinLimit(), Is.Zero);
    }
}
