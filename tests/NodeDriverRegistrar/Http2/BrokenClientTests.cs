using Sidecars.Hosting.Http2;
using static Sidecars.NodeDriverRegistrar.Tests.Http2.Calls;
using static Sidecars.Tests.Support.Http2.Frames;

namespace Sidecars.NodeDriverRegistrar.Tests.Http2;

/// <summary>What breaks the protocol ends that connection with the reason, and the server goes on for the others.</summary>
internal sealed class BrokenClientTests
{
    private readonly ServerRig _rig = new();

    [TearDown]
    public async Task End() => await _rig.DisposeAsync();

    public static IEnumerable<TestCaseData> Faults()
    {
        yield return Fault("DATA on the connection", Http2ErrorCode.Protocol, Data(0, []));
        yield return Fault("DATA for a call that was not begun", Http2ErrorCode.Protocol, Data(1, []));
        yield return Fault("HEADERS on an even stream", Http2ErrorCode.Protocol, Headers(2, Request(GetInfo)));
        yield return Fault("HEADERS on the connection", Http2ErrorCode.Protocol, Headers(0, Request(GetInfo)));
        yield return Fault("HEADERS on a stream that is over", Http2ErrorCode.StreamClosed, Call(3), Headers(3, Request(GetInfo)));
        yield return Fault("HEADERS on a stream that was skipped", Http2ErrorCode.StreamClosed, Call(3), Headers(1, Request(GetInfo)));
        yield return Fault("a block that cannot be read", Http2ErrorCode.Compression, Headers(1, [0xff]));
        yield return Fault("a frame inside a header block", Http2ErrorCode.Protocol, Headers(1, [], 0), Of(FrameType.Ping, 0, 0, new byte[8]));
        yield return Fault("another stream inside a header block", Http2ErrorCode.Protocol, Headers(1, [], 0), Of(FrameType.Continuation, 4, 3));
        yield return Fault("CONTINUATION of nothing", Http2ErrorCode.Protocol, Of(FrameType.Continuation, 4, 1));
        yield return Fault("empty pieces without end", Http2ErrorCode.EnhanceYourCalm,
            [Headers(1, [], 0), .. Enumerable.Repeat(Of(FrameType.Continuation, 0, 1), HeaderBlock.LeastFrames + 2 * Http2Limits.RequestFields / 4096)]);
        yield return Fault("a header block without end", Http2ErrorCode.EnhanceYourCalm,
            [Headers(1, new byte[16000], 0), .. Enumerable.Repeat(Of(FrameType.Continuation, 0, 1, new byte[16000]), 2)]);
        yield return Fault("padding longer than DATA", Http2ErrorCode.Protocol, Headers(1, Request(GetInfo)), Data(1, [9, 0], FrameFlags.Padded));
        yield return Fault("padding without a length", Http2ErrorCode.Protocol, Headers(1, Request(GetInfo)), Data(1, [], FrameFlags.Padded));
        yield return Fault("padding longer than HEADERS", Http2ErrorCode.Protocol, Headers(1, [1], FrameFlags.Padded | 4));
        yield return Fault("HEADERS without its priority", Http2ErrorCode.FrameSize, Headers(1, [0, 0], FrameFlags.Priority | 4));
        yield return Fault("a short PRIORITY", Http2ErrorCode.FrameSize, Of(FrameType.Priority, 0, 1, 0));
        yield return Fault("PRIORITY of the connection", Http2ErrorCode.Protocol, Of(FrameType.Priority, 0, 0, new byte[5]));
        yield return Fault("RST_STREAM for a call that was not begun", Http2ErrorCode.Protocol, Of(FrameType.ResetStream, 0, 1, new byte[4]));
        yield return Fault("a short RST_STREAM", Http2ErrorCode.FrameSize, Headers(1, Request(GetInfo)), Of(FrameType.ResetStream, 0, 1, new byte[3]));
        yield return Fault("SETTINGS on a stream", Http2ErrorCode.Protocol, Of(FrameType.Settings, 0, 1));
        yield return Fault("half a setting", Http2ErrorCode.FrameSize, Of(FrameType.Settings, 0, 0, new byte[5]));
        yield return Fault("SETTINGS that is acknowledged with content", Http2ErrorCode.FrameSize, Of(FrameType.Settings, 1, 0, new byte[6]));
        yield return Fault("an absurd window", Http2ErrorCode.FlowControl, Settings((4, -1)));
        yield return Fault("a frame size that is too small", Http2ErrorCode.Protocol, Settings((5, 100)));
        yield return Fault("a push that is neither on nor off", Http2ErrorCode.Protocol, Settings((2, 7)));
        yield return Fault("PUSH_PROMISE", Http2ErrorCode.Protocol, Of(FrameType.PushPromise, 4, 1, new byte[4]));
        yield return Fault("PING on a stream", Http2ErrorCode.Protocol, Of(FrameType.Ping, 0, 1, new byte[8]));
        yield return Fault("a short PING", Http2ErrorCode.FrameSize, Of(FrameType.Ping, 0, 0, new byte[7]));
        yield return Fault("GOAWAY on a stream", Http2ErrorCode.Protocol, Of(FrameType.GoAway, 0, 1, new byte[8]));
        yield return Fault("a short GOAWAY", Http2ErrorCode.FrameSize, Of(FrameType.GoAway, 0, 0, new byte[4]));
        yield return Fault("a short WINDOW_UPDATE", Http2ErrorCode.FrameSize, Of(FrameType.WindowUpdate, 0, 0, new byte[3]));
        yield return Fault("WINDOW_UPDATE for a call that was not begun", Http2ErrorCode.Protocol, WindowUpdate(1, 1));
        yield return Fault("a frame that is too long", Http2ErrorCode.FrameSize, Of(FrameType.Data, 0, 1, new byte[Http2Limits.FrameSize + 1]));
        yield return Fault("windows that grow too large", Http2ErrorCode.FlowControl,
            Settings((4, 0)), Call(1), WindowUpdate(1, 1), Headers(3, Request(GetInfo)), WindowUpdate(3, int.MaxValue), Settings((4, 1)));
        yield return Fault("calls that are begun and cancelled without end", Http2ErrorCode.EnhanceYourCalm,
            [.. Enumerable.Range(0, Http2Limits.AbortedCalls + 1).SelectMany(i =>
                (byte[][])[Headers(1 + 2 * i, Request(GetInfo)), Of(FrameType.ResetStream, 0, 1 + 2 * i, 0, 0, 0, 8)])]);
        yield return Fault("malformed calls without end", Http2ErrorCode.EnhanceYourCalm,
            [.. Enumerable.Range(0, Http2Limits.AbortedCalls + 1).Select(i => Headers(1 + 2 * i, Block(("Bad", "name"))))]);
    }

