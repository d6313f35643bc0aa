namespace Sidecars.Hosting.Http2;

/// <summary>Reads one frame after the other into a buffer of its own; a payload is valid until the next frame is read.</summary>
internal sealed class FrameReader(Stream stream)
{
    private byte[] _buffer = new byte[512]; // grows with the longest frame seen; most are a few dozen octets
    private int _start;
    private int _end;

    /// <summary>The next frame, or null at the end of the stream. What was begun and not finished counts as the end.</summary>
    public async ValueTask<(FrameHead Head, ReadOnlyMemory<byte> Payload)?> Read(CancellationToken stop)
    {
        if (!await Fill(FrameHead.Size, stop)) return null;
        var head = FrameHead.Read(_buffer.AsSpan(_start));
        if (head.Length > FrameHead.LongestPayload)
            throw new Http2Exception(Http2ErrorCode.FrameSize, $"a frame of {head.Length} octets, at most {FrameHead.LongestPayload} are allowed");
        if (!await Fill(FrameHead.Size + head.Length, stop)) return null;
        var payload = _buffer.AsMemory(_start + FrameHead.Size, head.Length);
        _start += FrameHead.Size + head.Length;
        return (head, payload);
    }

    /// <summary>Whether the stream begins with the given octets; they are consumed.</summary>
    public async ValueTask<bool> Expect(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        for (var seen = 1; seen <= octets.Length; seen++)
        {
            // Octet by octet: who speaks another protocol may send less than we expect, and waits for an answer.
            if (!await Fill(seen, stop) || _buffer[_start + seen - 1] != octets.Span[seen - 1]) return false;
        }
        _start += octets.Length;
        return true;
    }

    private async ValueTask<bool> Fill(int count, CancellationToken stop)
    {
        while (_end - _start < count)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }
            if (count > _buffer.Length) Array.Resize(ref _buffer, Math.Max(count, 2 * _buffer.Length));
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), stop);
            if (read is 0) return false;
            _end += read;
        }
        return true;
    }
}
