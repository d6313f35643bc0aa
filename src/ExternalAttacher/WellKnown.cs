using Sidecars.Kubernetes.Leading;

namespace Sidecars.ExternalAttacher;

/// <summary>Names that other programs of a cluster know; they must match to the letter (attacher contract 1 to 8).</summary>
internal static class WellKnown
{
    /// <summary>Notes on an attachment under which name its node was known when it was attached.</summary>
    public const string NodeIdAnnotation = "csi.alpha.kubernetes.io/node-id";

    public const string Block = "Block";

    /// <summary>The finalizer on attachments and volumes; two drivers whose names sanitise equally share it, as they always did.</summary>
    public static string FinalizerOf(string driver) => $"external-attacher/{LeaderElectionOptions.Sanitise(driver)}";

    public static string LeaseOf(string driver) => $"external-attacher-leader-{driver}";
}