    [TestCaseSource(nameof(Faults))]
    public async Task It_is_told_what_it_did_and_the_server_goes_on(Http2ErrorCode code, byte[][] frames)
    {
        using var healthy = await RawClient.ConnectAsync(_rig.Path);
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(frames);
        var said = await client.End();
        Assert.That(said?.Code, Is.EqualTo(code));
        Assert.That(said?.Reason, Is.Not.Empty);
        Assert.That(await _rig.Log.WaitForLine(line => line.Contains("broke the protocol", StringComparison.Ordinal)), Does.Contain(said!.Value.Reason));
        await healthy.Send(Call(1));
        Assert.That((await healthy.Answer(1)).Status, Is.EqualTo("0"));
    }

    [TestCase("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [TestCase("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")]
    [TestCase("\0")]
    [TestCase("\u0016\u0003\u0001", Description = "TLS")]
    public async Task What_does_not_begin_as_HTTP2_is_turned_away(string beginning)
    {
        using var client = await RawClient.ConnectSilentlyAsync(_rig.Path);
        await client.Send(System.Text.Encoding.Latin1.GetBytes(beginning));
        Assert.That(await client.End(), Is.EqualTo((Http2ErrorCode.Protocol, "the client does not begin with the preface of HTTP/2")));
    }

    [Test]
    public async Task The_first_frame_must_be_settings()
    {
        using var client = await RawClient.ConnectSilentlyAsync(_rig.Path);
        await client.Send(Http2Session.Preface.ToArray(), Of(FrameType.Ping, 0, 0, new byte[8]));
        Assert.That((await client.End())!.Value, Is.EqualTo((Http2ErrorCode.Protocol, "the first frame is not SETTINGS: whoever is there does not speak HTTP/2")));
    }

    public static IEnumerable<TestCaseData> MalformedHeads()
    {
        (string, string)[] good = [(":method", "POST"), (":scheme", "http"), (":path", GetInfo), ("content-type", "application/grpc")];
        yield return Head("no method", good[1..]);
        yield return Head("no path", [good[0], good[1], good[3]]);
        yield return Head("no scheme", [good[0], good[2], good[3]]);
        yield return Head("an empty path", [good[0], good[1], (":path", ""), good[3]]);
        yield return Head("two paths", [.. good[..3], (":path", "/")]);
        yield return Head("an unknown pseudo field", [.. good[..3], (":protocol", "websocket")]);
        yield return Head("an answer's pseudo field", [.. good[..3], (":status", "200")]);
        yield return Head("a pseudo field behind the others", [good[0], good[1], good[3], good[2]]);
        yield return Head("an upper-case name", [.. good, ("X-Name", "1")]);
        yield return Head("an empty name", [.. good, ("", "1")]);
        yield return Head("a field of the connection", [.. good, ("connection", "close")]);
        yield return Head("te other than trailers", [.. good, ("te", "gzip")]);
        yield return Head("a line break in a value", [.. good, ("x", "a\r\nb")]);
    }

    [TestCaseSource(nameof(MalformedHeads))]
    public async Task A_malformed_head_ends_the_call_alone(byte[] block)
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Headers(1, block), Data(1, EmptyMessage));
        Assert.That((await client.Answer(1)).Reset, Is.EqualTo(Http2ErrorCode.Protocol));
        await client.Send(Call(3));
        Assert.That((await client.Answer(3)).Status, Is.EqualTo("0"));
    }

