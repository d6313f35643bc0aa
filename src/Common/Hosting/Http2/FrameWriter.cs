using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Http2;

/// <summary>
/// Writes frames, one after the other, into memory. What was written is taken away to be sent while the next frames are written already; it
/// is valid until the next is taken.
/// </summary>
internal sealed class FrameWriter
{
    private const int SettingSize = 6;

    private readonly ArrayBufferWriter<byte> _block = new();
    private readonly HpackEncoder _encoder = new();
    private ArrayBufferWriter<byte> _output = new();
    private ArrayBufferWriter<byte> _taken = new();

    /// <summary>Everything written since this was called last.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        (_output, _taken) = (_taken, _output);
        _output.ResetWrittenCount();
        return _taken.WrittenMemory;
    }

    public void Raw(ReadOnlySpan<byte> octets) => _output.Write(octets);

    public void Settings(params ReadOnlySpan<(Http2Setting Id, int Value)> settings)
    {
        var payload = Frame(FrameType.Settings, FrameFlags.None, 0, settings.Length * SettingSize);
        foreach (var (id, value) in settings)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)id);
            BinaryPrimitives.WriteInt32BigEndian(payload[2..], value);
            payload = payload[SettingSize..];
        }
    }

    public void SettingsAck() => Frame(FrameType.Settings, FrameFlags.Ack, 0, 0);

    public void PingAck(ReadOnlySpan<byte> opaque) => opaque.CopyTo(Frame(FrameType.Ping, FrameFlags.Ack, 0, opaque.Length));

    public void GoAway(int lastStream, Http2ErrorCode code, string reason)
    {
        var payload = Frame(FrameType.GoAway, FrameFlags.None, 0, 8 + reason.Length);
        BinaryPrimitives.WriteInt32BigEndian(payload, lastStream);
        BinaryPrimitives.WriteUInt32BigEndian(payload[4..], (uint)code);
        Encoding.Latin1.GetBytes(reason, payload[8..]);
    }

    public void ResetStream(int stream, Http2ErrorCode code) =>
        BinaryPrimitives.WriteUInt32BigEndian(Frame(FrameType.ResetStream, FrameFlags.None, stream, 4), (uint)code);

    public void WindowUpdate(int stream, int increment) =>
        BinaryPrimitives.WriteInt32BigEndian(Frame(FrameType.WindowUpdate, FrameFlags.None, stream, 4), increment);

    public void Data(int stream, ReadOnlySpan<byte> payload, bool isEnd) =>
        payload.CopyTo(Frame(FrameType.Data, isEnd ? FrameFlags.EndStream : FrameFlags.None, stream, payload.Length));

    /// <summary>A block longer than a frame is not made: our own fields are few and short.</summary>
    public void Headers(int stream, ReadOnlySpan<HeaderField> fields, bool isEnd)
    {
        _block.ResetWrittenCount();
        _encoder.Encode(fields, _block);
        if (_block.WrittenCount > Http2Limits.FrameSize) throw new InvalidOperationException($"header fields of {_block.WrittenCount} octets");
        var flags = isEnd ? FrameFlags.EndHeaders | FrameFlags.EndStream : FrameFlags.EndHeaders;
        _block.WrittenSpan.CopyTo(Frame(FrameType.Headers, (byte)flags, stream, _block.WrittenCount));
    }

    // The header at once, and the place for the payload.
    private Span<byte> Frame(FrameType type, byte flags, int stream, int length)
    {
        var whole = _output.GetSpan(FrameHeader.Size + length)[..(FrameHeader.Size + length)];
        new FrameHeader(length, type, flags, stream).Write(whole);
        _output.Advance(whole.Length);
        return whole[FrameHeader.Size..];
    }
}
