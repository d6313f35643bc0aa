using System.Text;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>
/// By which label value a provisioner knows its capacity objects again (provisioner contract 9.3): one for the cluster, or one for each node. A
/// label holds 63 characters, so long node names shorten the rest, and very long ones stand there as a hash. Pure.
/// </summary>
internal static class ManagedBy
{
    private const string Program = "external-provisioner";
    private const int LongestLabel = 63;

    /// <summary>The value; without a node that of a provisioner for the whole cluster.</summary>
    public static string Of(string? node)
    {
        if (node is null) return Program;
        var name = $"{Program}-{node}";
        if (name.Length <= LongestLabel) return name;
        var hash = $"-{Hash(Program)}-";
        var left = LongestLabel - hash.Length - node.Length;
        return left > 0 ? $"{Program[..left]}{hash}{node}" : $"{Program}-{Hash(name)}";
    }

    /// <summary>FNV-1a of 32 bits, in eight digits.</summary>
    private static string Hash(string text)
    {
        const uint offset = 2166136261, prime = 16777619;
        var hash = offset;
        foreach (var b in Encoding.UTF8.GetBytes(text)) hash = unchecked((hash ^ b) * prime);
        return hash.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
    }
}
