using System.Collections.Immutable;
using System.Text;

namespace Sidecars.Hosting.Http2;

/// <summary>
/// The Huffman code of header fields (RFC 7541 appendix B). The code is canonical, so the length of each symbol's code says it all: codes of
/// one length are consecutive, in the order of the symbols.
/// </summary>
internal static class Huffman
{
    private const int EndOfString = 256;
    private const int LongestCode = 30;
    private const int LongestPadding = 7;

    private static readonly ImmutableArray<byte> s_lengths =
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

    // By length: the first code, and where its symbol stands in the list of symbols sorted by code.
    private static readonly int[] s_firstCode = new int[LongestCode + 2];
    private static readonly int[] s_firstSymbol = new int[LongestCode + 2];
    private static readonly ushort[] s_symbols = [.. Enumerable.Range(0, s_lengths.Length).OrderBy(s => s_lengths[s]).Select(s => (ushort)s)];

    static Huffman()
    {
        var (code, symbol) = (0, 0);
        for (var length = 1; length <= LongestCode; length++)
        {
            (s_firstCode[length], s_firstSymbol[length]) = (code, symbol);
            var count = s_lengths.Count(l => l == length);
            (code, symbol) = ((code + count) << 1, symbol + count);
        }
        s_firstSymbol[LongestCode + 1] = symbol;
    }

    /// <summary>The text of a code; null where it is none: a wrong padding, or the end of the string inside it.</summary>
    public static string? Decode(ReadOnlySpan<byte> code)
    {
        var text = new StringBuilder(code.Length * 8 / 5);
        var (bits, length) = (0, 0);
        foreach (var octet in code)
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                bits = (bits << 1) | ((octet >> bit) & 1);
                if (++length > LongestCode) return null;
                var index = bits - s_firstCode[length];
                if (index < 0 || index >= s_firstSymbol[length + 1] - s_firstSymbol[length]) continue;
                var symbol = s_symbols[s_firstSymbol[length] + index];
                if (symbol is EndOfString) return null;
                text.Append((char)symbol);
                (bits, length) = (0, 0);
            }
        }
        // What is left is padding: the beginning of the code of the end, all ones, less than an octet.
        return length <= LongestPadding && bits == (1 << length) - 1 ? text.ToString() : null;
    }
}
