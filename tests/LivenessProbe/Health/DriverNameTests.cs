using System.Net.Sockets;
using Grpc.Core;
using Sidecars.Csi;
using Sidecars.Hosting.Http2;
using Sidecars.Hosting.Metrics;
using Sidecars.LivenessProbe.Health;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Http2;
using static Sidecars.Tests.Support.Http2.Frames;

namespace Sidecars.LivenessProbe.Tests.Health;

internal sealed class DriverNameTests
{
    private readonly ObservedTime _time = new();
    private ScriptedDriver _driver = null!;

    [SetUp]
    public async Task Begin() => _driver = await ScriptedDriver.StartNewAsync();

    [TearDown]
    public async Task End() => await _driver.DisposeAsync();

    [Test]
    public async Task A_driver_that_is_slow_to_tell_its_name_is_asked_again()
    {
        using var gate = _driver.Hold("GetPluginInfo");
        var asking = Ask();
        await gate.Entered.WithinLimit();
        _time.Advance(DriverName.Limit);
        await gate.Cancelled.WithinLimit();
        gate.Release();
        Assert.That((await asking.WithinLimit()).Name, Is.EqualTo("csi.example.com"));
        Assert.That(_driver.Calls.Of("GetPluginInfo"), Has.Count.EqualTo(2));
        Assert.That(_driver.Connections, Is.EqualTo(2), "another driver may be at the path by then");
    }

    [Test]
    public async Task A_driver_that_goes_away_while_it_is_asked_is_waited_for()
    {
        var gate = _driver.Hold("GetPluginInfo");
        var asking = Ask();
        await gate.Entered.WithinLimit();
        await _driver.StopAsync();
        await _time.TimerSet(due => due == DriverName.Pause);
        await _driver.StartAsync();
        gate.Release();
        _time.Advance(DriverName.Pause);
        Assert.That((await asking.WithinLimit()).Name, Is.EqualTo("csi.example.com"));
    }

    [Test]
    public async Task A_driver_that_calls_it_an_error_is_not_asked_again()
    {
        _driver.Answer("GetPluginInfo", DriverRule.Fail(StatusCode.FailedPrecondition, "not now"));
        Assert.That((await Ask().WithinLimit()).Error, Is.EqualTo("rpc error: code = FailedPrecondition desc = not now"));
    }

    [Test]
    public async Task A_driver_that_is_not_available_behind_what_took_the_connection_is_waited_for()
    {
        _driver.Answer("GetPluginInfo", DriverRule.Fail(StatusCode.Unavailable, "no healthy upstream"), DriverRule.Fail(StatusCode.Unavailable, "no healthy upstream"), DriverRule.Default);
        var asking = Ask();
        for (var pauses = 0; pauses < 2; pauses++)
        {
            await _time.TimerSet(due => due == DriverName.Pause);
            _time.Advance(DriverName.Pause);
        }
        Assert.That((await asking.WithinLimit()).Name, Is.EqualTo("csi.example.com"));
    }

    [Test]
    public async Task A_driver_that_calls_it_an_error_and_hangs_up_has_not_gone_away()
    {
        await _driver.StopAsync();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_driver.SocketPath));
        listener.Listen();
        var asking = Ask();
        using (var driver = await RawPeer.AcceptAsync(listener))
        {
            await driver.TakePreface();
            await driver.Send(Settings());
            await driver.NextOf(FrameType.Headers);
            await driver.Send(Headers(1, Block((":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "13"), ("grpc-message", "broken")),
                FrameFlags.EndHeaders | FrameFlags.EndStream), GoAway(1));
        }
        Assert.That((await asking.WithinLimit()).Error, Is.EqualTo("rpc error: code = Internal desc = broken"));
    }

    private Task<(string? Name, string? Error)> Ask() => new DriverName(
        _driver.Address, new CsiCallMetrics(new MetricRegistry()), Microsoft.Extensions.Logging.Abstractions.NullLogger<DriverName>.Instance, _time).Ask(CancellationToken.None);
}
