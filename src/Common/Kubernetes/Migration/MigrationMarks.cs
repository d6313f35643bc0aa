namespace Sidecars.Kubernetes.Migration;

/// <summary>
/// The annotations and labels of a volume of a built-in plugin that its translation reads (common contract 16). A store that keeps such
/// volumes keeps these.
/// </summary>
public static class MigrationMarks
{
    /// <summary>Which CSI driver has taken the volume over.</summary>
    public const string MigratedTo = "pv.kubernetes.io/migrated-to";

    internal const string AzureResourceGroup = "kubernetes.io/azure-file-resource-group";
    internal const string PortworxSecretName = "openstorage.io/auth-secret-name";
    internal const string PortworxSecretNamespace = "openstorage.io/auth-secret-namespace";
    internal const string BetaZone = "failure-domain.beta.kubernetes.io/zone";
    internal const string Zone = "topology.kubernetes.io/zone";

    /// <summary>The annotations.</summary>
    public static IReadOnlySet<string> Annotations { get; } = new HashSet<string>(StringComparer.Ordinal) { MigratedTo, AzureResourceGroup, PortworxSecretName, PortworxSecretNamespace };

    /// <summary>The labels.</summary>
    public static IReadOnlySet<string> Labels { get; } = new HashSet<string>(StringComparer.Ordinal) { BetaZone, Zone };
}
