using System.Buffers;
using System.Text;

namespace Sidecars.Hosting;

/// <summary>Texts whose length counts in bytes, as whoever takes them counts.</summary>
public static class Utf8Text
{
    /// <summary>The text, or as much of its beginning as fits into so many bytes without tearing a character.</summary>
    public static string Cut(string text, int bytes)
    {
        // No character takes more than three bytes for each of its units.
        if (text.Length <= bytes / 3 || Encoding.UTF8.GetByteCount(text) <= bytes) return text;
        var kept = Encoding.UTF8.GetBytes(text.Length > bytes ? text[..bytes] : text).AsSpan();
        if (kept.Length > bytes) kept = kept[..bytes];
        while (kept.Length > 0 && Rune.DecodeLastFromUtf8(kept, out _, out var torn) is not OperationStatus.Done) kept = kept[..^torn];
        return Encoding.UTF8.GetString(kept);
    }
}
