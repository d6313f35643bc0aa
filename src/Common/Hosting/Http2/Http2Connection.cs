using System.Buffers.Binary;
using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Http2;

/// <summary>
/// One side of an HTTP/2 connection with prior knowledge (RFC 9113): frames, header blocks, flow control in both directions, pings and
/// settings. It exists because the class library's server refuses the authority the kubelet sends, and its client weighs more than the whole
/// program it would serve here. No TLS, no push, no priorities. What breaks the protocol ends the connection with a GOAWAY that says why,
/// and nothing else.
/// </summary>
public abstract class Http2Connection : IDisposable
{
    private protected static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    /// <summary>Decoded header fields of one message, in octets.</summary>
    private protected const int LongestHeaders = 16 * 1024;

    private const int CreditStep = SendCredit.Initial / 2; // credit is given back in steps, not for every frame
    private const int SmallestMaxFrame = 16384;
    private const int LargestMaxFrame = (1 << 24) - 1;
    private const int MostResets = 1000; // in the life of a connection: who opens and resets without end wants to harm

    private readonly Stream _transport;
    private readonly FrameReader _reader;
    private readonly HpackDecoder _headers = new();
#pragma warning disable CA2213 // It has no wait handle, and whoever still writes must be able to let go of it.
    private readonly SemaphoreSlim _writing = new(1, 1);
#pragma warning restore CA2213
    private readonly Dictionary<int, Http2Stream> _streams = [];
    private readonly SendCredit _credit = new();
    private readonly Lock _lock = new();
    private HeaderBlock? _unfinished;
    private bool _hasSettings;
    private int _received;
    private int _resets;
    private bool _isClosed;

    private protected Http2Connection(Stream transport) => (_transport, _reader) = (transport, new FrameReader(transport));

    /// <summary>The highest stream the peer has opened.</summary>
    private protected int LastStream { get; private set; }

    /// <summary>How many exchanges are under way.</summary>
    public int OpenStreams
    {
        get
        {
            lock (_lock) return _streams.Count;
        }
    }

