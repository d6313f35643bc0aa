using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Hosting.Metrics;
using Sidecars.Tests.Support;

namespace Sidecars.Csi.Tests.Driver;

/// <summary>Each step of the start says what it learnt, or at which step it ended and why.</summary>
public sealed class DriverStartTests
{
    private static readonly DriverStartLimits Limits = new(TestTimeouts.Limit, TestTimeouts.Limit, new CapabilityQuestions(TestTimeouts.Limit));
    private ScriptedDriver _driver = null!;

    [SetUp]
    public async Task StartDriver() => _driver = await ScriptedDriver.StartNewAsync();

    [TearDown]
    public async Task StopDriver() => await _driver.DisposeAsync();

    [Test]
    public async Task A_willing_driver_is_known_after_three_steps()
    {
        var start = Start(_driver.SocketPath);
        using var connection = (await Connect(start)).Value!;
        var name = await start.NameAsync(connection, false, CancellationToken.None).WithinLimit();
        var abilities = await start.CapabilitiesAsync(connection, name.Value!, CancellationToken.None).WithinLimit();
        Assert.That(name.Value, Is.EqualTo("csi.example.com"));
        Assert.That(abilities.Value!.Plugin.HasControllerService, Is.True);
        Assert.That(abilities.Value.Controller.Has(global::Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type.PublishUnpublishVolume), Is.True);
    }

    [Test]
    public async Task A_driver_without_a_controller_is_not_asked_what_its_controller_can_do()
    {
        _driver.Answer("GetPluginCapabilities", DriverRule.Answer("{}"));
        var start = Start(_driver.SocketPath);
        using var connection = (await Connect(start)).Value!;
        var abilities = await start.CapabilitiesAsync(connection, "d", CancellationToken.None).WithinLimit();
        Assert.That(abilities.IsOk, Is.True);
        Assert.That(_driver.Calls.Of("ControllerGetCapabilities"), Is.Empty);
    }

    [Test]
    public async Task A_plugin_that_is_not_asked_what_it_can_do_has_its_controller_asked()
    {
        _driver.Answer("GetPluginCapabilities", DriverRule.Fail(Grpc.Core.StatusCode.Unimplemented));
        var limits = Limits with { Capabilities = new CapabilityQuestions(TestTimeouts.Limit, AsksPlugin: false) };
        var start = new DriverStart(_driver.SocketPath, limits, NullLoggerFactory.Instance, TimeProvider.System);
        using var connection = (await Connect(start)).Value!;
        var abilities = await start.CapabilitiesAsync(connection, "d", CancellationToken.None).WithinLimit();
        Assert.That(abilities.Value!.Controller.Has(global::Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type.PublishUnpublishVolume), Is.True);
        Assert.That(_driver.Calls.Of("GetPluginCapabilities"), Is.Empty);
    }

    [TestCase("GetPluginInfo", DriverStartStep.Name, "asking the driver at")]
    [TestCase("GetPluginCapabilities", DriverStartStep.Capabilities, "asking driver d what it can do (GetPluginCapabilities)")]
    [TestCase("ControllerGetCapabilities", DriverStartStep.Capabilities, "asking driver d what its controller can do (ControllerGetCapabilities)")]
    public async Task A_refusal_names_the_step_and_what_was_said(string method, DriverStartStep step, string reason)
    {
        _driver.Answer(method, DriverRule.Fail(Grpc.Core.StatusCode.Internal, "not today"));
        var start = Start(_driver.SocketPath);
        using var connection = (await Connect(start)).Value!;
        var failure = step is DriverStartStep.Name
            ? (await start.NameAsync(connection, false, CancellationToken.None).WithinLimit()).Failure
            : (await start.CapabilitiesAsync(connection, "d", CancellationToken.None).WithinLimit()).Failure;
        Assert.That(failure!.Step, Is.EqualTo(step));
        Assert.That(failure.Reason, Does.StartWith(reason).And.EndsWith("not today"));
    }

    [Test]
    public async Task A_failed_probe_is_told_with_its_step()
    {
        _driver.Answer("Probe", DriverRule.Fail(Grpc.Core.StatusCode.Internal, "not today"), DriverRule.Default);
        var start = Start(_driver.SocketPath);
        using var connection = (await Connect(start)).Value!;
        var failure = await start.UntilReadyAsync(connection, CancellationToken.None).WithinLimit();
        Assert.That(failure!.Step, Is.EqualTo(DriverStartStep.Probe));
        Assert.That(failure.Reason, Does.Contain("not today"));
        Assert.That(await start.UntilReadyAsync(connection, CancellationToken.None).WithinLimit(), Is.Null);
    }

    [TestCase("127.0.0.1:1", DriverStartStep.Connection)]
    [TestCase("tcp://127.0.0.1:1", DriverStartStep.Address)]
    [TestCase("nonsense", DriverStartStep.Address)]
    public async Task An_address_that_cannot_be_used_is_said_at_once(string address, DriverStartStep step) =>
        Assert.That((await Connect(Start(address))).Failure!.Step, Is.EqualTo(step));

    private static DriverStart Start(string address) => new(address, Limits, NullLoggerFactory.Instance, TimeProvider.System);

    private static Task<DriverStartResult<CsiConnection>> Connect(DriverStart start) =>
        start.ConnectAsync(new CsiCallMetrics(new MetricRegistry()), CancellationToken.None).WithinLimit();
}
