using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Tests.Support;

namespace Sidecars.Csi.Tests.Driver;

public sealed class DriverProbeTests
{
    private static readonly DriverRule NotReady = DriverRule.Answer("""{"ready":false}""");

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger _logger = new();
    private ScriptedDriver _driver = null!;
    private CsiConnection _connection = null!;

    [SetUp]
    public async Task Connect()
    {
        _driver = await ScriptedDriver.StartNewAsync();
        _connection = await CsiConnection.ConnectAsync(
            new CsiConnectionOptions { Address = _driver.Address }, NullLogger.Instance, TimeProvider.System, CancellationToken.None).WithinLimit();
    }

    [TearDown]
    public async Task Disconnect()
    {
        _connection.Dispose();
        await _driver.DisposeAsync();
    }

    [Test]
    public async Task A_driver_that_does_not_mention_readiness_is_ready()
    {
        _driver.Answer("Probe", DriverRule.Answer("{}"));
        Assert.That(await Wait(), Is.Null);
        Assert.That(_driver.Calls.Of("Probe"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Three_times_not_ready_and_then_ready_are_four_calls_one_second_apart()
    {
        _driver.Answer("Probe", NotReady, NotReady, NotReady, DriverRule.Default);
        var waiting = Wait();
        for (var refusals = 1; refusals <= 3; refusals++)
        {
            await AfterRefusals(refusals);
            _time.Advance(TimeSpan.FromMilliseconds(999));
            Assert.That(_driver.Calls.Of("Probe"), Has.Count.EqualTo(refusals));
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await _driver.WaitForCalls("Probe", refusals + 1);
        }

        Assert.That(await waiting.WithinLimit(), Is.Null);
        Assert.That(_driver.Calls.Of("Probe"), Has.Count.EqualTo(4));
    }

    [Test]
    public async Task A_probe_slower_than_its_limit_is_repeated()
    {
        using var gate = _driver.Hold("Probe");
        var waiting = Wait(TimeSpan.FromSeconds(15));
        await gate.Entered.WithinLimit();

        // The tick passed during the long probe, so the next one follows at once.
        _time.Advance(TimeSpan.FromSeconds(15));
        await _driver.WaitForCalls("Probe", 2);
        gate.Release();

        Assert.That(await waiting.WithinLimit(), Is.Null);
        Assert.That(_logger.Lines, Does.Contain("CSI driver probe timed out"));
    }

    [TestCase(StatusCode.FailedPrecondition)]
    [TestCase(StatusCode.Unimplemented)]
    public async Task Any_other_answer_ends_the_waiting(StatusCode code)
    {
        _driver.Answer("Probe", DriverRule.Fail(code, "broken"));
        var error = await Wait();
        Assert.That(error!.Text, Is.EqualTo($"CSI driver probe failed: rpc error: code = {code} desc = broken"));
        Assert.That(_driver.Calls.Of("Probe"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_driver_that_is_unavailable_behind_a_connection_that_stands_is_waited_for()
    {
        _driver.Answer("Probe", DriverRule.Fail(StatusCode.Unavailable, "no healthy upstream"), DriverRule.Fail(StatusCode.Unavailable, "no healthy upstream"), DriverRule.Default);
        var waiting = Wait();
        for (var refusals = 1; refusals <= 2; refusals++)
        {
            await AfterLines(refusals, "CSI driver is not available yet behind what took the connection: rpc error: code = Unavailable desc = no healthy upstream");
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.That(await waiting.WithinLimit(), Is.Null);
    }

    [Test]
    public async Task One_that_is_unavailable_for_half_a_minute_ends_the_waiting()
    {
        _driver.Answer("Probe", DriverRule.Fail(StatusCode.Unavailable, "no healthy upstream"));
        var waiting = Wait();
        for (var second = 1; second <= 30; second++)
        {
            await AfterLines(second, "CSI driver is not available yet behind what took the connection: rpc error: code = Unavailable desc = no healthy upstream");
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.That((await waiting.WithinLimit())!.Text, Is.EqualTo("CSI driver probe failed: rpc error: code = Unavailable desc = no healthy upstream"));
    }

    [Test]
    public async Task One_that_went_away_is_not_waited_for()
    {
        _driver.Answer("Probe", DriverRule.Fail(StatusCode.Unavailable, "gone"));
        Assert.That((await Wait(lost: Task.CompletedTask))!.Text, Does.StartWith("CSI driver probe failed"));
        Assert.That(_driver.Calls.Of("Probe"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_deadline_reported_by_the_driver_is_a_slow_driver_too()
    {
        _driver.Answer("Probe", DriverRule.Fail(StatusCode.DeadlineExceeded), DriverRule.Default);
        var waiting = Wait();
        await _logger.WaitForLine(l => l.Contains("timed out", StringComparison.Ordinal));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await waiting.WithinLimit(), Is.Null);
    }

    [Test]
    public async Task What_is_asked_of_a_driver_that_does_not_listen_yet_is_asked_again_and_any_other_answer_is_final()
    {
        _driver.Answer(
            "GetPluginInfo", DriverRule.Fail(StatusCode.Unavailable, "no healthy upstream"), DriverRule.Default, DriverRule.Fail(StatusCode.Internal, "no"));
        var asking = Ask();
        await AfterLines(1, "CSI driver is not available yet behind what took the connection: rpc error: code = Unavailable desc = no healthy upstream");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await asking.WithinLimit()).Response, Is.EqualTo("csi.example.com"));
        Assert.That((await Ask()).Error!.Code, Is.EqualTo(StatusCode.Internal));
        Assert.That(_driver.Calls.Of("GetPluginInfo"), Has.Count.EqualTo(3));

        Task<CsiResult<string>> Ask()
        {
            var calls = new CsiCall(_time);
            var identity = new DriverIdentity(_connection.Invoker, calls, null);
            return new DriverProbe(_connection.Invoker, calls, _logger, _time)
                .AskAsync(() => identity.NameAsync(default), _connection.Lost, default).WithinLimit();
        }
    }

    [Test]
    public async Task A_stop_ends_the_waiting()
    {
        _driver.Answer("Probe", NotReady);
        using var stop = new CancellationTokenSource();
        var waiting = Wait(stop: stop.Token);
        await AfterRefusals(1);
        await stop.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => waiting.WithinLimit());
    }

    private Task<CsiError?> Wait(TimeSpan? limit = null, Task? lost = null, CancellationToken stop = default) =>
        new DriverProbe(_connection.Invoker, new CsiCall(_time), _logger, _time).WaitUntilReadyAsync(limit, lost ?? _connection.Lost, stop).WithinLimit();

    private Task<string> AfterRefusals(int count) => AfterLines(count, "CSI driver is not ready");

    private Task<string> AfterLines(int count, string line)
    {
        var seen = 0;
        return _logger.WaitForLine(l => l == line && ++seen >= count);
    }
}