    /// <summary>
    /// Speaks until the peer closes or breaks the protocol, the transport fails, or <paramref name="stop"/>. Returns why the connection was
    /// broken, or null where it ended in order.
    /// </summary>
    public async Task<string?> RunAsync(CancellationToken stop)
    {
        string? broken = null;
        try
        {
            await Greet(_reader, stop);
            while (await _reader.Read(stop) is var (head, payload)) await Handle(head, payload, stop);
        }
        catch (Http2Exception e)
        {
            broken = e.Message;
            await Farewell(e.Code, e.Message);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            broken = e.Message;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
        Close(broken ?? "the connection was closed");
        return broken;
    }

    /// <summary>Ends the connection; what is under way is broken off.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected virtual void Dispose(bool disposing) => Close("the connection was closed");

    /// <summary>What comes before the first frame of the peer.</summary>
    private protected abstract Task Greet(FrameReader reader, CancellationToken stop);

    /// <summary>A stream that the peer opens; null refuses it.</summary>
    private protected abstract Http2Stream? Accept(int id);

    /// <summary>The peer will answer no stream after the last.</summary>
    private protected virtual void OnGoAway(int last, string reason)
    {
    }

    /// <summary>The connection ends; what is under way is broken off after this.</summary>
    private protected virtual void OnClosing()
    {
    }

    private protected async Task Write(FrameWriter frames, CancellationToken stop)
    {
        await _writing.WaitAsync(stop);
        try
        {
            // Not to be broken off: half a frame would be the end of the connection.
            await _transport.WriteAsync(frames.Composed, CancellationToken.None);
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException("the connection was closed", e);
        }
        catch (IOException e)
        {
            Close(e.Message);
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Makes a stream known; false where the connection is over.</summary>
    private protected bool Open(Http2Stream stream, int id)
    {
        stream.Id = id;
        _credit.Open(stream);
        lock (_lock) return !_isClosed && _streams.TryAdd(id, stream);
    }

    /// <summary>Sends a body as far as there is credit for it, and waits for more; the last piece may end the stream.</summary>
    private protected async Task SendBody(Http2Stream stream, FrameWriter begun, ReadOnlyMemory<byte> body, IReadOnlyList<HeaderField>? trailers, CancellationToken stop)
    {
        var frames = begun;
        while (body.Length > 0)
        {
            var credit = await _credit.Take(stream, Math.Min(body.Length, FrameHead.LongestPayload), stop);
            if (credit is 0) return;
            frames.Data(stream.Id, body.Span[..credit], trailers is null && credit == body.Length);
            body = body[credit..];
            if (body.Length is 0) break;
            await Write(frames, stop);
            frames = new FrameWriter();
        }
        if (trailers is not null) frames.Headers(stream.Id, trailers, endStream: true);
        await Write(frames, stop);
        EndLocal(stream);
    }

    /// <summary>Our side of the stream is through.</summary>
    private protected void EndLocal(Http2Stream stream)
    {
        lock (_lock)
        {
            stream.IsLocalEnded = true;
            if (stream.IsRemoteEnded) _streams.Remove(stream.Id);
        }
    }

    /// <summary>Breaks a stream off.</summary>
    private protected async Task Reset(int id, Http2ErrorCode code, string reason, CancellationToken stop)
    {
        if (Remove(id) is { } stream) Over(stream, code, reason);
        await Write(new FrameWriter().Reset(id, code), stop);
    }

    /// <summary>Breaks off every stream after the given one.</summary>
    private protected void Abandon(int last, string reason)
    {
        List<Http2Stream> gone;
        lock (_lock) gone = [.. _streams.Values.Where(s => s.Id > last)];
        foreach (var stream in gone)
        {
            Remove(stream.Id);
            Over(stream, Http2ErrorCode.RefusedStream, reason);
        }
    }

    private protected async Task Farewell(Http2ErrorCode code, string reason)
    {
        try
        {
            await Write(new FrameWriter().GoAway(LastStream, code, reason), CancellationToken.None);
        }
        catch (IOException)
        {
            // Nobody is left to be told.
        }
    }

    private async Task Handle(FrameHead head, ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        if (!_hasSettings && (head.Type is not FrameType.Settings || head.Has(FrameFlags.Ack))) throw Broken($"the first frame is {head.Type}, not Settings");
        if (_unfinished is not null && (head.Type is not FrameType.Continuation || head.Stream != _unfinished.Stream))
            throw Broken($"{head.Type} of stream {head.Stream} inside the header block of stream {_unfinished.Stream}");
        switch (head.Type)
        {
            case FrameType.Data:
                await HandleData(head, payload, stop);
                break;
            case FrameType.Headers:
                await HandleHeaders(head, payload, stop);
                break;
            case FrameType.Continuation:
                if (_unfinished is null) throw Broken("Continuation of no header block");
                _unfinished.Append(payload.Span);
                if (head.Has(FrameFlags.EndHeaders)) await FinishHeaders(stop);
                break;
            case FrameType.Priority:
                CheckStream(head, isStream: true);
                CheckLength(head, 5);
                break;
            case FrameType.RstStream:
                HandleReset(head, payload.Span);
                break;
            case FrameType.Settings:
                await HandleSettings(head, payload, stop);
                break;
            case FrameType.PushPromise:
                throw Broken("PushPromise, which was not allowed");
            case FrameType.Ping:
                CheckStream(head, isStream: false);
                CheckLength(head, sizeof(ulong));
                if (!head.Has(FrameFlags.Ack)) await Write(new FrameWriter().PingAck(payload.Span), stop);
                break;
            case FrameType.GoAway:
                CheckStream(head, isStream: false);
                if (head.Length < 2 * sizeof(int)) throw new Http2Exception(Http2ErrorCode.FrameSize, $"GoAway of {head.Length} octets");
                OnGoAway(Number(payload.Span), System.Text.Encoding.UTF8.GetString(payload.Span[(2 * sizeof(int))..]));
                break;
            case FrameType.WindowUpdate:
                await HandleWindowUpdate(head, payload, stop);
                break;
            default:
                break; // an extension that was not agreed on
        }
    }

    private async Task HandleData(FrameHead head, ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        CheckStream(head, isStream: true);
        if (IsIdle(head.Stream)) throw Broken($"Data of stream {head.Stream}, which was never opened");
        var data = Unpadded(head, payload, 0);
        _received += head.Length;
        if (_received > SendCredit.Initial) throw new Http2Exception(Http2ErrorCode.FlowControl, "more Data than credit was given for");
        var frames = new FrameWriter();
        if (_received >= CreditStep)
        {
            frames.WindowUpdate(0, _received);
            _received = 0;
        }
        if (Find(head.Stream) is { } stream)
        {
            stream.Received += head.Length;
            var isEnd = head.Has(FrameFlags.EndStream);
            if (stream.IsRemoteEnded) await Reset(stream.Id, Http2ErrorCode.StreamClosed, "Data after the end", stop);
            else if (stream.Received > SendCredit.Initial) await Reset(stream.Id, Http2ErrorCode.FlowControl, "more Data than credit was given for", stop);
            else await Told(stream, stream.OnData(data.Span, isEnd), isEnd, stop);
            if (!isEnd && stream.Received >= CreditStep)
            {
                frames.WindowUpdate(stream.Id, stream.Received);
                stream.Received = 0;
            }
        }
        if (frames.Composed.Length > 0) await Write(frames, stop);
    }

    private async Task HandleHeaders(FrameHead head, ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        CheckStream(head, isStream: true);
        const int priority = 5;
        var block = Unpadded(head, payload, head.Has(FrameFlags.Priority) ? priority : 0);
        _unfinished = new HeaderBlock(head.Stream, head.Has(FrameFlags.EndStream), block.Span);
        if (head.Has(FrameFlags.EndHeaders)) await FinishHeaders(stop);
    }

    private async Task FinishHeaders(CancellationToken stop)
    {
        var block = _unfinished!;
        _unfinished = null;
        var list = new HeaderList(LongestHeaders);
        // Always decoded, to keep the table.
        if (_headers.Decode(block.Octets, list) is { } problem) throw new Http2Exception(Http2ErrorCode.Compression, problem);
        if (list.IsTooLarge) throw new Http2Exception(Http2ErrorCode.EnhanceYourCalm, $"header fields of more than {LongestHeaders} octets");
        var stream = Find(block.Stream);
        if (stream is null && !IsIdle(block.Stream))
        {
            await Reset(block.Stream, Http2ErrorCode.StreamClosed, "", stop);
            return;
        }
        if (stream is null)
        {
            LastStream = block.Stream;
            stream = Accept(block.Stream);
            if (stream is null || !Open(stream, block.Stream))
            {
                await Reset(block.Stream, Http2ErrorCode.RefusedStream, "", stop);
                return;
            }
        }
        if (stream.IsRemoteEnded) await Reset(stream.Id, Http2ErrorCode.StreamClosed, "header fields after the end", stop);
        else await Told(stream, stream.OnHeaders(list.Fields, block.IsEnd), block.IsEnd, stop);
    }

    private async Task Told(Http2Stream stream, Http2ErrorCode? refused, bool isEnd, CancellationToken stop)
    {
        if (refused is { } code) await Reset(stream.Id, code, "the message is malformed", stop);
        if (!isEnd) return;
        lock (_lock)
        {
            stream.IsRemoteEnded = true;
            if (stream.IsLocalEnded) _streams.Remove(stream.Id);
        }
    }

    private void HandleReset(FrameHead head, ReadOnlySpan<byte> payload)
    {
        CheckStream(head, isStream: true);
        CheckLength(head, sizeof(int));
        if (IsIdle(head.Stream)) throw Broken($"RstStream of stream {head.Stream}, which was never opened");
        if (++_resets > MostResets) throw new Http2Exception(Http2ErrorCode.EnhanceYourCalm, $"more than {MostResets} streams were reset");
        if (Remove(head.Stream) is { } stream) Over(stream, (Http2ErrorCode)Number(payload), "the peer reset the stream");
    }

    private async Task HandleSettings(FrameHead head, ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        CheckStream(head, isStream: false);
        if (head.Has(FrameFlags.Ack))
        {
            CheckLength(head, 0);
            return;
        }
        const int length = 6;
        if (head.Length % length is not 0) throw new Http2Exception(Http2ErrorCode.FrameSize, $"Settings of {head.Length} octets");
        for (var at = 0; at < payload.Length; at += length)
            Apply((Http2Setting)BinaryPrimitives.ReadUInt16BigEndian(payload.Span[at..]), BinaryPrimitives.ReadUInt32BigEndian(payload.Span[(at + 2)..]));
        _hasSettings = true;
        await Write(new FrameWriter().SettingsAck(), stop);
    }

    private void Apply(Http2Setting setting, uint value)
    {
        switch (setting)
        {
            case Http2Setting.EnablePush when value > 1:
                throw Broken($"EnablePush of {value}");
            case Http2Setting.MaxFrameSize when value is < SmallestMaxFrame or > LargestMaxFrame:
                throw Broken($"MaxFrameSize of {value}");
            case Http2Setting.InitialWindowSize:
                if (value > int.MaxValue) throw new Http2Exception(Http2ErrorCode.FlowControl, $"InitialWindowSize of {value}");
                List<Http2Stream> open;
                lock (_lock) open = [.. _streams.Values];
                if (!_credit.Reset((int)value, open)) throw new Http2Exception(Http2ErrorCode.FlowControl, "credit beyond counting");
                break;
            default:
                break; // we use no table, send no larger frames, and open few streams
        }
    }

    private async Task HandleWindowUpdate(FrameHead head, ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        CheckLength(head, sizeof(int));
        if (IsIdle(head.Stream)) throw Broken($"WindowUpdate of stream {head.Stream}, which was never opened");
        var credit = Number(payload.Span);
        var stream = head.Stream is 0 ? null : Find(head.Stream);
        if (stream is null && head.Stream is not 0) return;
        if (credit > 0 && _credit.Give(stream, credit)) return;
        var (code, why) = credit is 0 ? (Http2ErrorCode.Protocol, "WindowUpdate of 0") : (Http2ErrorCode.FlowControl, "credit beyond counting");
        if (stream is null) throw new Http2Exception(code, why);
        await Reset(stream.Id, code, why, stop);
    }

    private static ReadOnlyMemory<byte> Unpadded(FrameHead head, ReadOnlyMemory<byte> payload, int before)
    {
        var padding = 0;
        if (head.Has(FrameFlags.Padded))
        {
            if (payload.IsEmpty) throw new Http2Exception(Http2ErrorCode.FrameSize, $"{head.Type} without the length of its padding");
            padding = payload.Span[0];
            payload = payload[1..];
        }
        if (before + padding > payload.Length) throw Broken($"{head.Type} whose padding is longer than the frame");
        return payload[before..^padding];
    }

    /// <summary>A stream nobody has opened yet: neither of the two sides has got that far.</summary>
    private protected abstract bool IsIdle(int stream);

    private Http2Stream? Find(int id)
    {
        lock (_lock) return _streams.GetValueOrDefault(id);
    }

    private Http2Stream? Remove(int id)
    {
        lock (_lock) return _streams.Remove(id, out var stream) ? stream : null;
    }

    private void Over(Http2Stream stream, Http2ErrorCode code, string reason)
    {
        stream.IsLocalEnded = true;
        _credit.Wake();
        stream.OnReset(code, reason);
    }

    private void Close(string reason)
    {
        lock (_lock)
        {
            if (_isClosed) return;
            _isClosed = true;
        }
        OnClosing();
        _credit.Wake(close: true);
        _transport.Dispose();
        Abandon(0, reason);
    }

    private static void CheckLength(FrameHead head, int length)
    {
        if (head.Length != length) throw new Http2Exception(Http2ErrorCode.FrameSize, $"{head.Type} of {head.Length} octets");
    }

    private static void CheckStream(FrameHead head, bool isStream)
    {
        if (isStream != head.Stream > 0) throw Broken($"{head.Type} of stream {head.Stream}");
    }

    private static int Number(ReadOnlySpan<byte> octets) => BinaryPrimitives.ReadInt32BigEndian(octets) & int.MaxValue;

    private protected static Http2Exception Broken(string what) => new(Http2ErrorCode.Protocol, what);
}
