using Sidecars.Hosting.Http2;
using Sidecars.NodeDriverRegistrar.Grpc;
using static Sidecars.NodeDriverRegistrar.Tests.Http2.Calls;
using static Sidecars.Tests.Support.Http2.Frames;

namespace Sidecars.NodeDriverRegistrar.Tests.Http2;

/// <summary>Nobody sends more than the other allows, in either direction.</summary>
internal sealed class FlowControlTests
{
    private const int InitialWindow = (int)Http2Setting.InitialWindowSize;

    private readonly ServerRig _rig = new();

    [TearDown]
    public async Task End() => await _rig.DisposeAsync();

    [Test]
    public async Task An_answer_waits_for_the_clients_window_and_goes_out_in_the_pieces_it_allows()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path, (InitialWindow, 0));
        await client.Send(Call(1));
        await client.NextOf(FrameType.Headers);
        await client.Send(WindowUpdate(1, 3));
        Assert.That((await client.NextOf(FrameType.Data)).Payload, Has.Length.EqualTo(3));
        await client.Send(WindowUpdate(1, 1));
        Assert.That((await client.NextOf(FrameType.Data)).Payload, Has.Length.EqualTo(1));
        await client.Send(WindowUpdate(1, 1000));
        Assert.That((await client.NextOf(FrameType.Data)).Payload, Is.Not.Empty);
        Assert.That((await client.NextOf(FrameType.Headers)).Header.Has(FrameFlags.EndStream));
    }

    [Test]
    public async Task A_changed_setting_changes_the_windows_of_open_calls()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path, (InitialWindow, 10));
        await client.Send(Call(1));
        Assert.That((await client.NextOf(FrameType.Data)).Payload, Has.Length.EqualTo(10));
        // Down to minus ten, so that a grant of twelve leaves two.
        await client.Send(Settings((InitialWindow, 0)), WindowUpdate(1, 12));
        Assert.That((await client.NextOf(FrameType.Data)).Payload, Has.Length.EqualTo(2));
        await client.Send(Settings((InitialWindow, 60_000)));
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("0"));
    }

    [Test]
    public async Task The_connections_window_is_shared_and_a_call_that_waits_holds_up_no_ping()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Call(1));
        var size = (await client.NextOf(FrameType.Data)).Payload.Length;
        var answers = Http2Limits.Window / size;
        for (var i = 1; i < answers; i++)
        {
            await client.Send(Call(1 + 2 * i));
            await client.Answer(1 + 2 * i);
        }
        var last = 1 + 2 * answers;
        await client.Send(Call(last));
        Assert.That((await client.NextOf(FrameType.Data)).Payload, Has.Length.EqualTo(Http2Limits.Window % size));
        await client.Send(Of(FrameType.Ping, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8));
        Assert.That((await client.Next())!.Value.Header.Type, Is.EqualTo(FrameType.Ping));
        await client.Send(WindowUpdate(0, size));
        Assert.That((await client.Answer(last)).Status, Is.EqualTo("0"));
    }

    [Test]
    public async Task A_client_gets_credit_back_for_what_it_sent()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        byte[] text = [0x12, .. Varint(GrpcRequest.LargestMessage - 8), .. Enumerable.Repeat((byte)'e', GrpcRequest.LargestMessage - 8)];
        var message = Message([0x08, 0x01, .. text]);
        for (var call = 0; call < 3; call++)
        {
            var stream = 1 + 2 * call;
            await client.Send(Headers(stream, Request(Notify)));
            foreach (var part in message.Chunk(Http2Limits.FrameSize)) await client.Send(Data(stream, part, 0));
            await client.Send(Data(stream, []));
            Assert.That((await client.Answer(stream)).Status, Is.EqualTo("0"), $"call {call}");
        }
    }

    [Test]
    public async Task More_than_a_calls_window_ends_the_call_alone()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        // Who has the answer already gets no more credit for this call, but the connection does.
        await client.Send(Headers(1, Request("/none")));
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("12"));
        for (var sent = 0; sent < Http2Limits.Window; sent += Http2Limits.FrameSize) await client.Send(Data(1, new byte[Http2Limits.FrameSize], 0));
        Assert.That((await client.Answer(1)).Reset, Is.EqualTo(Http2ErrorCode.FlowControl));
        await client.Send(Call(3));
        Assert.That((await client.Answer(3)).Status, Is.EqualTo("0"));
    }

    [TestCase(0, 0, Http2ErrorCode.Protocol)]
    [TestCase(0, int.MaxValue, Http2ErrorCode.FlowControl)]
    public async Task A_bad_grant_for_the_connection_ends_it(int stream, int increment, Http2ErrorCode code)
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(WindowUpdate(stream, increment));
        Assert.That((await client.End())?.Code, Is.EqualTo(code));
    }

    [TestCase(0, Http2ErrorCode.Protocol)]
    [TestCase(int.MaxValue, Http2ErrorCode.FlowControl)]
    public async Task A_bad_grant_for_a_call_ends_the_call_alone(int increment, Http2ErrorCode code)
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Headers(1, Request(GetInfo)), WindowUpdate(1, increment));
        Assert.That((await client.Answer(1)).Reset, Is.EqualTo(code));
        await client.Send(Call(3));
        Assert.That((await client.Answer(3)).Status, Is.EqualTo("0"));
    }

    private static byte[] Varint(int value) => value < 128 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];
}
