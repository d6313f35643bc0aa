using Sidecars.Kubernetes.Leading;

namespace Sidecars.ExternalAttacher;

/// <summary>Names that other programs of a cluster know; they must match to the letter (attacher contract 1 to 8).</summary>
internal static class WellKnown
{
    /// <summary>Notes on an attachment under which name its node was known when it was attached.</summary>
    public const string NodeIdAnnotation = "csi.alpha.kubernetes.io/node-id";

    public const string MigratedToAnnotation = "pv.kubernetes.io/migrated-to";
    public const string AzureResourceGroupAnnotation = "kubernetes.io/azure-file-resource-group";
    public const string PortworxSecretNameAnnotation = "openstorage.io/auth-secret-name";
    public const string PortworxSecretNamespaceAnnotation = "openstorage.io/auth-secret-namespace";
    public const string BetaZoneLabel = "failure-domain.beta.kubernetes.io/zone";
    public const string ZoneLabel = "topology.kubernetes.io/zone";
    public const string Block = "Block";

    /// <summary>The finalizer on attachments and volumes; two drivers whose names sanitise equally share it, as they always did.</summary>
    public static string FinalizerOf(string driver) => $"external-attacher/{LeaderElectionOptions.Sanitise(driver)}";

    public static string LeaseOf(string driver) => $"external-attacher-leader-{driver}";
}
