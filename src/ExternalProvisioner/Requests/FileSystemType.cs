using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Requests;

/// <summary>Which file system a class asks for (provisioner contract 5.4).</summary>
internal static class FileSystemType
{
    private const string DeprecatedKey = "fstype";

    /// <summary>
    /// The file system of the class, the default where it names none, or what is wrong. The deprecated key counts in any case of
    /// letters, so two spellings of it are two keys.
    /// </summary>
    public static (string? FsType, string? Error) Of(StringMap? parameters, string @default)
    {
        var (found, count) = ("", 0);
        foreach (var (key, value) in parameters ?? StringMap.Empty)
        {
            if (key != ReservedParameters.FsType && !key.Equals(DeprecatedKey, StringComparison.OrdinalIgnoreCase)) continue;
            (found, count) = (value, count + 1);
        }
        if (count > 1) return (null, $"fstype specified in parameters with both \"{DeprecatedKey}\" and \"{ReservedParameters.FsType}\" keys");
        return (found.Length is 0 ? @default : found, null);
    }
}
