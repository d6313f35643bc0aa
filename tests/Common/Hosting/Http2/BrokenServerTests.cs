using Sidecars.Hosting.Http2;
using Sidecars.Hosting.Http2.Hpack;
using static Sidecars.Tests.Support.Http2.Frames;

namespace Sidecars.Hosting.Tests.Http2;

/// <summary>What a server may do wrong, or oddly: it ends the connection, or the call alone, or nothing.</summary>
internal sealed class BrokenServerTests
{
    private static readonly byte[] s_ok = Block((":status", "200"));

    private readonly Http2Session _session = Http2Session.ForClient(_ => { });
    private readonly ClientCall _call = new();
    private readonly ClientCall _other = new();

    [SetUp]
    public void Begin()
    {
        _session.Streams.Begin(_call, [new HeaderField(":method", "POST")], default);
        _session.Streams.Begin(_other, [new HeaderField(":method", "POST")], default);
        Receive(Settings());
        _session.TakeOutput();
    }

    public static IEnumerable<TestCaseData> ConnectionFaults()
    {
        yield return Fault("HEADERS on a stream nobody began", Http2ErrorCode.Protocol, Headers(5, s_ok));
        yield return Fault("HEADERS on a stream of the server", Http2ErrorCode.Protocol, Headers(2, s_ok));
        yield return Fault("DATA on a stream nobody began", Http2ErrorCode.Protocol, Data(5, [1]));
        yield return Fault("RST_STREAM on a stream nobody began", Http2ErrorCode.Protocol, Reset(5, Http2ErrorCode.Cancel));
        yield return Fault("PUSH_PROMISE", Http2ErrorCode.Protocol, Of(FrameType.PushPromise, 4, 1, 0, 0, 0, 2));
        yield return Fault("a short GOAWAY", Http2ErrorCode.FrameSize, Of(FrameType.GoAway, 0, 0, 1));
        yield return Fault("a block that cannot be read", Http2ErrorCode.Compression, Headers(1, [0xff]));
    }

    [TestCaseSource(nameof(ConnectionFaults))]
    public void The_connection_ends_with_the_reason(Http2ErrorCode code, byte[][] frames)
    {
        Receive(frames);
        Assert.That(_session.Error?.Code, Is.EqualTo(code));
        Assert.That(_session.IsOver);
        var goodbye = _session.TakeOutput().Span[^(8 + _session.Error!.Reason.Length)..];
        Assert.That(goodbye[..4].ToArray(), Is.All.Zero, "a server begins no streams");
        Assert.That(goodbye[7], Is.EqualTo((byte)code));
    }

    public static IEnumerable<TestCaseData> CallFaults()
    {
        yield return Fault("a body without a head", Http2ErrorCode.Protocol, Data(1, [1]));
        yield return Fault("an end without a head", Http2ErrorCode.Protocol, Data(1, []));
        yield return Fault("two heads", Http2ErrorCode.Protocol, Headers(1, s_ok), Headers(1, s_ok));
        yield return Fault("a head behind the body", Http2ErrorCode.Protocol, Headers(1, s_ok), Headers(1, s_ok, End));
        yield return Fault("a name with capitals", Http2ErrorCode.Protocol, Headers(1, Block((":status", "200"), ("Grpc-Status", "0"))));
        yield return Fault("a name that is empty", Http2ErrorCode.Protocol, Headers(1, Block((":status", "200"), ("", "0"))));
        yield return Fault("news of an answer for an answer", Http2ErrorCode.Protocol, Headers(1, Block((":status", "100")), End));
        yield return Fault("a head that is too large", Http2ErrorCode.EnhanceYourCalm,
            InFrames(1, Block([(":status", "200"), .. Enumerable.Repeat(("x", new string('y', 1000)), Http2Limits.AnswerFields / 1000)])));
        yield return Fault("a body that is too large", Http2ErrorCode.EnhanceYourCalm,
            [Headers(1, s_ok), .. Enumerable.Repeat(Data(1, new byte[Http2Limits.FrameSize], 0), ClientCall.LongestBody / Http2Limits.FrameSize + 1)]);
        yield return Fault("a window that grows by nothing", Http2ErrorCode.Protocol, WindowUpdate(1, 0));
    }

