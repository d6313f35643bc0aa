using System.Globalization;

namespace Sidecars.HostPathDriver.Storage;

/// <summary>
/// A number of bytes as people write it: plain, or with a decimal (k, M, G, T, P) or binary (Ki, Mi, Gi, Ti, Pi) unit.
/// </summary>
internal static class ByteSize
{
    private static readonly (string Suffix, long Factor)[] Units =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50),
        ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), ("P", 1_000_000_000_000_000),
    ];

    /// <summary>Reads a positive size; false for anything else, and for what does not fit 63 bits.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var unit = Units.FirstOrDefault(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal), (Suffix: "", Factor: 1));
        if (!long.TryParse(text.AsSpan(0, text.Length - unit.Suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number <= 0 || number > long.MaxValue / unit.Factor)
        {
            return false;
        }

        bytes = number * unit.Factor;
        return true;
    }
}
