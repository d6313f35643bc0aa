using System.Buffers;
using System.Text;

namespace Sidecars.Hosting.Http2.Hpack;

/// <summary>
/// Writes header blocks without any table, every field literally: answers are a handful of short fields. The first block says that the table
/// has no size, which a client that allows us none insists on (RFC 7541 4.2).
/// </summary>
internal sealed class HpackEncoder
{
    private const byte TableOfNoSize = 0x20;
    private const byte LiteralWithoutIndexing = 0x00;
    private const int LengthPrefix = 0x7F;

    private bool _hasSaidSize;

    public void Encode(ReadOnlySpan<HeaderField> fields, ArrayBufferWriter<byte> block)
    {
        if (!_hasSaidSize) Put(block, TableOfNoSize);
        _hasSaidSize = true;
        foreach (var field in fields)
        {
            Put(block, LiteralWithoutIndexing);
            PutString(block, field.Name);
            PutString(block, field.Value);
        }
    }

    private static void PutString(ArrayBufferWriter<byte> block, string text)
    {
        var rest = text.Length;
        if (rest < LengthPrefix) Put(block, (byte)rest);
        else
        {
            Put(block, LengthPrefix);
            for (rest -= LengthPrefix; rest >= 0x80; rest >>= 7) Put(block, (byte)(0x80 | (rest & 0x7F)));
            Put(block, (byte)rest);
        }
        Encoding.Latin1.GetBytes(text, block);
    }

    private static void Put(ArrayBufferWriter<byte> block, byte octet)
    {
        block.GetSpan(1)[0] = octet;
        block.Advance(1);
    }
}
