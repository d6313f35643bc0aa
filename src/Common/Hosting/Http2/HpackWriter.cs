using System.Buffers;
using System.Text;

namespace Sidecars.Hosting.Http2;

/// <summary>
/// Encodes header fields without a table of its own (RFC 7541 section 6.2.2): what never refers to anything can be decoded whatever state
/// the peer has. A few octets more than the least, on a Unix socket.
/// </summary>
internal static class HpackWriter
{
    private const int LongestPrefix = 0x7F;

    public static void Write(IBufferWriter<byte> to, HeaderField field)
    {
        to.Write([(byte)0]); // a literal, not to be indexed, its name in full
        WriteText(to, field.Name);
        WriteText(to, field.Value);
    }

    private static void WriteText(IBufferWriter<byte> to, string text)
    {
        WriteLength(to, text.Length);
        Encoding.Latin1.GetBytes(text, to);
    }

    private static void WriteLength(IBufferWriter<byte> to, int length)
    {
        if (length < LongestPrefix)
        {
            to.Write([(byte)length]);
            return;
        }
        to.Write([(byte)LongestPrefix]);
        for (length -= LongestPrefix; length >= 0x80; length >>= 7) to.Write([(byte)(length | 0x80)]);
        to.Write([(byte)length]);
    }
}
