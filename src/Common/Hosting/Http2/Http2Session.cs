using System.Buffers.Binary;
using System.Text;
using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Http2;

/// <summary>
/// One side of an HTTP/2 connection (RFC 9113) without the connection: octets go in, octets come out, and no clock, socket or lock is
/// involved. Whatever comes in, it neither throws nor waits; what a connection cannot go on after is <see cref="Error"/>, and the peer is
/// told why. The calls are its <see cref="Streams"/>. No push, no priorities. To be used by one thread at a time.
/// </summary>
internal sealed class Http2Session
{
    private const int PrioritySize = 5;

    private readonly FrameBuffer _input = new();
    private readonly FrameWriter _writer;
    private readonly HpackDecoder _decoder = new();
    private readonly int _fieldsLimit;
    private readonly Action<string>? _onGoodbye;
    private HeaderBlock? _block;
    private bool _hasPreface;
    private bool _isPeerLeaving;

    private Http2Session(FrameWriter writer, StreamTable streams, int fieldsLimit, Action<string>? onGoodbye) =>
        (_writer, Streams, _fieldsLimit, _onGoodbye) = (writer, streams, fieldsLimit, onGoodbye);

    /// <summary>What each client says first (RFC 9113 3.4).</summary>
    public static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>The calls on this connection.</summary>
    public StreamTable Streams { get; }

    /// <summary>Where to receive to; <see cref="Received"/> says how much arrived there.</summary>
    public Memory<byte> Space => _input.Space;

    /// <summary>The peer has said what it is: it speaks HTTP/2.</summary>
    public bool IsGreeted { get; private set; }

    /// <summary>What the peer did wrong; null as long as the connection can go on.</summary>
    public Http2Error? Error { get; private set; }

    /// <summary>Nothing more is to come from here: close the connection once the output is sent.</summary>
    public bool IsOver => Error is not null || ((Streams.IsClosing || _isPeerLeaving) && Streams.Open == 0 && _block is null);

    /// <summary>The side that answers. It says nothing before the client's preface has come; then it takes calls into what <paramref name="accept"/> makes.</summary>
    public static Http2Session ForServer(Func<Http2Stream> accept)
    {
        var writer = new FrameWriter();
        return new Http2Session(writer, new StreamTable(writer, accept), Http2Limits.RequestFields, null);
    }

    /// <summary>
    /// The side that asks; its greeting is there to be sent. <paramref name="onGoodbye"/> is told when the server takes no more calls, before
    /// those it will not answer are broken off.
    /// </summary>
    public static Http2Session ForClient(Action<string> onGoodbye)
    {
        var writer = new FrameWriter();
        writer.Raw(Preface);
        writer.Settings((Http2Setting.EnablePush, 0), (Http2Setting.MaxHeaderListSize, Http2Limits.AnswerFields));
        return new Http2Session(writer, new StreamTable(writer, null), Http2Limits.AnswerFields, onGoodbye) { _hasPreface = true };
    }

    /// <summary>What is to be sent and was not taken yet; valid until the next is taken.</summary>
    public ReadOnlyMemory<byte> TakeOutput() => _writer.Take();

    /// <summary>Tells the peer that no more calls are taken; those begun are answered.</summary>
    public void Close()
    {
        if (Streams.IsClosing) return;
        Streams.IsClosing = true;
        if (_hasPreface) Farewell(Http2ErrorCode.None, "");
    }

    /// <summary>Works on what arrived.</summary>
    public void Received(int count)
    {
        _input.Received(count);
        if (Error is not null) return;
        Error = _hasPreface || TakePreface() ? TakeFrames() : Error;
        if (Error is { } error) Farewell(error.Code, error.Reason);
    }

    private void Farewell(Http2ErrorCode code, string reason) => _writer.GoAway(Streams.IsServer ? Streams.Last : 0, code, reason);

    private bool TakePreface()
    {
        var length = Math.Min(_input.Unused.Length, Preface.Length);
        if (!_input.Unused[..length].SequenceEqual(Preface[..length])) Error = Http2Error.Protocol("the client does not begin with the preface of HTTP/2");
        if (Error is not null || length < Preface.Length) return false;
        _input.Use(length);
        _hasPreface = true;
        _writer.Settings((Http2Setting.MaxConcurrentStreams, Http2Limits.Streams), (Http2Setting.MaxHeaderListSize, _fieldsLimit));
        return true;
    }

    private Http2Error? TakeFrames()
    {
        while (_input.Unused.Length >= FrameHeader.Size)
        {
            var frame = FrameHeader.Read(_input.Unused);
            if (!IsGreeted && (frame.Type != FrameType.Settings || frame.Has(FrameFlags.Ack)))
                return Http2Error.Protocol("the first frame is not SETTINGS: whoever is there does not speak HTTP/2");
            if (frame.Length > Http2Limits.FrameSize) return Http2Error.FrameSize(frame);
            if (_input.Unused.Length < FrameHeader.Size + frame.Length) return null;
            if (Process(frame, _input.Unused.Slice(FrameHeader.Size, frame.Length)) is { } error) return error;
            _input.Use(FrameHeader.Size + frame.Length);
        }
        return null;
    }