    [Test]
    public async Task Data_behind_the_end_of_a_call_ends_the_call_alone()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path, ((int)Http2Setting.InitialWindowSize, 0));
        await client.Send(Call(1), Data(1, EmptyMessage));
        Assert.That((await client.Answer(1)).Reset, Is.EqualTo(Http2ErrorCode.StreamClosed));
    }

    [Test]
    public async Task Fields_behind_a_body_that_do_not_end_it_end_the_call()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Headers(1, Request(GetInfo)), Headers(1, Block(("x", "y"))));
        Assert.That((await client.Answer(1)).Reset, Is.EqualTo(Http2ErrorCode.Protocol));
    }

    [Test]
    public async Task A_head_that_is_too_large_is_answered_with_431()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        var block = Block([(":method", "POST"), (":scheme", "http"), (":path", GetInfo), .. Enumerable.Repeat(("x", new string('y', 100)), 140)]);
        await client.Send(Headers(1, block[..8000], 0), Of(FrameType.Continuation, 4, 1, block[8000..]));
        Assert.That((await client.Answer(1)).Fields[":status"], Is.EqualTo("431"));
    }

    [Test]
    public async Task What_was_under_way_for_a_call_that_was_broken_off_is_dropped()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(
            Headers(1, Block((":method", "POST"), (":scheme", "http"), (":path", GetInfo), ("te", "gzip"))), Data(1, EmptyMessage, 0),
            Headers(1, Block(("x", "y")), FrameFlags.EndHeaders | FrameFlags.EndStream), Call(3));
        Assert.That((await client.Answer(1)).Reset, Is.EqualTo(Http2ErrorCode.Protocol));
        Assert.That((await client.Answer(3)).Status, Is.EqualTo("0"));
    }

    [Test]
    public async Task Calls_that_are_finished_earn_back_what_cancelled_ones_cost()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        for (var stream = 1; stream < 6 * Http2Limits.AbortedCalls; stream += 4)
        {
            await client.Send(Headers(stream, Request(GetInfo)), Of(FrameType.ResetStream, 0, stream, 0, 0, 0, 8), Call(stream + 2));
            Assert.That((await client.Answer(stream + 2)).Status, Is.EqualTo("0"));
        }
    }

    [Test]
    public async Task Frames_and_settings_nobody_knows_are_ignored()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path, (0x99, 1), (1, 0), (3, 0), (5, 16384), (6, 1), (2, 0));
        await client.Send(Of((FrameType)0x42, 0xff, 1, 1, 2, 3), Of((FrameType)0xfa, 0, 0), Call(1));
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("0"));
    }

    private static TestCaseData Fault(string name, Http2ErrorCode code, params byte[][] frames) =>
        new TestCaseData(code, frames).SetArgDisplayNames(name);

    private static TestCaseData Head(string name, (string, string)[] fields) => new TestCaseData(Block(fields)).SetArgDisplayNames(name);
}
