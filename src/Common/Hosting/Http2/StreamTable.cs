using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Http2;

/// <summary>
/// The calls of one connection: gives each what comes for it, and sends what each has to say as far as the peer's windows let it. Calls are
/// begun by the client, so <paramref name="accept"/> is there on the side of the server alone. A method that returns an error ends the whole
/// connection; a fault of one call ends that call.
/// </summary>
internal sealed class StreamTable(FrameWriter writer, Func<Http2Stream>? accept)
{
    private static readonly Http2Error s_tooManyAborts = new(Http2ErrorCode.EnhanceYourCalm, "too many calls were begun and cancelled or refused");

    private readonly Dictionary<int, Http2Stream> _streams = [];
    private readonly Queue<int> _refused = []; // the last streams we broke off: frames for them may be under way
    private readonly ReceiveWindow _receiving = new();
    private readonly SendWindow _sending = new(Http2Limits.Window);
    private int _newSendWindow = Http2Limits.Window;
    private int _abortsLeft = Http2Limits.AbortedCalls;

    /// <summary>The highest stream that was begun.</summary>
    public int Last { get; private set; }

    /// <summary>How many calls are not over.</summary>
    public int Open => _streams.Count;

    /// <summary>No new calls are taken any more.</summary>
    public bool IsClosing { get; set; }

    /// <summary>Whether it is the peer that begins calls.</summary>
    public bool IsServer => accept is not null;

    /// <summary>Whether nobody has begun this stream yet.</summary>
    public bool IsIdle(int id) => id > Last || id % 2 == 0;

    /// <summary>Begins a call with a whole message.</summary>
    public void Begin(Http2Stream stream, ReadOnlySpan<HeaderField> head, ReadOnlyMemory<byte> body)
    {
        Last = Last == 0 ? 1 : Last + 2;
        Add(stream, Last);
        Say(stream, head, body, []);
    }

    /// <summary>Sends a whole message on a stream, as far as the windows let it now, and the rest when they do.</summary>
    public void Say(Http2Stream stream, ReadOnlySpan<HeaderField> head, ReadOnlyMemory<byte> body, HeaderField[] trailers)
    {
        (stream.HasBegunSending, stream.Unsent, stream.Trailers) = (true, body, trailers);
        stream.HasSentAll = body.IsEmpty && trailers.Length == 0;
        writer.Headers(stream.Id, head, stream.HasSentAll);
        Send(stream);
    }

    /// <summary>Breaks off a call of ours that nobody waits for any more; what still comes for it is dropped.</summary>
    public void GiveUp(Http2Stream stream)
    {
        if (_streams.Remove(stream.Id)) writer.ResetStream(stream.Id, Http2ErrorCode.Cancel);
    }

    /// <summary>Breaks off the calls after a stream; the peer knows, or is gone.</summary>
    public void BreakOff(int after, Http2Error why)
    {
        foreach (var (id, stream) in _streams)
            if (id > after && _streams.Remove(id)) stream.OnBroken(why);
    }

    /// <summary>A header block is complete: a new call, or the fields of one that is under way.</summary>
    public Http2Error? Headers(int id, HeaderList list, bool isEnd)
    {
        if (id > Last) return Accept(id, list, isEnd);
        if (_streams.TryGetValue(id, out var stream) && !stream.HasReceivedAll) return Take(stream, list, isEnd);
        // Frames of a call that this side broke off may have been under way (RFC 9113 5.1).
        return IsServer && !_refused.Contains(id) ? new Http2Error(Http2ErrorCode.StreamClosed, $"HEADERS came for stream {id}, which is closed") : null;
    }

    /// <summary>A part of a body. <paramref name="octets"/> counts padding too, because the windows do.</summary>
    public Http2Error? Data(int id, ReadOnlySpan<byte> part, int octets, bool isEnd)
    {
        if (!_receiving.TrySpend(octets)) return new Http2Error(Http2ErrorCode.FlowControl, "more data came than the connection's window allows");
        Refund(0, _receiving);
        if (!_streams.TryGetValue(id, out var stream)) return null;
        if (stream.HasReceivedAll) return Abort(stream, new Http2Error(Http2ErrorCode.StreamClosed, "data came after the end of the message"));
        if (!stream.Receiving.TrySpend(octets)) return Abort(stream, new Http2Error(Http2ErrorCode.FlowControl, "more data came than the stream's window allows"));
        if (stream.OnData(part) is { } wrong) return Abort(stream, wrong);
        if (isEnd) return End(stream);
        if (stream.WantsMore) Refund(id, stream.Receiving);
        return null;
    }

