using System.Buffers.Binary;
using System.Text;
using Sidecars.Hosting.Http2;

namespace Sidecars.Tests.Support.Http2;

/// <summary>Frames of HTTP/2 as a peer sends them, octet by octet.</summary>
internal static class Frames
{
    /// <summary>An empty message behind its prefix.</summary>
    public static readonly byte[] EmptyMessage = [0, 0, 0, 0, 0];

    public static byte[] Of(FrameType type, int flags, int stream, params byte[] payload)
    {
        var whole = new byte[FrameHeader.Size + payload.Length];
        new FrameHeader(payload.Length, type, (byte)flags, stream).Write(whole);
        payload.CopyTo(whole, FrameHeader.Size);
        return whole;
    }

    public static byte[] Settings(params (int Id, int Value)[] settings) =>
        Of(FrameType.Settings, 0, 0, [.. settings.SelectMany(s => (byte[])[0, (byte)s.Id, .. Int(s.Value)])]);

    public static byte[] Headers(int stream, byte[] block, int flags = FrameFlags.EndHeaders) => Of(FrameType.Headers, flags, stream, block);

    public static byte[] Data(int stream, byte[] payload, int flags = FrameFlags.EndStream) => Of(FrameType.Data, flags, stream, payload);

    public static byte[] WindowUpdate(int stream, int increment) => Of(FrameType.WindowUpdate, 0, stream, Int(increment));

    public static byte[] GoAway(int last, Http2ErrorCode code = Http2ErrorCode.None, string reason = "") =>
        Of(FrameType.GoAway, 0, 0, [.. Int(last), .. Int((int)code), .. Encoding.Latin1.GetBytes(reason)]);

    public static byte[] Reset(int stream, Http2ErrorCode code) => Of(FrameType.ResetStream, 0, stream, Int((int)code));

    /// <summary>Every field literally, without Huffman, not to be kept.</summary>
    public static byte[] Block(params (string Name, string Value)[] fields) =>
        [.. fields.SelectMany(f => (byte[])[0, .. Text(f.Name), .. Text(f.Value)])];

    public static byte[] Int(int value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(octets, value);
        return octets;
    }

    public static byte[] Message(params byte[] message) => [0, .. Int(message.Length), .. message];

    /// <summary>A header block in as many frames as it needs.</summary>
    public static byte[][] InFrames(int stream, byte[] block, int flags = 0)
    {
        var parts = block.Chunk(Http2Limits.FrameSize).ToArray();
        var first = Headers(stream, parts[0], flags | (parts.Length is 1 ? FrameFlags.EndHeaders : 0));
        return [first, .. parts[1..].Select((part, i) => Of(FrameType.Continuation, i == parts.Length - 2 ? FrameFlags.EndHeaders : 0, stream, part))];
    }

    /// <summary>A field literally, not to be kept, whose value is in the Huffman code already.</summary>
    public static byte[] CodedField(string name, byte[] value) => [0, .. Text(name), .. Text(value, 0x80)];

    private static byte[] Text(string text) => Text(Encoding.Latin1.GetBytes(text), 0);

    private static byte[] Text(byte[] octets, byte flag) =>
        octets.Length < 127 ? [(byte)(flag | octets.Length), .. octets] : [(byte)(flag | 127), .. Number(octets.Length - 127), .. octets];

    private static IEnumerable<byte> Number(int rest)
    {
        for (; rest >= 128; rest >>= 7) yield return (byte)(0x80 | (rest & 0x7f));
        yield return (byte)rest;
    }
}
