using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>Writes the frames a server sends, one after the other, into memory.</summary>
internal sealed class FrameWriter
{
    private const int SettingSize = 6;

    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _block = new();
    private readonly HpackEncoder _encoder = new();

    /// <summary>Everything written since <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    public void Clear() => _output.ResetWrittenCount();

    public void Settings(params ReadOnlySpan<(SettingId Id, int Value)> settings)
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

    public void Data(int stream, ReadOnlySpan<byte> payload) => payload.CopyTo(Frame(FrameType.Data, FrameFlags.None, stream, payload.Length));

    public void Headers(int stream, ReadOnlySpan<HeaderField> fields, bool endsStream)
    {
        _block.ResetWrittenCount();
        _encoder.Encode(fields, _block);
        var flags = endsStream ? FrameFlags.EndHeaders | FrameFlags.EndStream : FrameFlags.EndHeaders;
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