    [TestCaseSource(nameof(CallFaults))]
    public void The_call_ends_alone_and_the_server_is_told(Http2ErrorCode code, byte[][] frames)
    {
        Receive(frames);
        Assert.That(_session.Error, Is.Null);
        Assert.That(_call.Answer.Exception!.InnerException, Is.TypeOf<Http2ResetException>().With.Property("Code").EqualTo(code));
        Assert.That(_session.TakeOutput().ToArray()[^Reset(1, code).Length..], Is.EqualTo(Reset(1, code)));
        Receive(Headers(3, s_ok, End));
        Assert.That(_other.Answer.Result.Find(":status"), Is.EqualTo("200"));
        Assert.That(_session.Streams.Open, Is.Zero);
    }

    [Test]
    public void A_head_with_the_words_of_a_long_error_is_read()
    {
        var words = new string('w', 300_000);
        Receive(InFrames(1, Block((":status", "200"), ("grpc-message", words))));
        Receive(Data(1, []));
        Assert.That(_call.Answer.Result.Find("grpc-message"), Is.EqualTo(words));
    }

    [Test]
    public void A_reset_ends_the_call_with_its_code()
    {
        Receive(Reset(1, Http2ErrorCode.RefusedStream));
        Assert.That(_call.Answer.Exception!.InnerException, Is.TypeOf<Http2ResetException>().With.Property("Code").EqualTo(Http2ErrorCode.RefusedStream));
        Assert.That(_other.Answer.IsCompleted, Is.False);
    }

    [Test]
    public void What_comes_for_a_call_that_was_given_up_is_dropped()
    {
        _session.Streams.GiveUp(_call);
        Assert.That(_session.TakeOutput().ToArray(), Is.EqualTo(Reset(1, Http2ErrorCode.Cancel)));
        Receive(Headers(1, s_ok), Data(1, [1, 2, 3]), Headers(1, s_ok, End), Reset(1, Http2ErrorCode.Cancel), WindowUpdate(1, 7), Headers(3, s_ok, End));
        Assert.That(_session.Error, Is.Null);
        Assert.That(_other.Answer.IsCompletedSuccessfully);
    }

    [Test]
    public void A_goodbye_breaks_off_the_calls_it_does_not_count_and_no_others()
    {
        Receive(GoAway(1, Http2ErrorCode.None, "restarting"));
        Assert.That(_other.Answer.Exception!.InnerException!.Message, Does.Contain("the server said goodbye: restarting"));
        Assert.That(_session.IsOver, Is.False);
        Receive(Headers(1, s_ok, End));
        Assert.That(_call.Answer.IsCompletedSuccessfully);
        Assert.That(_session.IsOver);
    }

    [Test]
    public void News_of_an_answer_padding_pings_and_frames_nobody_knows_change_nothing()
    {
        Receive(
            Headers(1, Block((":status", "103"))), Of((FrameType)0x42, 0xff, 1, 1, 2, 3), Of(FrameType.Ping, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8),
            Headers(1, [2, .. s_ok, 0, 0], FrameFlags.EndHeaders | FrameFlags.Padded), Data(1, [1, (byte)'x', 0], FrameFlags.Padded | FrameFlags.EndStream));
        Assert.That(_call.Answer.Result.Body.ToArray(), Is.EqualTo((byte[])[(byte)'x']));
        Assert.That(_session.TakeOutput().ToArray(), Is.EqualTo(Of(FrameType.Ping, FrameFlags.Ack, 0, 1, 2, 3, 4, 5, 6, 7, 8)));
    }

    [Test]
    public void An_answer_before_the_question_is_through_counts_and_the_rest_of_the_question_is_kept_back()
    {
        var call = new ClientCall();
        _session.Streams.Begin(call, [new HeaderField(":method", "POST")], new byte[2 * Http2Limits.Window]);
        _session.TakeOutput();
        Receive(Headers(5, s_ok, End));
        Assert.That(call.Answer.IsCompletedSuccessfully);
        Assert.That(_session.TakeOutput().ToArray(), Is.EqualTo(Reset(5, Http2ErrorCode.Cancel)));
        Receive(WindowUpdate(0, 100_000), WindowUpdate(5, 100_000));
        Assert.That(_session.TakeOutput().IsEmpty);
    }

    private static int End => FrameFlags.EndHeaders | FrameFlags.EndStream;

    private void Receive(params byte[][] frames)
    {
        for (ReadOnlySpan<byte> rest = frames.SelectMany(f => f).ToArray(); !rest.IsEmpty;)
        {
            var space = _session.Space.Span;
            var count = Math.Min(rest.Length, space.Length);
            rest[..count].CopyTo(space);
            _session.Received(count);
            rest = rest[count..];
        }
    }

    private static TestCaseData Fault(string name, Http2ErrorCode code, params byte[][] frames) => new TestCaseData(code, frames).SetArgDisplayNames(name);
}
