using System.Net.Sockets;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Csi;
using Sidecars.Hosting.Metrics;
using Sidecars.LivenessProbe.Health;
using Sidecars.Tests.Support;

namespace Sidecars.LivenessProbe.Tests.Health;

/// <summary>What one check finds (liveness contract 4, 9, and 10 numbers 1 to 8), against a driver on a real socket.</summary>
internal sealed class DriverHealthTests
{
    // Calls watch the machine's clock too, which goes on while the test's stands still: a stall must not be taken for a slow driver.
    private static readonly TimeSpan s_limit = TestTimeouts.Limit;
    private static readonly TimeSpan s_pause = DriverHealth.LongestPause;
    private readonly ObservedTime _time = new();
    private ScriptedDriver _driver = null!;
    private DriverHealth _health = null!;

    [SetUp]
    public async Task Begin()
    {
        _driver = await ScriptedDriver.StartNewAsync();
        _health = Health(_time);
    }

    [TearDown]
    public async Task End()
    {
        _health.Dispose();
        await _driver.DisposeAsync();
    }

    [TestCase("{}", true)] // 1
    [TestCase("""{"ready":true}""", true)] // 5
    [TestCase("""{"ready":false}""", false)] // 4
    public async Task A_driver_is_well_unless_it_says_that_it_is_not(string answer, bool isWell)
    {
        _driver.Answer("Probe", DriverRule.Answer(answer));
        Assert.That(await Check(), Is.EqualTo(isWell ? Verdict.Ok : Verdict.NotReady));
        Assert.That(_driver.Calls.Of("Probe"), Has.Count.EqualTo(1));
    }

    [TestCase(StatusCode.FailedPrecondition)] // 6
    [TestCase(StatusCode.Unimplemented)]
    [TestCase(StatusCode.Unavailable)]
    public async Task An_error_of_the_driver_is_told_in_its_words_and_asked_once(StatusCode code)
    {
        _driver.Answer("Probe", DriverRule.Fail(code, "x"));
        Assert.That(await Check(), Is.EqualTo(new Verdict(CheckResult.Failed, $"rpc error: code = {code} desc = x")));
        Assert.That(_driver.Calls.Of("Probe"), Has.Count.EqualTo(1));
    }

    [Test] // 7
    public async Task A_driver_that_does_not_answer_in_time_is_called_slow_not_dead()
    {
        using var gate = _driver.Hold("Probe");
        var check = _health.Check(CancellationToken.None);
        await gate.Entered.WithinLimit();
        _time.Advance(s_limit);
        var verdict = await check.WithinLimit();
        Assert.That(verdict.Result, Is.EqualTo(CheckResult.Slow));
        Assert.That(verdict.Text, Does.StartWith("rpc error: code = DeadlineExceeded desc = context deadline exceeded").And.Contain("slow or stuck"));
    }

    [Test]
    public async Task After_a_check_without_an_answer_the_next_one_connects_anew()
    {
        using (var gate = _driver.Hold("Probe"))
        {
            var check = _health.Check(CancellationToken.None);
            await gate.Entered.WithinLimit();
            _time.Advance(s_limit);
            Assert.That((await check.WithinLimit()).Result, Is.EqualTo(CheckResult.Slow));
        }
        Assert.That(await Check(), Is.EqualTo(Verdict.Ok));
        Assert.That(_driver.Connections, Is.EqualTo(2));
    }

    [Test]
    public async Task A_driver_that_calls_its_own_trouble_a_deadline_has_answered()
    {
        _driver.Answer("Probe", DriverRule.Fail(StatusCode.DeadlineExceeded, "context deadline exceeded"));
        Assert.That(await Check(), Is.EqualTo(new Verdict(CheckResult.Failed, "rpc error: code = DeadlineExceeded desc = context deadline exceeded")));
        Assert.That(await Check(), Is.Not.Null);
        Assert.That(_driver.Connections, Is.EqualTo(1), "the connection is as good as before");
    }

    [Test]
    public async Task A_connection_is_made_anew_every_minute_so_that_a_driver_that_takes_none_is_noticed()
    {
        await Check();
        _time.Advance(DriverHealth.LongestUse - TimeSpan.FromTicks(1));
        await Check();
        Assert.That(_driver.Connections, Is.EqualTo(1));
        _time.Advance(TimeSpan.FromTicks(1));
        await Check();
        Assert.That(_driver.Connections, Is.EqualTo(2));
    }

