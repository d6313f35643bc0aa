using System.Globalization;
using System.Net;
using Sidecars.Hosting;

namespace Sidecars.Csi;

/// <summary>
/// How many of a driver's words about an error are kept. It may send sixteen MiB of them, into every event and log line that quotes them; what
/// helps stands at the beginning. What was cut is short enough not to be cut again, and says how many characters are missing.
/// </summary>
internal static class DriverWords
{
    /// <summary>Bytes that are kept, the note at their end included.</summary>
    private const int Longest = 8 * 1024;

    /// <summary>Bytes that the note may take.</summary>
    private const int LongestNote = 64;

    /// <summary>Octets on the wire, three for a byte at most, beyond which the words are certainly longer than what is kept.</summary>
    internal const int LongestEncoded = 3 * Longest;

    /// <summary>The words, or their beginning and the note.</summary>
    public static string Cut(string words) => Utf8Text.Cut(words, Longest).Length == words.Length ? words : Noted(words, words.Length);

    /// <summary>Reads the words as they are sent (grpc-message). Of very many only the beginning is decoded; the rest is counted.</summary>
    public static string Decode(string encoded) => encoded.Length <= LongestEncoded
        ? Cut(Decoded(encoded))
        : Noted(Decoded(encoded[..LongestEncoded]), CountCharacters(encoded)); // a torn character at the end is beyond what is kept

    private static string Noted(string words, int length)
    {
        var kept = Utf8Text.Cut(words, Longest - LongestNote);
        return $"{kept} [and {length - kept.Length} characters more]";
    }

    private static string Decoded(string encoded) => WebUtility.UrlDecode(encoded.Replace("+", "%2B", StringComparison.Ordinal));

    /// <summary>Characters as a string counts them: each of UTF-8 begins with an octet of its own, and one of four octets is two.</summary>
    private static int CountCharacters(string encoded)
    {
        var count = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] is '%' && i + 2 < encoded.Length
                && byte.TryParse(encoded.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
            {
                count += (octet & 0xc0) is 0x80 ? 0 : octet >= 0xf0 ? 2 : 1;
                i += 2;
            }
            else
            {
                count++;
            }
        }
        return count;
    }
}
