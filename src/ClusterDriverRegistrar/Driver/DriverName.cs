namespace Sidecars.ClusterDriverRegistrar.Driver;

/// <summary>
/// The names a driver can have in Kubernetes: a DNS subdomain, without which there is no object, and no longer than CSI allows, beyond which
/// neither a node lists the driver nor a volume names it (registrar contract B1).
/// </summary>
internal static class DriverName
{
    private const int LongestName = 63;

    /// <summary>Why the name will not do, or null.</summary>
    public static string? Problem(string name)
    {
        if (name.Length > LongestName) return $"it has {name.Length} characters, of which CSI allows {LongestName}";
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0) return "it has an empty part beside a dot";
            if (label.FirstOrDefault(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not '-') is not '\0' and var wrong)
                return $"it has '{wrong}', where only lower-case letters, digits, '-' and '.' are allowed";
            if (label.StartsWith('-') || label.EndsWith('-')) return $"its part \"{label}\" begins or ends with '-'";
        }
        return null;
    }
}
