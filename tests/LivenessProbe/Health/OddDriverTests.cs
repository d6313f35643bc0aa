using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Csi;
using Sidecars.Hosting.Http2;
using Sidecars.Hosting.Metrics;
using Sidecars.LivenessProbe.Health;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Http2;
using static Sidecars.Tests.Support.Http2.Frames;

namespace Sidecars.LivenessProbe.Tests.Health;

/// <summary>Drivers that no gRPC server would be: frame by frame, what a check makes of them.</summary>
internal sealed class OddDriverTests
{
    private static readonly TimeSpan s_limit = TestTimeouts.Limit;
    private static readonly TimeSpan s_pause = DriverHealth.LongestPause;

    private readonly TemporaryDirectory _directory = new();
    private readonly ObservedTime _time = new();
    private readonly List<RawPeer> _connections = [];
    private Socket _listener = null!;
    private DriverHealth _health = null!;

    [SetUp]
    public void Begin()
    {
        _listener = Listen(_directory.File("csi.sock"), backlog: 16);
        _health = Health(_directory.File("csi.sock"));
    }

    [TearDown]
    public void End()
    {
        _health.Dispose();
        foreach (var connection in _connections) connection.Dispose();
        _listener.Dispose();
        _directory.Dispose();
    }

    [Test]
    public async Task One_that_takes_connections_and_says_nothing_is_slow_and_not_dialled_twice()
    {
        var check = Check();
        var driver = await Accept(greets: false);
        await _time.Pass(s_limit);
        var verdict = await check.WithinLimit();
        Assert.That(verdict.Result, Is.EqualTo(CheckResult.Slow));
        Assert.That(verdict.Text, Does.Contain("context deadline exceeded").And.Contain("nothing was said in time"));
        Assert.That(await driver.End(), Is.Null, "the connection is closed");
        Assert.That(_listener.Poll(0, SelectMode.SelectRead), Is.False, "nobody dialled again");
    }

    [Test]
    public async Task One_that_reads_nothing_is_slow_and_each_check_gives_its_connection_up()
    {
        for (var i = 0; i < 20; i++)
        {
            var check = Check();
            var driver = await Accept();
            await driver.NextOf(FrameType.Headers);
            _time.Advance(s_limit);
            Assert.That((await check.WithinLimit()).Result, Is.EqualTo(CheckResult.Slow));
            await driver.End().WithinLimit();
        }
    }

    [TestCase(Http2ErrorCode.Internal, "code = Internal")]
    [TestCase(Http2ErrorCode.RefusedStream, "code = Unavailable")]
    [TestCase(Http2ErrorCode.EnhanceYourCalm, "code = ResourceExhausted")]
    [TestCase(Http2ErrorCode.Cancel, "code = Canceled")]
    public async Task One_that_resets_the_call_has_failed_and_is_asked_again_on_the_same_connection(Http2ErrorCode code, string text)
    {
        var check = Check();
        var driver = await Accept();
        await driver.NextOf(FrameType.Headers);
        await driver.Send(Reset(1, code));
        var verdict = await check.WithinLimit();
        Assert.That(verdict.Result, Is.EqualTo(CheckResult.Failed));
        Assert.That(verdict.Text, Does.Contain(text));

        check = Check();
        await Answer(driver, 3);
        Assert.That(await check.WithinLimit(), Is.EqualTo(Verdict.Ok));
    }

    [Test]
    public async Task One_that_says_goodbye_instead_of_an_answer_is_asked_on_a_new_connection()
    {
        var check = Check();
        var driver = await Accept();
        await driver.NextOf(FrameType.Headers);
        await driver.Send(GoAway(0, reason: "restarting"));
        await _time.Pass(s_pause);
        await Answer(await Accept(), 1);
        Assert.That(await check.WithinLimit(), Is.EqualTo(Verdict.Ok));
    }

    [Test]
    public async Task One_that_said_goodbye_between_two_checks_is_asked_on_a_new_connection_at_once()
    {
        var check = Check();
        var driver = await Accept();
        await Answer(driver, 1);
        await check.WithinLimit();
        await driver.Send(GoAway(1));
        await driver.End().WithinLimit();
        check = Check();
        await Answer(await Accept(), 1);
        Assert.That(await check.WithinLimit(), Is.EqualTo(Verdict.Ok));
    }

