using System.Net.Sockets;
using Sidecars.Hosting.Http2;
using Sidecars.Hosting.Http2.Hpack;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Http2;
using static Sidecars.Tests.Support.Http2.Frames;

namespace Sidecars.Hosting.Tests.Http2;

/// <summary>The asking side over a real socket: what its callers see of a server that answers, hangs, says goodbye, or goes away.</summary>
internal sealed class Http2ClientTests
{
    private static readonly HeaderField[] s_question = [new(":method", "POST"), new(":path", "/")];
    private static readonly byte[] s_ok = Block((":status", "200"));

    private readonly TemporaryDirectory _directory = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private Http2Client _client = null!;
    private RawPeer _server = null!;

    [SetUp]
    public async Task Begin()
    {
        var address = new UnixDomainSocketEndPoint(_directory.File("s"));
        _listener.Bind(address);
        _listener.Listen();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(address).WithinLimit();
        _client = new Http2Client(new NetworkStream(socket, ownsSocket: true));
        _server = await RawPeer.AcceptAsync(_listener);
        await _server.TakePreface();
    }

    [TearDown]
    public void End()
    {
        _client.Dispose();
        _server.Dispose();
        _listener.Dispose();
        _directory.Dispose();
    }

    [Test]
    public async Task It_says_what_it_is_and_is_greeted_by_the_servers_settings()
    {
        Assert.That((await _server.Next())!.Value.Header.Type, Is.EqualTo(FrameType.Settings));
        Assert.That(_client.Greeted.IsCompleted, Is.False);
        await _server.Send(Settings());
        await _client.Greeted.WithinLimit();
        Assert.That((await _server.Next())!.Value.Header.Has(FrameFlags.Ack));
    }

    [Test]
    public async Task Answers_go_to_whom_they_belong_in_whatever_order_they_come()
    {
        await _server.Send(Settings());
        var first = Ask(default);
        await _server.NextOf(FrameType.Headers);
        var second = Ask(default);
        await _server.NextOf(FrameType.Headers);
        await _server.Send(Headers(3, s_ok), Data(3, [3]), Headers(1, s_ok), Data(1, [1]));
        Assert.That((await first.WithinLimit()).Body.ToArray(), Is.EqualTo((byte[])[1]));
        Assert.That((await second.WithinLimit()).Body.ToArray(), Is.EqualTo((byte[])[3]));
    }

    [Test]
    public async Task A_call_that_is_given_up_is_cancelled_at_the_server_alone()
    {
        await _server.Send(Settings());
        using var stop = new CancellationTokenSource();
        var given = _client.AskAsync(s_question, default, stop.Token);
        await _server.NextOf(FrameType.Headers);
        var kept = Ask(default);
        await _server.NextOf(FrameType.Headers);
        await stop.CancelAsync();
        Assert.That(async () => await given.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That((await _server.NextOf(FrameType.ResetStream)).Header.Stream, Is.EqualTo(1));
        await _server.Send(Headers(3, s_ok), Data(3, []));
        await kept.WithinLimit();
    }

    [Test]
    public async Task A_server_that_reads_nothing_holds_up_nobody_longer_than_they_want_to_wait()
    {
        await _server.Send(Settings((4, int.MaxValue)), WindowUpdate(0, int.MaxValue - Http2Limits.Window));
        await _client.Greeted.WithinLimit();
        using var stop = new CancellationTokenSource();
        var large = _client.AskAsync(s_question, new byte[4 * 1024 * 1024], stop.Token); // more than a socket holds
        var small = _client.AskAsync(s_question, default, stop.Token);
        await stop.CancelAsync();
        foreach (var call in (Task<Http2Message>[])[large, small])
            Assert.That(async () => await call.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        _client.Dispose();
        await _client.Over.WithinLimit();
    }

    [Test]
    public async Task After_a_goodbye_nothing_can_be_asked_and_that_is_known_before_a_call_fails_for_it()
    {
        await _server.Send(Settings());
        var call = Ask(default);
        await _server.NextOf(FrameType.Headers);
        await _server.Send(GoAway(0, reason: "restarting"));
        var isUnusable = false;
        Assert.That(async () =>
        {
            try
            {
                await call.WithinLimit();
            }
            finally
            {
                isUnusable = _client.Unusable.IsCompleted;
            }
        }, Throws.TypeOf<Http2ResetException>());
        Assert.That(isUnusable);
        Assert.That(async () => await Ask(default).WithinLimit(), Throws.InstanceOf<IOException>().With.Message.Contains("the server said goodbye: restarting"));
        Assert.That(await _client.Over.WithinLimit(), Is.EqualTo("the server said goodbye: restarting"), "nothing is under way, so the connection ends");
    }

    [Test]
    public async Task A_server_that_goes_away_breaks_off_what_is_under_way()
    {
        await _server.Send(Settings());
        var call = Ask(default);
        await _server.NextOf(FrameType.Headers);
        _server.Dispose();
        await _client.Unusable.WithinLimit();
        Assert.That(async () => await call.WithinLimit(), Throws.InstanceOf<IOException>());
        await _client.Over.WithinLimit();
    }

    [Test]
    public async Task A_server_that_breaks_the_protocol_is_told_and_the_reason_is_kept()
    {
        await _server.Send(Of(FrameType.Ping, 0, 0, new byte[8]));
        const string reason = "the first frame is not SETTINGS: whoever is there does not speak HTTP/2";
        Assert.That(await _client.Over.WithinLimit(), Is.EqualTo(reason));
        Assert.That(await _server.End(), Is.EqualTo((Http2ErrorCode.Protocol, reason)));
        await _client.Greeted.WithinLimit();
        Assert.That(async () => await Ask(default).WithinLimit(), Throws.InstanceOf<IOException>().With.Message.Contains("not SETTINGS"));
    }

    [Test]
    public async Task A_stop_that_was_asked_for_before_sends_nothing()
    {
        Assert.That(async () => await _client.AskAsync(s_question, default, new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
        await _server.Send(Settings());
        var call = Ask(default);
        Assert.That((await _server.NextOf(FrameType.Headers)).Header.Stream, Is.EqualTo(1));
        await _server.Send(Headers(1, s_ok, FrameFlags.EndHeaders | FrameFlags.EndStream));
        await call.WithinLimit();
    }

    private Task<Http2Message> Ask(ReadOnlyMemory<byte> body) => _client.AskAsync(s_question, body, CancellationToken.None);
}
