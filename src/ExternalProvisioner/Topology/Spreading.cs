using System.Globalization;
using System.Text;

namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>
/// Which place a claim without a node begins with (provisioner contract 5.8): its name decides, so that the claims of a StatefulSet go round the
/// places, and those of one pod begin with the same place whatever their templates are called. The numbers are the original's, to the bit: a set that
/// was begun by the original goes on where it was. Pure.
/// </summary>
internal static class Spreading
{
    private const uint FnvOffset = 2166136261;
    private const uint FnvPrime = 16777619;

    /// <summary>Index of the first place of so many.</summary>
    public static int FirstOf(int places, string claim)
    {
        var (name, index) = Split(claim);
        return (int)(unchecked(Hash(name) + index) % (uint)places);
    }

    /// <summary>FNV-1 of 32 bits.</summary>
    internal static uint Hash(string text)
    {
        var hash = FnvOffset;
        foreach (var b in Encoding.UTF8.GetBytes(text)) hash = unchecked(hash * FnvPrime) ^ b;
        return hash;
    }

    /// <summary>A claim of a StatefulSet is called template-set-number: its set and its number. Any other is its whole name.</summary>
    private static (string Name, uint Index) Split(string claim)
    {
        var dash = claim.LastIndexOf('-');
        if (dash < 0 || !uint.TryParse(claim.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return (claim, 0);
        var set = claim[..dash];
        return (set[(set.LastIndexOf('-') + 1)..], index);
    }
}
