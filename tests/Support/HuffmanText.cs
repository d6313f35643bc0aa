namespace Sidecars.Tests.Support;

/// <summary>Writes text in the code of RFC 7541 appendix B with the codes of these letters as that table prints them.</summary>
public static class HuffmanText
{
    private static readonly Dictionary<char, string> s_codes = new()
    {
        ['%'] = "010101", ['-'] = "010110", ['.'] = "010111", ['/'] = "011000", ['2'] = "00010", ['1'] = "00001", ['0'] = "00000",
        ['F'] = "1100001", ['G'] = "1100010", ['I'] = "1100100", ['N'] = "1101001", ['R'] = "1101101", ['S'] = "1101110", ['_'] = "100010",
        ['a'] = "00011", ['b'] = "100011", ['c'] = "00100", ['d'] = "100100", ['e'] = "00101", ['f'] = "100101", ['g'] = "100110",
        ['h'] = "100111", ['i'] = "00110", ['k'] = "1110101", ['l'] = "101000", ['m'] = "101001", ['n'] = "101010", ['o'] = "00111",
        ['p'] = "101011", ['r'] = "101100", ['s'] = "01000", ['t'] = "01001", ['u'] = "101101", ['v'] = "1110111", ['x'] = "1111001", ['y'] = "1111010",
    };

    public static byte[] Encode(string text)
    {
        var bits = string.Concat(text.Select(letter => s_codes[letter]));
        bits = bits.PadRight((bits.Length + 7) / 8 * 8, '1');
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }
}
