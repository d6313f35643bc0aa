using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Http2;
using static Sidecars.Tests.Support.Http2.Frames;

namespace Sidecars.Csi.Tests.Connection;

/// <summary>What connecting to a driver meets before it has a connection: only a driver that serves counts as one.</summary>
internal sealed class NodeDialTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(3);

    private readonly TemporaryDirectory _directory = new();
    private readonly ObservedTime _time = new();

    private string Path => _directory.File("csi.sock");

    private CsiAddress Address => CsiAddress.Parse(Path, out _)!;

    [TearDown]
    public void End() => _directory.Dispose();

    [Test]
    public async Task A_driver_that_listens_and_does_not_serve_yet_is_waited_for()
    {
        using var listener = Listen();
        var dial = Dial();
        using var driver = await RawPeer.AcceptAsync(listener);
        await driver.TakePreface();
        Assert.That(dial.IsCompleted, Is.False);
        await driver.Send(Settings());
        var (connection, _) = await dial.WithinLimit();
        Assert.That(connection, Is.Not.Null);
        connection!.Dispose();
    }

    [Test]
    public async Task One_that_never_serves_is_silent_when_the_limit_is_over_and_its_connection_is_closed()
    {
        using var listener = Listen();
        var dial = Dial();
        using var driver = await RawPeer.AcceptAsync(listener);
        await driver.TakePreface();
        await _time.Pass(s_limit);
        var failure = (await dial.WithinLimit()).Failure!;
        Assert.That(failure.Kind, Is.EqualTo(ConnectFailureKind.Silent));
        Assert.That(failure.Text, Does.StartWith($"cannot connect to the CSI driver at {Path}: context deadline exceeded").And.Contains("nothing was said in time"));
        Assert.That(await driver.End(), Is.Null);
    }

    [TestCase("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "does not speak HTTP/2")]
    [TestCase("\0\0\0\u0001\0\0\0\0\0", "the first frame is not SETTINGS")]
    [TestCase("", "the connection was closed")]
    public async Task Who_does_not_speak_the_protocol_is_nobody(string words, string reason)
    {
        using var listener = Listen();
        var dial = Dial();
        using (var driver = await RawPeer.AcceptAsync(listener))
        {
            await driver.Send(Encoding.Latin1.GetBytes(words));
            driver.Shutdown();
            var failure = (await dial.WithinLimit()).Failure!;
            Assert.That(failure.Kind, Is.EqualTo(ConnectFailureKind.Nobody));
            Assert.That(failure.Reason, Does.StartWith("the connection was taken and ended at once").And.Contains(reason));
        }
    }

    [Test]
    public async Task A_goodbye_for_a_greeting_is_nobody()
    {
        using var listener = Listen();
        var dial = Dial();
        using var driver = await RawPeer.AcceptAsync(listener);
        await driver.Send(Settings(), GoAway(0, reason: "restarting"));
        var failure = (await dial.WithinLimit()).Failure!;
        Assert.That(failure.Kind, Is.EqualTo(ConnectFailureKind.Nobody));
        Assert.That(failure.Reason, Does.Contain("ended at once"));
    }

    [Test]
    public async Task A_full_backlog_is_busy()
    {
        using var listener = Listen(backlog: 0);
        using var first = await RawPeer.ConnectAsync(Path);
        var failure = (await Dial().WithinLimit()).Failure!;
        Assert.That(failure.Kind, Is.EqualTo(ConnectFailureKind.Busy));
        Assert.That(failure.Reason, Does.Contain("no room for another connection"));
    }

    [Test]
    public async Task Nobody_is_told_by_what_the_path_is()
    {
        Assert.That((await Dial().WithinLimit()).Failure, Is.EqualTo(
            new ConnectFailure(ConnectFailureKind.Nobody, Address, "no such file: nobody has created the socket yet")));
        Listen().Dispose();
        Assert.That((await Dial().WithinLimit()).Failure, Is.EqualTo(
            new ConnectFailure(ConnectFailureKind.Nobody, Address, "no such file: nobody has created the socket yet")), "the platform removes the file");
        using var bound = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bound.Bind(new UnixDomainSocketEndPoint(Path));
        Assert.That((await Dial().WithinLimit()).Failure!.Reason, Does.StartWith("connection refused"));
    }

    [Test]
    public async Task A_start_gives_a_silent_driver_what_is_left_of_its_limit()
    {
        using var listener = Listen();
        var dial = NodeConnection.ConnectAsync(Address, s_limit, null, NullLogger.Instance, _time, CancellationToken.None);
        using var driver = await RawPeer.AcceptAsync(listener);
        await driver.TakePreface();
        await _time.Pass(s_limit);
        var failure = (await dial.WithinLimit()).Failure!;
        Assert.That(failure.Reason, Does.StartWith("context deadline exceeded").And.Contains("nothing was said in time").And.Contains("tried for 3s"));
    }

    [Test]
    public async Task A_limit_that_passes_in_the_pause_leaves_the_reason_of_the_last_attempt()
    {
        var dial = NodeConnection.ConnectAsync(Address, s_limit, null, NullLogger.Instance, _time, CancellationToken.None);
        await _time.TimerSet(due => due < s_limit);
        _time.Advance(s_limit * 2); // the pause is over first, and then there is no time left
        Assert.That((await dial.WithinLimit()).Failure!.Reason, Does.Contain("no such file").And.Contains("tried for 3s"));
    }

    [Test]
    public async Task Without_a_limit_a_silent_connection_is_given_up_for_another()
    {
        using var listener = Listen();
        var log = new RecordingLogger(LogLevel.Debug);
        var dial = NodeConnection.ConnectAsync(Address, null, null, log, _time, CancellationToken.None);
        using var first = await RawPeer.AcceptAsync(listener);
        await first.TakePreface();
        await _time.Pass(Dialling.AttemptLimit);
        await _time.Pass(d => d >= RetryDelay.Mean * (1 - RetryDelay.Jitter) && d <= RetryDelay.Mean * (1 + RetryDelay.Jitter) && d != UnixSocketConnector.AttemptLimit);
        using var second = await RawPeer.AcceptAsync(listener);
        await second.Send(Settings());
        using var connection = (await dial.WithinLimit()).Connection;
        Assert.That(connection, Is.Not.Null);
        Assert.That(log.Lines, Has.Some.Contains("nothing was said in time"));
    }

    [Test]
    public async Task A_stop_ends_it()
    {
        using var listener = Listen();
        using var stop = new CancellationTokenSource();
        var dial = NodeConnection.ConnectAsync(Address, null, null, NullLogger.Instance, _time, stop.Token);
        using var driver = await RawPeer.AcceptAsync(listener);
        await driver.TakePreface();
        await stop.CancelAsync();
        Assert.That(async () => await dial.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await driver.End(), Is.Null);
    }

    private Socket Listen(int backlog = 16)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen(backlog);
        return listener;
    }

    private Task<(NodeConnection? Connection, ConnectFailure? Failure)> Dial() =>
        NodeConnection.TryConnectAsync(Address, s_limit, null, NullLogger.Instance, _time, CancellationToken.None);
}
