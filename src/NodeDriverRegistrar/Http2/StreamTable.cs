using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>
/// The calls of one connection: takes requests in, has them answered, and sends the answers as far as the client's windows let it. Each method
/// answers with null or with what ends the whole connection; a fault of one call ends that call alone.
/// </summary>
internal sealed class StreamTable(IRequestTarget target, FrameWriter writer)
{
    private static readonly Http2Error s_tooManyAborts =
        new(Http2ErrorCode.EnhanceYourCalm, "too many calls were begun and cancelled or refused");

    private readonly Dictionary<int, Http2Stream> _streams = [];
    private readonly ReceiveWindow _receiving = new();
    private readonly SendWindow _sending = new(Http2Limits.Window);
    private int _newSendWindow = Http2Limits.Window;
    private int _abortsLeft = Http2Limits.AbortedCalls;

    /// <summary>The highest stream the client has begun.</summary>
    public int Last { get; private set; }

    /// <summary>How many calls are not over.</summary>
    public int Open => _streams.Count;

    /// <summary>No new calls are taken any more.</summary>
    public bool IsClosing { get; set; }

    /// <summary>Whether the client has not begun this stream yet.</summary>
    public bool IsIdle(int id) => id > Last || id % 2 == 0;

    /// <summary>A header block is complete: a new call, or the fields behind the body of one.</summary>
    public Http2Error? Headers(int id, HeaderList list, bool endsStream)
    {
        if (id > Last)
        {
            Last = id;
            return Begin(id, list, endsStream);
        }
        if (!_streams.TryGetValue(id, out var stream) || stream.HasRequestEnded)
            return new Http2Error(Http2ErrorCode.StreamClosed, $"HEADERS came for stream {id}, which is closed");
        return endsStream ? End(stream) : Abort(id, Http2ErrorCode.ProtocolError);
    }

    /// <summary>A part of a body. <paramref name="octets"/> counts padding too, because the windows do.</summary>
    public Http2Error? Data(int id, ReadOnlySpan<byte> part, int octets, bool endsStream)
    {
        if (!_receiving.TrySpend(octets)) return new Http2Error(Http2ErrorCode.FlowControlError, "more data came than the connection's window allows");
        Refund(0, _receiving);
        if (!_streams.TryGetValue(id, out var stream)) return null;
        if (stream.HasRequestEnded) return Abort(id, Http2ErrorCode.StreamClosed);
        if (!stream.Receiving.TrySpend(octets)) return Abort(id, Http2ErrorCode.FlowControlError);
        if (stream.Request?.Append(part) is { } early) Answer(stream, early);
        if (endsStream) return End(stream);
        // Who has the answer already gets no more credit: what still comes is dropped.
        if (stream.Request is not null) Refund(id, stream.Receiving);
        return null;
    }

    /// <summary>The client has given a call up.</summary>
    public Http2Error? Reset(int id) => _streams.Remove(id) && --_abortsLeft < 0 ? s_tooManyAborts : null;

    /// <summary>The client lets us send more, on one stream or, for 0, in all.</summary>
    public Http2Error? Grow(int id, int increment)
    {
        if (id == 0)
        {
            if (increment == 0) return Http2Error.Protocol("a WINDOW_UPDATE of the connection adds nothing");
            if (!_sending.TryGrow(increment)) return new Http2Error(Http2ErrorCode.FlowControlError, "the connection's window grew too large");
            SendAll();
            return null;
        }
        if (!_streams.TryGetValue(id, out var stream)) return null;
        if (increment == 0) return Abort(id, Http2ErrorCode.ProtocolError);
        if (!stream.Sending.TryGrow(increment)) return Abort(id, Http2ErrorCode.FlowControlError);
        Send(stream);
        return null;
    }

    /// <summary>The client sets the window of streams, those that are open included (RFC 9113 6.9.2).</summary>
    public Http2Error? SetSendWindow(int size)
    {
        var change = (long)size - _newSendWindow;
        _newSendWindow = size;
        foreach (var stream in _streams.Values)
            if (!stream.Sending.TryGrow(change)) return new Http2Error(Http2ErrorCode.FlowControlError, "a stream's window grew too large");
        SendAll();
        return null;
    }

    private Http2Error? Begin(int id, HeaderList list, bool endsStream)
    {
        if (IsClosing || _streams.Count >= Http2Limits.Streams) return Abort(id, Http2ErrorCode.RefusedStream);
        var stream = new Http2Stream(id, _newSendWindow);
        _streams.Add(id, stream);
        if (list.IsTooLarge) Answer(stream, Http2Response.Only(new HeaderField(":status", "431")));
        else if (RequestHead.Read(list.Fields) is not { } head) return Abort(id, Http2ErrorCode.ProtocolError);
        else
        {
            var early = target.Begin(head, out var request);
            stream.Request = request;
            if (early is not null) Answer(stream, early);
        }
        return endsStream ? End(stream) : null;
    }

    private Http2Error? End(Http2Stream stream)
    {
        stream.HasRequestEnded = true;
        if (stream.Request is { } request) Answer(stream, request.End());
        RemoveIfOver(stream);
        return null;
    }

    private void Answer(Http2Stream stream, Http2Response response)
    {
        stream.Request = null;
        stream.Response = response;
        stream.Unsent = response.Body;
        var isHeadAll = response.Trailers.Length == 0;
        writer.Headers(stream.Id, response.Head, isHeadAll);
        stream.HasResponseEnded = isHeadAll;
        Send(stream);
    }

    private void Send(Http2Stream stream)
    {
        if (stream.Response is not { } response || stream.HasResponseEnded) return;
        while (!stream.Unsent.IsEmpty)
        {
            var count = Math.Min(Math.Min(stream.Unsent.Length, Http2Limits.FrameSize), Math.Min(stream.Sending.Available, _sending.Available));
            if (count == 0) return;
            writer.Data(stream.Id, stream.Unsent.Span[..count]);
            stream.Unsent = stream.Unsent[count..];
            stream.Sending.Spend(count);
            _sending.Spend(count);
        }
        writer.Headers(stream.Id, response.Trailers, endsStream: true);
        stream.HasResponseEnded = true;
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

    private Http2Error? Abort(int id, Http2ErrorCode code)
    {
        _streams.Remove(id);
        writer.ResetStream(id, code);
        return --_abortsLeft < 0 ? s_tooManyAborts : null;
    }

    private void Refund(int id, ReceiveWindow window)
    {
        if (window.TakeRefund() is > 0 and var refund) writer.WindowUpdate(id, refund);
    }
}