    /// <summary>The peer has given a call up.</summary>
    public Http2Error? Reset(int id, Http2ErrorCode code)
    {
        if (!_streams.Remove(id, out var stream)) return null;
        stream.OnBroken(new Http2Error(code, $"the peer reset the stream ({code})"));
        return --_abortsLeft < 0 ? s_tooManyAborts : null;
    }

    /// <summary>The peer lets us send more, on one stream or, for 0, in all.</summary>
    public Http2Error? Grow(int id, int increment)
    {
        if (id == 0)
        {
            if (increment == 0) return Http2Error.Protocol("a WINDOW_UPDATE of the connection adds nothing");
            if (!_sending.TryGrow(increment)) return new Http2Error(Http2ErrorCode.FlowControl, "the connection's window grew too large");
            SendAll();
            return null;
        }
        if (!_streams.TryGetValue(id, out var stream)) return null;
        if (increment == 0) return Abort(stream, Http2Error.Protocol("a WINDOW_UPDATE of the stream adds nothing"));
        if (!stream.Sending.TryGrow(increment)) return Abort(stream, new Http2Error(Http2ErrorCode.FlowControl, "the stream's window grew too large"));
        Send(stream);
        return null;
    }

    /// <summary>The peer sets the window of streams, those that are open included (RFC 9113 6.9.2).</summary>
    public Http2Error? SetSendWindow(int size)
    {
        var change = (long)size - _newSendWindow;
        _newSendWindow = size;
        foreach (var stream in _streams.Values)
            if (!stream.Sending.TryGrow(change)) return new Http2Error(Http2ErrorCode.FlowControl, "a stream's window grew too large");
        SendAll();
        return null;
    }

    private Http2Error? Accept(int id, HeaderList list, bool isEnd)
    {
        Last = id;
        if (IsClosing || _streams.Count >= Http2Limits.Streams) return Refuse(id, Http2ErrorCode.RefusedStream);
        var stream = accept!();
        Add(stream, id);
        return Take(stream, list, isEnd);
    }

    private void Add(Http2Stream stream, int id)
    {
        stream.Open(id, _newSendWindow, this);
        _streams.Add(id, stream);
    }

    private Http2Error? Take(Http2Stream stream, HeaderList list, bool isEnd)
    {
        if (stream.OnHeaders(list, isEnd) is { } wrong) return Abort(stream, wrong);
        return isEnd ? End(stream) : null;
    }

    private Http2Error? End(Http2Stream stream)
    {
        stream.HasReceivedAll = true;
        if (stream.OnEnd() is { } wrong) return Abort(stream, wrong);
        RemoveIfOver(stream);
        return null;
    }

    private void Send(Http2Stream stream)
    {
        if (!stream.HasBegunSending) return;
        while (!stream.Unsent.IsEmpty)
        {
            var count = Math.Min(Math.Min(stream.Unsent.Length, Http2Limits.FrameSize), Math.Min(stream.Sending.Available, _sending.Available));
            if (count == 0) return;
            stream.HasSentAll = count == stream.Unsent.Length && stream.Trailers.Length == 0;
            writer.Data(stream.Id, stream.Unsent.Span[..count], stream.HasSentAll);
            stream.Unsent = stream.Unsent[count..];
            stream.Sending.Spend(count);
            _sending.Spend(count);
        }
        if (!stream.HasSentAll) writer.Headers(stream.Id, stream.Trailers, isEnd: true);
        stream.HasSentAll = true;
        RemoveIfOver(stream);
    }

    private void SendAll()
    {
        // Removing the one at hand does not disturb going through a dictionary.
        foreach (var stream in _streams.Values) Send(stream);
    }

    private void RemoveIfOver(Http2Stream stream)
    {
        if (stream.IsOver && _streams.Remove(stream.Id)) _abortsLeft = Math.Min(_abortsLeft + 1, Http2Limits.AbortedCalls);
    }

    private Http2Error? Abort(Http2Stream stream, Http2Error why)
    {
        _streams.Remove(stream.Id);
        stream.OnBroken(why);
        return Refuse(stream.Id, why.Code);
    }

    private Http2Error? Refuse(int id, Http2ErrorCode code)
    {
        writer.ResetStream(id, code);
        _refused.Enqueue(id);
        if (_refused.Count > Http2Limits.AbortedCalls) _refused.Dequeue();
        return --_abortsLeft < 0 ? s_tooManyAborts : null;
    }

    private void Refund(int id, ReceiveWindow window)
    {
        if (window.TakeRefund() is > 0 and var refund) writer.WindowUpdate(id, refund);
    }
}
