using System.Text;

namespace Sidecars.Hosting.Http2.Hpack;

/// <summary>
/// Reads strings in the Huffman code of RFC 7541, appendix B. The code is canonical: the lengths alone determine it, codes of one length
/// follow each other in the order of their symbols.
/// </summary>
internal static class Huffman
{
    private const int LongestCode = 30;
    private const int EndOfString = 256;
    private const int LongestPadding = 7;

    // Where the codes of each length begin: the first code, and the place of its symbol in s_symbols.
    private static readonly uint[] s_firstCode = new uint[LongestCode + 2];
    private static readonly int[] s_firstSymbol = new int[LongestCode + 2];
    private static readonly ushort[] s_symbols = new ushort[EndOfString + 1];

    static Huffman()
    {
        var placed = 0;
        uint code = 0;
        for (var length = 1; length <= LongestCode; length++)
        {
            code <<= 1;
            (s_firstCode[length], s_firstSymbol[length]) = (code, placed);
            for (var symbol = 0; symbol <= EndOfString; symbol++)
            {
                if (Lengths[symbol] != length) continue;
                s_symbols[placed++] = (ushort)symbol;
                code++;
            }
        }
        s_firstSymbol[LongestCode + 1] = placed;
    }

    /// <summary>Length in bits of the code of each octet, and of the end of the string.</summary>
    internal static ReadOnlySpan<byte> Lengths =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    /// <summary>The text, or null where the octets are no such code: an unknown one, the end of the string, or bad padding.</summary>
    public static string? Decode(ReadOnlySpan<byte> encoded)
    {
        var text = new StringBuilder(encoded.Length * 2);
        uint code = 0;
        var length = 0;
        foreach (var octet in encoded)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                code = (code << 1) | (uint)((octet >> bit) & 1);
                if (++length > LongestCode) return null;
                var place = (long)code - s_firstCode[length] + s_firstSymbol[length];
                if (code < s_firstCode[length] || place >= s_firstSymbol[length + 1]) continue;
                var symbol = s_symbols[place];
                if (symbol == EndOfString) return null;
                text.Append((char)symbol);
                (code, length) = (0, 0);
            }
        }
        // What is left over must be the beginning of the longest code, which is all ones, and less than an octet of it.
        return length > LongestPadding || code != (1u << length) - 1 ? null : text.ToString();
    }
}
