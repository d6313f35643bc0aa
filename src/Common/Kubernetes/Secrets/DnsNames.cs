namespace Sidecars.Kubernetes.Secrets;

/// <summary>Which texts the API server takes as a namespace or as the name of a secret.</summary>
public static class DnsNames
{
    private const int LongestLabel = 63;
    private const int LongestSubdomain = 253;

    /// <summary>Letters, digits and dashes, alphanumeric at both ends (DNS-1123 label).</summary>
    public static bool IsLabel(string text) => text.Length is > 0 and <= LongestLabel && IsPart(text);

    /// <summary>Labels joined by dots (DNS-1123 subdomain); a part of it may be longer than a label.</summary>
    public static bool IsSubdomain(string text) => text.Length is > 0 and <= LongestSubdomain && text.Split('.').All(p => p.Length > 0 && IsPart(p));

    private static bool IsPart(string part) =>
        IsAlphanumeric(part[0]) && IsAlphanumeric(part[^1]) && part.All(c => c is '-' || IsAlphanumeric(c));

    private static bool IsAlphanumeric(char c) => c is >= 'a' and <= 'z' or >= '0' and <= '9';
}
