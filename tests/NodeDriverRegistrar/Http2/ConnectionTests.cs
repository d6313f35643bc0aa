using System.Net.Sockets;
using Sidecars.Hosting.Http2;
using Sidecars.Hosting.Http2.Hpack;
using Sidecars.NodeDriverRegistrar.Http2;
using Sidecars.Tests.Support;
using static Sidecars.NodeDriverRegistrar.Tests.Http2.Calls;
using static Sidecars.Tests.Support.Http2.Frames;

namespace Sidecars.NodeDriverRegistrar.Tests.Http2;

/// <summary>The life of a connection around its calls.</summary>
internal sealed class ConnectionTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private readonly ServerRig _rig = new();

    [TearDown]
    public async Task End() => await _rig.DisposeAsync();

    [Test]
    public async Task Settings_and_pings_are_acknowledged()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Of(FrameType.Ping, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8), Of(FrameType.Ping, FrameFlags.Ack, 0, new byte[8]));
        var own = await client.NextOf(FrameType.Settings);
        Assert.That(own.Header.Has(FrameFlags.Ack), Is.False);
        Assert.That((await client.NextOf(FrameType.Settings)).Header.Has(FrameFlags.Ack));
        var ping = await client.NextOf(FrameType.Ping);
        Assert.That(ping.Header.Has(FrameFlags.Ack));
        Assert.That(ping.Payload, Is.EqualTo((byte[])[1, 2, 3, 4, 5, 6, 7, 8]));
        await client.Send(Of(FrameType.Settings, FrameFlags.Ack, 0), Call(1));
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("0"));
    }

    [Test]
    public async Task A_client_that_says_goodbye_gets_its_answers_and_the_end()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Headers(1, Request(GetInfo)), Of(FrameType.GoAway, 0, 0, new byte[8]), Data(1, EmptyMessage));
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("0"));
        Assert.That(await client.End(), Is.Null);
    }

    [Test]
    public async Task At_the_end_calls_in_flight_are_answered_and_new_ones_are_not()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Headers(1, Request(GetInfo)), Of(FrameType.Ping, 0, 0, new byte[8]));
        await client.NextOf(FrameType.Ping);
        var closing = _rig.Server.CloseAsync(s_limit);
        var (_, goodbye) = await client.NextOf(FrameType.GoAway);
        Assert.That(goodbye, Is.EqualTo((byte[])[0, 0, 0, 1, 0, 0, 0, (byte)Http2ErrorCode.None]));
        await client.Send(Headers(3, Request(GetInfo)));
        Assert.That((await client.Answer(3)).Reset, Is.EqualTo(Http2ErrorCode.RefusedStream));
        Assert.That(closing.IsCompleted, Is.False);
        await client.Send(Data(1, EmptyMessage));
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("0"));
        await closing.WithinLimit();
        Assert.That(await client.End(), Is.Null);
    }

    [Test]
    public async Task At_the_end_a_client_that_does_not_go_on_is_cut()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Headers(1, Request(GetInfo)), Of(FrameType.Ping, 0, 0, new byte[8]));
        using var silent = await RawClient.ConnectSilentlyAsync(_rig.Path);
        await client.NextOf(FrameType.Ping); // the call is begun
        var closing = _rig.Server.CloseAsync(s_limit);
        await client.NextOf(FrameType.GoAway);
        _rig.Time.Advance(s_limit);
        await closing.WithinLimit();
        Assert.That(await client.End(), Is.Null);
        Assert.That(await silent.End(), Is.Null);
    }

    [Test]
    public async Task The_goodbye_goes_out_at_once_also_where_the_end_was_asked_for_while_octets_were_worked_on()
    {
        using var closing = new CancellationTokenSource();
        using var directory = new TemporaryDirectory();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(directory.File("s")));
        listener.Listen();
        using var client = await RawClient.ConnectAsync(directory.File("s"));
        using var connection = new Http2Connection(await listener.AcceptAsync().WithinLimit(), new Closes(closing), TimeProvider.System, _rig.Log);
        var running = connection.RunAsync(closing.Token);
        await client.Send(Headers(1, Request(GetInfo)));
        await client.NextOf(FrameType.GoAway);
        await client.Send(Data(1, EmptyMessage));
        await running.WithinLimit();
    }

    /// <summary>Asks for the end of the connection when a call begins.</summary>
    private sealed class Closes(CancellationTokenSource closing) : IRequestTarget
    {
        public Http2Response? Begin(RequestHead head, out IRequest? request)
        {
            closing.Cancel();
            request = new Empty();
            return null;
        }

        private sealed class Empty : IRequest
        {
            public Http2Response? Append(ReadOnlySpan<byte> part) => null;

            public Http2Response End() => Http2Response.Only(new HeaderField(":status", "200"));
        }
    }

    [Test]
    public async Task A_client_that_takes_no_answers_is_given_up()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Call(1));
        await client.Answer(1);
        // Answers to pings until the socket is full: then the sender waits for us, and we for the server.
        var pings = Enumerable.Repeat(Of(FrameType.Ping, 0, 0, new byte[8]), 1000).ToArray();
        var flood = Task.Run(async () =>
        {
            try
            {
                while (true) await client.Send(pings);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Given up.
            }
        });
        while (!flood.IsCompleted)
        {
            _rig.Time.Advance(Http2Connection.SendLimit);
            await Task.Yield();
        }
        await flood.WithinLimit();
        await _rig.Log.WaitForLine(line => line.Contains("connection to the registration socket ended", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_crowd_that_comes_at_once_and_says_nothing_is_held_to_the_most_connections_and_keeps_nobody_out()
    {
        var crowd = await Task.WhenAll(Enumerable.Range(0, 20 * Http2Server.MostConnections).Select(_ => RawClient.ConnectSilentlyAsync(_rig.Path))).WithinLimit();
        using (var kubelet = await Kubelet.ConnectAsync(_rig.Path)) Assert.That((await kubelet.GetInfo()).Name, Is.EqualTo(ServerRig.Driver));
        Assert.That(_rig.Server.OpenConnections, Is.LessThanOrEqualTo(Http2Server.MostConnections));
        foreach (var client in crowd) client.Dispose();
    }

    [Test]
    public async Task Beyond_the_most_connections_the_one_that_was_silent_for_longest_goes()
    {
        using var first = await RawClient.ConnectAsync(_rig.Path);
        await first.Send(Call(1));
        await first.Answer(1);
        var others = new List<RawClient>();
        for (var i = 0; i < Http2Server.MostConnections; i++)
        {
            _rig.Time.Advance(TimeSpan.FromSeconds(1));
            var other = await RawClient.ConnectAsync(_rig.Path);
            others.Add(other);
            await other.Send(Call(1));
            Assert.That((await other.Answer(1)).Status, Is.EqualTo("0"));
        }
        Assert.That(await first.End(), Is.Null);
        await others[0].Send(Call(3));
        Assert.That((await others[0].Answer(3)).Status, Is.EqualTo("0"));
        others.ForEach(other => other.Dispose());
    }
}
