using System.Text;

namespace Sidecars.Kubernetes.Json;

/// <summary>
/// Hands out one string for equal UTF-8 texts, so that ten thousand volumes share one copy of the driver's name.
/// A fixed number of slots: a newer text replaces an older one, nothing grows, nothing is locked. Sharing is a saving and not
/// a promise: two equal texts may still come out as two strings.
/// </summary>
internal static class StringPool
{
    /// <summary>Slots; enough for the annotation keys, classes, nodes and namespaces of a large cluster.</summary>
    private const int Slots = 2048;

    /// <summary>Longer texts are hardly ever repeated.</summary>
    private const int LongestPooled = 128;

    private static readonly string?[] s_slots = new string?[Slots];

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0) return "";
        if (utf8.Length > LongestPooled) return Encoding.UTF8.GetString(utf8);

        ref var slot = ref s_slots[Hash(utf8) % Slots];
        if (Volatile.Read(ref slot) is { } known && IsSame(known, utf8)) return known;

        var fresh = Encoding.UTF8.GetString(utf8);
        Volatile.Write(ref slot, fresh);
        return fresh;
    }

    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        const uint offset = 2166136261, prime = 16777619; // FNV-1a
        var hash = offset;
        foreach (var b in utf8) hash = (hash ^ b) * prime;
        return hash ^ (hash >> 15);
    }

    private static bool IsSame(string text, ReadOnlySpan<byte> utf8)
    {
        if (text.Length != utf8.Length) return false; // equal lengths and equal units: pure ASCII, which is what repeats
        for (var i = 0; i < utf8.Length; i++)
        {
            if (text[i] != utf8[i] || utf8[i] > 0x7f) return false;
        }
        return true;
    }
}
