using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Requests;

/// <summary>What a claim may be filled from, and who fills it (provisioner contract 5.7).</summary>
internal static class SourceKinds
{
    public const string Snapshot = "VolumeSnapshot";
    public const string SnapshotGroup = "snapshot.storage.k8s.io";
    public const string Claim = "PersistentVolumeClaim";

    /// <summary>The source that counts, with its namespace: the one of the claim's own namespace, else the general one.</summary>
    public static (DataSource? Source, string? Error) Of(PersistentVolumeClaim claim, bool crossesNamespaces)
    {
        var (own, general) = (claim.Spec.DataSource, claim.Spec.DataSourceRef);
        if (own is not null) return (InNamespaceOf(claim, own), null);
        if (general is null || string.IsNullOrEmpty(general.Namespace)) return (general is null ? null : InNamespaceOf(claim, general), null);
        return crossesNamespaces ? (general, null) : (null, "dataSourceRef namespace specified but the CrossNamespaceVolumeDataSource feature is disabled");
    }

    /// <summary>What is wrong with the source, or null.</summary>
    public static string? Problem(PersistentVolumeClaim claim, DataSource source)
    {
        if (string.IsNullOrEmpty(source.Name)) return $"the PVC source not found for PVC {claim.Name}";
        return source.Kind is Snapshot && source.ApiGroup is not SnapshotGroup
            ? $"the PVC source {source.Name} does not belong to the right APIGroup: want {SnapshotGroup}, have \"{source.ApiGroup}\""
            : null;
    }

    /// <summary>A kind we do not know is filled by somebody else, and the claim is left to them.</summary>
    public static bool IsForPopulator(DataSource source) => source.Kind is not (Snapshot or Claim);

    private static DataSource InNamespaceOf(PersistentVolumeClaim claim, DataSource source) =>
        new() { ApiGroup = source.ApiGroup, Kind = source.Kind, Name = source.Name, Namespace = claim.Metadata.Namespace };
}
