using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Sources;

/// <summary>Which claims are being filled from a snapshot: for as long as one waits for its volume, the snapshot may not go.</summary>
internal static class Restores
{
    private const string Pending = "Pending";

    /// <summary>The snapshot that a waiting claim is to be filled from, be it of another namespace; null for any other claim.</summary>
    public static ObjectKey? SourceOf(PersistentVolumeClaim claim)
    {
        // A claim that nobody has looked at has no phase yet, and waits all the same.
        if (claim.Status?.Phase is not (null or "" or Pending) || !string.IsNullOrEmpty(claim.Spec.VolumeName)) return null;
        var source = IsSnapshot(claim.Spec.DataSourceRef) ? claim.Spec.DataSourceRef : IsSnapshot(claim.Spec.DataSource) ? claim.Spec.DataSource
            : null;
        if (source is not { Name: { Length: > 0 } name }) return null;
        return new ObjectKey(string.IsNullOrEmpty(source.Namespace) ? claim.Metadata.Namespace : source.Namespace, name);
    }

    private static bool IsSnapshot(DataSource? source) => source is { ApiGroup: WellKnown.SnapshotGroup, Kind: WellKnown.SnapshotKind };
}
