using System.Buffers;
using System.Text;

namespace Sidecars.ExternalAttacher.Patches;

/// <summary>Texts that go to the API server, which refuses a whole patch because of one that is too long.</summary>
internal static class ApiText
{
    /// <summary>Most bytes of an attach or detach error (attacher contract 8.1).</summary>
    public const int LongestError = 1024;

    /// <summary>The text, or as much of its beginning as fits without tearing a character.</summary>
    public static string Cut(string text, int bytes = LongestError)
    {
        if (Encoding.UTF8.GetByteCount(text) <= bytes) return text;
        var kept = Encoding.UTF8.GetBytes(text).AsSpan(0, bytes);
        while (kept.Length > 0 && Rune.DecodeLastFromUtf8(kept, out _, out var torn) is not OperationStatus.Done) kept = kept[..^torn];
        return Encoding.UTF8.GetString(kept);
    }
}
