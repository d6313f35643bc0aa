namespace Sidecars.Vectors.Tests;

/// <summary>Where the API serves the kinds that scenarios use, and which of them are looked at when a scenario is over.</summary>
internal static class KindTable
{
    private const string Core = "/api/v1";
    private const string Storage = "/apis/storage.k8s.io/v1";
    private const string Snapshots = "/apis/snapshot.storage.k8s.io/v1";
    private const string Groups = "/apis/groupsnapshot.storage.k8s.io/v1";

    private static readonly Dictionary<string, (string Prefix, string Plural, bool IsNamespaced)> Kinds = new()
    {
        ["Namespace"] = (Core, "namespaces", false),
        ["Node"] = (Core, "nodes", false),
        ["Pod"] = (Core, "pods", true),
        ["Secret"] = (Core, "secrets", true),
        ["Event"] = (Core, "events", true),
        ["PersistentVolumeClaim"] = (Core, "persistentvolumeclaims", true),
        ["PersistentVolume"] = (Core, "persistentvolumes", false),
        ["StorageClass"] = (Storage, "storageclasses", false),
        ["CSINode"] = (Storage, "csinodes", false),
        ["CSIDriver"] = (Storage, "csidrivers", false),
        ["VolumeAttachment"] = (Storage, "volumeattachments", false),
        ["CSIStorageCapacity"] = (Storage, "csistoragecapacities", true),
        ["VolumeAttributesClass"] = (Storage, "volumeattributesclasses", false),
        ["Lease"] = ("/apis/coordination.k8s.io/v1", "leases", true),
        ["Deployment"] = ("/apis/apps/v1", "deployments", true),
        ["VolumeSnapshot"] = (Snapshots, "volumesnapshots", true),
        ["VolumeSnapshotContent"] = (Snapshots, "volumesnapshotcontents", false),
        ["VolumeSnapshotClass"] = (Snapshots, "volumesnapshotclasses", false),
        ["VolumeGroupSnapshot"] = (Groups, "volumegroupsnapshots", true),
        ["VolumeGroupSnapshotContent"] = (Groups, "volumegroupsnapshotcontents", false),
        ["VolumeGroupSnapshotClass"] = (Groups, "volumegroupsnapshotclasses", false),
        ["ReferenceGrant"] = ("/apis/gateway.networking.k8s.io/v1beta1", "referencegrants", true),
    };

    /// <summary>The kinds whose objects a recording holds, and events, which it holds in a form of their own.</summary>
    internal static readonly IReadOnlyList<string> Recorded =
    [
        "PersistentVolumeClaim", "PersistentVolume", "VolumeAttachment", "VolumeSnapshot", "VolumeSnapshotContent", "VolumeGroupSnapshot",
        "VolumeGroupSnapshotContent", "CSIStorageCapacity", "CSIDriver", "Event",
    ];

    internal static bool IsNamespaced(string kind) => Kinds[kind].IsNamespaced;

    /// <summary>The path of all objects of a kind, in all namespaces.</summary>
    internal static string PathOfAll(string kind) => $"{Kinds[kind].Prefix}/{Kinds[kind].Plural}";

    /// <summary>The path of a collection, of an object in it, or of a subresource of that; the namespace is "default" unless given.</summary>
    internal static string Path(string kind, string? space, string? name = null, string? subresource = null)
    {
        var (prefix, plural, isNamespaced) = Kinds[kind];
        var path = isNamespaced ? $"{prefix}/namespaces/{space ?? "default"}/{plural}" : $"{prefix}/{plural}";
        if (name is not null) path += "/" + name;
        return subresource is null ? path : $"{path}/{subresource}";
    }
}