    [Test]
    public async Task One_that_speaks_another_protocol_is_unreachable()
    {
        var check = Check();
        for (var tried = TimeSpan.Zero; tried <= DriverHealth.Patience; tried += s_pause)
        {
            if (tried > TimeSpan.Zero) await _time.Pass(s_pause);
            var driver = await Accept(greets: false);
            await driver.Send("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        }
        var verdict = await check.WithinLimit();
        Assert.That(verdict.Result, Is.EqualTo(CheckResult.Unreachable));
        Assert.That(verdict.Text, Does.Contain("ended at once").And.Contain("does not speak HTTP/2"));
    }

    [Test]
    public async Task One_that_drops_the_connection_instead_of_an_answer_is_asked_twice_and_no_more()
    {
        var check = Check();
        for (var asked = 0; asked < 2; asked++)
        {
            if (asked > 0) await _time.Pass(s_pause);
            var driver = await Accept();
            await driver.NextOf(FrameType.Headers);
            driver.Dispose();
        }
        Assert.That((await check.WithinLimit()).Result, Is.EqualTo(CheckResult.Unreachable));
    }

    [Test]
    public async Task One_that_answers_what_nobody_can_read_has_failed()
    {
        var check = Check();
        var driver = await Accept();
        await driver.NextOf(FrameType.Headers);
        await driver.Send(
            Headers(1, Block((":status", "200"), ("content-type", "application/grpc"))), Data(1, Message(0x0A, 0x05), 0),
            Headers(1, Block(("grpc-status", "0")), FrameFlags.EndHeaders | FrameFlags.EndStream));
        var verdict = await check.WithinLimit();
        Assert.That(verdict.Result, Is.EqualTo(CheckResult.Failed));
        Assert.That(verdict.Text, Does.StartWith("rpc error: code = Internal desc = the answer is no ProbeResponse"));
    }

    [TestCase("404", "Unimplemented")]
    [TestCase("503", "Unavailable")]
    [TestCase("200", "Unknown")]
    public async Task One_that_is_no_gRPC_server_has_failed_with_what_its_HTTP_status_means(string status, string code)
    {
        var check = Check();
        var driver = await Accept();
        await driver.NextOf(FrameType.Headers);
        await driver.Send(Headers(1, Block((":status", status)), FrameFlags.EndHeaders | FrameFlags.EndStream));
        var verdict = await check.WithinLimit();
        Assert.That(verdict.Result, Is.EqualTo(CheckResult.Failed));
        Assert.That(verdict.Text, Does.StartWith($"rpc error: code = {code} desc = unexpected HTTP status {status}"));
    }

    [Test]
    public async Task One_without_room_for_a_connection_is_tried_for_as_long_as_there_is_time()
    {
        var path = _directory.File("full.sock");
        using var listener = Listen(path, backlog: 0);
        using var health = Health(path);
        using (await RawPeer.ConnectAsync(path))
        {
            var check = health.Check(CancellationToken.None);
            // The check waits before each further attempt; with less than a pause left it ends.
            for (var left = s_limit; left > s_pause; left -= s_pause) await _time.Pass(s_pause);
            var verdict = await check.WithinLimit();
            Assert.That(verdict.Result, Is.EqualTo(CheckResult.Slow), "somebody is there");
            Assert.That(verdict.Text, Does.Contain("no room for another connection"));

            check = health.Check(CancellationToken.None);
            for (var attempt = 0; attempt < 4; attempt++) await _time.Pass(s_pause);
            await _time.TimerSet(due => due == s_pause);
            (await listener.AcceptAsync().WithinLimit()).Dispose();
            _time.Advance(s_pause);
            await Answer(await Accept(listener: listener), 1);
            Assert.That(await check.WithinLimit(), Is.EqualTo(Verdict.Ok));
        }
    }

    [TestCase("unix-abstract:{0}")]
    [TestCase("127.0.0.1:{1}")]
    [TestCase("localhost:{1}")]
    [TestCase("dns:///localhost:{1}")]
    public async Task One_on_a_socket_without_a_file_is_met_anew_by_each_check(string address)
    {
        var name = $"csi-{Environment.ProcessId}";
        using var abstractListener = Listen("\0" + name, backlog: 16);
        using var tcpListener = new TcpListener(IPAddress.Loopback, 0);
        tcpListener.Start();
        var listener = address.StartsWith("unix", StringComparison.Ordinal) ? abstractListener : tcpListener.Server;
        using var health = Health(string.Format(CultureInfo.InvariantCulture, address, name, ((IPEndPoint)tcpListener.LocalEndpoint).Port));
        for (var i = 0; i < 2; i++)
        {
            var check = health.Check(CancellationToken.None);
            await Answer(await Accept(listener: listener), 1);
            Assert.That(await check.WithinLimit(), Is.EqualTo(Verdict.Ok));
        }
    }

    private Task<Verdict> Check() => _health.Check(CancellationToken.None);

    private DriverHealth Health(string address) =>
        new(CsiAddress.Parse(address, out _)!, s_limit, new CsiCallMetrics(new MetricRegistry()), NullLoggerFactory.Instance, _time);

    private static Socket Listen(string name, int backlog)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(name));
        listener.Listen(backlog);
        return listener;
    }

    private async Task<RawPeer> Accept(bool greets = true, Socket? listener = null)
    {
        var driver = await RawPeer.AcceptAsync(listener ?? _listener);
        _connections.Add(driver);
        await driver.TakePreface();
        if (greets) await driver.Send(Settings());
        return driver;
    }

    /// <summary>Answers the Probe that comes on a stream with an empty message.</summary>
    private static async Task Answer(RawPeer driver, int stream)
    {
        while ((await driver.NextOf(FrameType.Headers)).Header.Stream != stream)
        {
        }
        await driver.Send(
            Headers(stream, Block((":status", "200"), ("content-type", "application/grpc"))), Data(stream, EmptyMessage, 0),
            Headers(stream, Block(("grpc-status", "0")), FrameFlags.EndHeaders | FrameFlags.EndStream));
    }
}
