using System.Buffers;
using System.Buffers.Binary;
using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Http2;

/// <summary>Composes frames; what is composed goes out in one piece, so that frames of one message are never torn apart by another's.</summary>
internal sealed class FrameWriter
{
    private readonly ArrayBufferWriter<byte> _frames = new(128);

    public ReadOnlyMemory<byte> Composed => _frames.WrittenMemory;

    public FrameWriter Raw(ReadOnlySpan<byte> octets)
    {
        _frames.Write(octets);
        return this;
    }

    /// <summary>A block longer than a frame is not made: our own fields are few and short.</summary>
    public FrameWriter Headers(int stream, IReadOnlyList<HeaderField> fields, bool endStream)
    {
        var block = new ArrayBufferWriter<byte>(128);
        new HpackEncoder().Encode([.. fields], block);
        if (block.WrittenCount > FrameHead.LongestPayload) throw new InvalidOperationException($"header fields of {block.WrittenCount} octets");
        Head(FrameType.Headers, FrameFlags.EndHeaders | (endStream ? FrameFlags.EndStream : FrameFlags.None), stream, block.WrittenCount);
        return Raw(block.WrittenSpan);
    }

    public FrameWriter Data(int stream, ReadOnlySpan<byte> data, bool endStream)
    {
        Head(FrameType.Data, endStream ? FrameFlags.EndStream : FrameFlags.None, stream, data.Length);
        return Raw(data);
    }

    public FrameWriter Reset(int stream, Http2ErrorCode code)
    {
        Head(FrameType.RstStream, FrameFlags.None, stream, sizeof(int));
        return Number((int)code);
    }

    public FrameWriter Settings(params ReadOnlySpan<(Http2Setting Name, int Value)> settings)
    {
        const int length = 6;
        Head(FrameType.Settings, FrameFlags.None, 0, length * settings.Length);
        foreach (var (name, value) in settings)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_frames.GetSpan(sizeof(ushort)), (ushort)name);
            _frames.Advance(sizeof(ushort));
            Number(value);
        }
        return this;
    }

    public FrameWriter SettingsAck()
    {
        Head(FrameType.Settings, FrameFlags.Ack, 0, 0);
        return this;
    }

    public FrameWriter PingAck(ReadOnlySpan<byte> opaque)
    {
        Head(FrameType.Ping, FrameFlags.Ack, 0, opaque.Length);
        return Raw(opaque);
    }

    public FrameWriter WindowUpdate(int stream, int credit)
    {
        Head(FrameType.WindowUpdate, FrameFlags.None, stream, sizeof(int));
        return Number(credit);
    }

    public FrameWriter GoAway(int lastStream, Http2ErrorCode code, string reason)
    {
        var words = System.Text.Encoding.UTF8.GetBytes(reason);
        Head(FrameType.GoAway, FrameFlags.None, 0, 2 * sizeof(int) + words.Length);
        return Number(lastStream).Number((int)code).Raw(words);
    }

    private void Head(FrameType type, FrameFlags flags, int stream, int length)
    {
        new FrameHead(length, type, flags, stream).Write(_frames.GetSpan(FrameHead.Size));
        _frames.Advance(FrameHead.Size);
    }

    private FrameWriter Number(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_frames.GetSpan(sizeof(int)), value);
        _frames.Advance(sizeof(int));
        return this;
    }
}
