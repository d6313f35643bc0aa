using System.Text;

namespace Sidecars.Hosting.Http2.Hpack;

/// <summary>Reads the two primitives of a header block, numbers and strings (RFC 7541 5). Never reads beyond the block.</summary>
internal ref struct HpackReader(ReadOnlySpan<byte> block)
{
    /// <summary>Octets a number may go on for; more only serve numbers beyond any limit of ours.</summary>
    private const int MostContinuations = 4;

    private const byte HuffmanFlag = 0x80;
    private const int LengthPrefixBits = 7;

    private ReadOnlySpan<byte> _rest = block;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>The octet that says what comes next.</summary>
    public readonly byte Peek => _rest[0];

    /// <summary>A number that begins in the low bits of the next octet; false where it ends too early or is absurdly large.</summary>
    public bool TryReadNumber(int prefixBits, out int value)
    {
        value = 0;
        if (_rest.IsEmpty) return false;
        var mask = (1 << prefixBits) - 1;
        value = _rest[0] & mask;
        _rest = _rest[1..];
        if (value < mask) return true;
        for (var i = 0; i < MostContinuations; i++)
        {
            if (_rest.IsEmpty) return false;
            var octet = _rest[0];
            _rest = _rest[1..];
            value += (octet & 0x7F) << (7 * i);
            if ((octet & 0x80) == 0) return true;
        }
        return false;
    }

    /// <summary>A string, plain or in the Huffman code; false where it ends too early or is badly encoded.</summary>
    public bool TryReadString(out string value)
    {
        value = "";
        if (_rest.IsEmpty) return false;
        var isHuffman = (Peek & HuffmanFlag) != 0;
        if (!TryReadNumber(LengthPrefixBits, out var length) || length > _rest.Length) return false;
        var octets = _rest[..length];
        _rest = _rest[length..];
        if ((isHuffman ? Huffman.Decode(octets) : Encoding.Latin1.GetString(octets)) is not { } text) return false;
        value = text;
        return true;
    }
}