    private Http2Error? Process(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if (_block is { } block && (frame.Type != FrameType.Continuation || frame.Stream != block.Stream))
            return Http2Error.Protocol($"a header block of stream {block.Stream} is interrupted by a frame of type {frame.Type}");
        if (WrongStream(frame) is { } wrong) return wrong;
        return frame.Type switch
        {
            FrameType.Data => Data(frame, payload),
            FrameType.Headers => Headers(frame, payload),
            FrameType.Priority => payload.Length == PrioritySize ? null : Http2Error.FrameSize(frame),
            FrameType.ResetStream => payload.Length == 4 ? Streams.Reset(frame.Stream, (Http2ErrorCode)Number(payload)) : Http2Error.FrameSize(frame),
            FrameType.Settings => Settings(frame, payload),
            FrameType.PushPromise => Http2Error.Protocol("PUSH_PROMISE came, which nobody may send on this connection"),
            FrameType.Ping => Ping(frame, payload),
            FrameType.GoAway => GoAway(frame, payload),
            FrameType.WindowUpdate => WindowUpdate(frame, payload),
            FrameType.Continuation => Continuation(frame, payload),
            _ => null,
        };
    }

    /// <summary>Frames of the connection stand on stream 0, the others on one that was begun, or begins with them.</summary>
    private Http2Error? WrongStream(FrameHeader frame)
    {
        var isWrong = frame.Type switch
        {
            FrameType.Settings or FrameType.Ping or FrameType.GoAway => frame.Stream != 0,
            FrameType.Headers => Streams.IsServer ? frame.Stream % 2 == 0 : Streams.IsIdle(frame.Stream),
            FrameType.Priority => frame.Stream == 0,
            FrameType.Data or FrameType.ResetStream => Streams.IsIdle(frame.Stream),
            FrameType.WindowUpdate => frame.Stream != 0 && Streams.IsIdle(frame.Stream),
            _ => false,
        };
        return isWrong ? Http2Error.Protocol($"a frame of type {frame.Type} cannot stand on stream {frame.Stream}") : null;
    }

    private Http2Error? Data(FrameHeader frame, ReadOnlySpan<byte> payload) => TryUnpad(frame, ref payload)
        ? Streams.Data(frame.Stream, payload, frame.Length, frame.Has(FrameFlags.EndStream))
        : Http2Error.Protocol("the padding of a frame is longer than the frame");

    private Http2Error? Headers(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if (!TryUnpad(frame, ref payload)) return Http2Error.Protocol("the padding of a frame is longer than the frame");
        if (frame.Has(FrameFlags.Priority))
        {
            if (payload.Length < PrioritySize) return Http2Error.FrameSize(frame);
            payload = payload[PrioritySize..];
        }
        var isEnd = frame.Has(FrameFlags.EndStream);
        if (frame.Has(FrameFlags.EndHeaders)) return Complete(frame.Stream, payload, isEnd);
        _block = new HeaderBlock(frame.Stream, isEnd, _fieldsLimit);
        return Add(_block, payload);
    }

    private Http2Error? Continuation(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if (_block is not { } block) return Http2Error.Protocol("CONTINUATION without a header block to continue");
        if (Add(block, payload) is { } tooLarge) return tooLarge;
        if (!frame.Has(FrameFlags.EndHeaders)) return null;
        _block = null;
        return Complete(block.Stream, block.Octets, block.IsEnd);
    }

    private static Http2Error? Add(HeaderBlock block, ReadOnlySpan<byte> payload) =>
        block.TryAdd(payload) ? null : new Http2Error(Http2ErrorCode.EnhanceYourCalm, $"the header block of stream {block.Stream} is too large");

    private Http2Error? Complete(int stream, ReadOnlySpan<byte> block, bool isEnd)
    {
        var list = new HeaderList(_fieldsLimit);
        return _decoder.Decode(block, list) is { } problem
            ? new Http2Error(Http2ErrorCode.Compression, $"the header block of stream {stream} cannot be read: {problem}")
            : Streams.Headers(stream, list, isEnd);
    }

    private Http2Error? Settings(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if (frame.Has(FrameFlags.Ack)) return payload.IsEmpty ? null : Http2Error.FrameSize(frame);
        if (PeerSettings.Read(frame, payload, out var window) is { } error) return error;
        IsGreeted = true;
        _writer.SettingsAck();
        return window is { } size ? Streams.SetSendWindow(size) : null;
    }

    private Http2Error? Ping(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if (payload.Length != 8) return Http2Error.FrameSize(frame);
        if (!frame.Has(FrameFlags.Ack)) _writer.PingAck(payload);
        return null;
    }

    private Http2Error? GoAway(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 8) return Http2Error.FrameSize(frame);
        _isPeerLeaving = true;
        if (Streams.IsServer) return null;
        var reason = Encoding.UTF8.GetString(payload[8..]);
        reason = reason.Length > 0 ? $"the server said goodbye: {reason}" : "the server said goodbye";
        _onGoodbye?.Invoke(reason);
        Streams.BreakOff(Number(payload), new Http2Error(Http2ErrorCode.RefusedStream, reason));
        return null;
    }

    private Http2Error? WindowUpdate(FrameHeader frame, ReadOnlySpan<byte> payload) => payload.Length == 4
        ? Streams.Grow(frame.Stream, Number(payload))
        : Http2Error.FrameSize(frame);

    private static int Number(ReadOnlySpan<byte> octets) => BinaryPrimitives.ReadInt32BigEndian(octets) & int.MaxValue;

    private static bool TryUnpad(FrameHeader frame, ref ReadOnlySpan<byte> payload)
    {
        if (!frame.Has(FrameFlags.Padded)) return true;
        if (payload.IsEmpty || payload[0] > payload.Length - 1) return false;
        payload = payload[1..^payload[0]];
        return true;
    }
}
