using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests.Program;

/// <summary>What the program does before it works, and with which code it ends there (provisioner contract 2.1 and 12), in this process on a clock
/// that a test moves.</summary>
internal sealed class StartTests
{
    private StartRig _rig = null!;

    [SetUp]
    public async Task Begin() => _rig = await StartRig.PrepareAsync();

    [TearDown]
    public async Task End() => await _rig.DisposeAsync();

    [Test]
    public async Task A_socket_where_nobody_listens_is_given_half_a_minute()
    {
        await _rig.Driver.StopAsync();
        var running = Run();
        await _rig.Log.WaitFor("Cannot connect yet");
        _rig.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.That(running.IsCompleted, Is.False);
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await running.WithinLimit(), Is.EqualTo(1));
        Assert.That(_rig.Log.All, Has.Some.Contains("context deadline exceeded").And.Some.Contains(_rig.Driver.SocketPath));
    }

    [TestCase("127.0.0.1:1", "callback only supported for unix:// addresses")]
    [TestCase("tcp://127.0.0.1:1", "neither an absolute path, a unix:// URL nor host:port")]
    public async Task An_address_that_is_no_unix_socket_is_refused(string address, string reason)
    {
        Assert.That(await Run($"--csi-address={address}").WithinLimit(), Is.EqualTo(1));
        Assert.That(_rig.Log.All, Has.Some.Contains(reason));
    }

    [Test]
    public async Task A_driver_that_does_not_say_where_its_node_stands_ends_the_start_where_it_serves_one()
    {
        Environment.SetEnvironmentVariable("NODE_NAME", "n1");
        _rig.Driver.Answer("NodeGetInfo", DriverRule.Fail(StatusCode.Internal));
        Assert.That(await Run("--node-deployment").WithinLimit(), Is.EqualTo(255));
        Assert.That(_rig.Log.All, Has.Some.Contains("NodeGetInfo"));
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
        _rig.Driver.Answer(method, rule);
        Assert.That(await Run().WithinLimit(), Is.EqualTo(code));
        Assert.That(_rig.Log.All, Has.Some.Contains(reason));
        Assert.That(_rig.Driver.Calls.Of(method), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_driver_that_is_not_ready_is_asked_each_second()
    {
        _rig.Driver.Answer("Probe", DriverRule.Answer("""{"ready":false}"""), DriverRule.Fail(StatusCode.DeadlineExceeded), DriverRule.Answer("""{"ready":false}"""), DriverRule.Default);
        var running = Run();
        for (var probe = 1; probe <= 3; probe++)
        {
            await _rig.Driver.WaitForCalls("Probe", probe);
            Assert.That(_rig.Driver.Calls.Of("GetPluginInfo"), Is.Empty);
            _rig.Time.Advance(TimeSpan.FromSeconds(1));
        }
        await _rig.Driver.WaitForCalls("ControllerGetCapabilities");
        Assert.That(_rig.Driver.Calls.Of("Probe"), Has.Count.EqualTo(4));
        await _rig.Over(running);
    }

    [Test]
    public async Task A_kubeconfig_that_cannot_be_read_ends_the_start_before_the_driver_is_asked()
    {
        Assert.That(await Run($"--kubeconfig={_rig.File("none")}").WithinLimit(), Is.EqualTo(255));
        Assert.That(_rig.Log.All, Has.Some.Contains("unable to load kubeconfig"));
        Assert.That(_rig.Driver.Calls.Count, Is.Zero);
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
        await _rig.Log.WaitFor("Cache is populated");
        await _rig.Driver.StopAsync();
        Assert.That(await running.WithinLimit(), Is.EqualTo(1));
        Assert.That(_rig.TerminationMessage, Is.EqualTo("Lost connection to CSI driver, exiting"));
    }

    private Task<int> Run(params string[] more) => _rig.Run(ProvisionerProgram.Describe(), more);
}
