using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Requests;

/// <summary>
/// The parameter keys of a class that are for us and not for the driver: everything below <c>csi.storage.k8s.io/</c>
/// (provisioner contract 5.5).
/// </summary>
internal static class ReservedParameters
{
    public const string Prefix = "csi.storage.k8s.io/";
    public const string FsType = Prefix + "fstype";
    public const string ClaimName = Prefix + "pvc/name";
    public const string ClaimNamespace = Prefix + "pvc/namespace";
    public const string VolumeName = Prefix + "pv/name";

    private static readonly HashSet<string> s_known =
    [
        FsType,
        .. Secrets.SecretPurpose.All.SelectMany(p => new[] { p.NameKey, p.NamespaceKey }),
    ];

    /// <summary>The parameters without the reserved ones, or what is wrong with them.</summary>
    public static (Dictionary<string, string>? Parameters, string? Error) Strip(StringMap? parameters)
    {
        var kept = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in parameters ?? StringMap.Empty)
        {
            if (!key.StartsWith(Prefix, StringComparison.Ordinal)) kept[key] = value;
            else if (!s_known.Contains(key)) return (null, $"found unknown parameter key \"{key}\" with reserved namespace {Prefix}");
        }
        return (kept, null);
    }
}