    [Test]
    public async Task One_connection_serves_all_checks()
    {
        await Check();
        await Check();
        Assert.That(_driver.Calls.Of("Probe"), Has.Count.EqualTo(2));
        Assert.That(_driver.Connections, Is.EqualTo(1));
    }

    [Test] // 2, 3
    public async Task A_socket_whose_file_is_gone_fails_although_the_connection_lives_and_a_new_one_is_used()
    {
        Assert.That(await Check(), Is.EqualTo(Verdict.Ok));
        File.Delete(_driver.SocketPath);
        var gone = await CheckPatiently();
        Assert.That((gone.Result, gone.Text), Is.EqualTo(
            (CheckResult.Unreachable, $"cannot connect to the CSI driver at {_driver.SocketPath}: no such file: nobody has created the socket yet")));

        await using var other = await ScriptedDriver.StartNewAsync(new ScriptedDriverOptions { SocketPath = _driver.SocketPath });
        Assert.That(await Check(), Is.EqualTo(Verdict.Ok));
        Assert.That(other.Calls.Of("Probe"), Has.Count.EqualTo(1));
    }

    [Test] // 8
    public async Task A_socket_nobody_listens_on_any_more_is_unreachable_and_well_again_when_the_driver_is()
    {
        await Check();
        await _driver.StopAsync();
        using (var leftOver = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            leftOver.Bind(new UnixDomainSocketEndPoint(_driver.SocketPath));
            var verdict = await CheckPatiently();
            Assert.That(verdict.Result, Is.EqualTo(CheckResult.Unreachable));
            Assert.That(verdict.Text, Does.Contain("connection refused"));
        }
        await _driver.StartAsync();
        Assert.That(await Check(), Is.EqualTo(Verdict.Ok));
    }

    [Test]
    public async Task A_driver_that_changes_its_socket_during_a_check_is_well()
    {
        await _driver.StopAsync();
        var check = _health.Check(CancellationToken.None);
        await _time.TimerSet(d => d == s_pause);
        await _driver.StartAsync();
        _time.Advance(s_pause);
        Assert.That(await check.WithinLimit(), Is.EqualTo(Verdict.Ok));
    }

    [Test]
    public async Task A_driver_that_dies_under_a_check_is_unreachable()
    {
        using var gate = _driver.Hold("Probe");
        var check = _health.Check(CancellationToken.None);
        await gate.Entered.WithinLimit();
        await _driver.StopAsync();
        for (var tried = TimeSpan.Zero; tried < DriverHealth.Patience; tried += s_pause) await _time.Pass(s_pause);
        Assert.That((await check.WithinLimit()).Result, Is.EqualTo(CheckResult.Unreachable));
    }

    [Test] // 24
    public async Task A_check_that_is_given_up_ends_the_call()
    {
        using var gate = _driver.Hold("Probe");
        using var stop = new CancellationTokenSource();
        var check = _health.Check(stop.Token);
        await gate.Entered.WithinLimit();
        await stop.CancelAsync();
        Assert.That(async () => await check.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        await gate.Cancelled.WithinLimit();
    }

    [Test]
    public async Task Without_time_every_check_fails_and_the_driver_is_not_asked()
    {
        using var health = Health(_time, TimeSpan.Zero);
        var verdict = await health.Check(CancellationToken.None).WithinLimit();
        Assert.That(verdict.Result, Is.EqualTo(CheckResult.Unreachable));
        Assert.That(verdict.Text, Does.StartWith("context deadline exceeded").And.Contain("0s (--probe-timeout)"));
        Assert.That(_driver.Calls.Count, Is.Zero);
    }

    private DriverHealth Health(TimeProvider time, TimeSpan? limit = null) =>
        new(_driver.Address, limit ?? s_limit, new CsiCallMetrics(new MetricRegistry()), NullLoggerFactory.Instance, time);

    private Task<Verdict> Check() => _health.Check(CancellationToken.None).WithinLimit();

    /// <summary>A check whose pauses between attempts pass as soon as they begin.</summary>
    private async Task<Verdict> CheckPatiently()
    {
        var check = _health.Check(CancellationToken.None);
        for (var tried = TimeSpan.Zero; tried < DriverHealth.Patience; tried += s_pause) await _time.Pass(s_pause);
        return await check.WithinLimit();
    }
}
