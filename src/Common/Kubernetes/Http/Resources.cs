using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Http;

/// <summary>The resources the sidecars work with.</summary>
public static class Resources
{
    private const string Core = "/api/v1";
    private const string Storage = "/apis/storage.k8s.io/v1";
    private const string Snapshots = "/apis/snapshot.storage.k8s.io/v1";
    private const string GroupSnapshots = "/apis/groupsnapshot.storage.k8s.io/v1";

    /// <summary>Claims.</summary>
    public static Resource<PersistentVolumeClaim> PersistentVolumeClaims { get; } =
        new(Core, "persistentvolumeclaims", true, KubeJson.Default.PersistentVolumeClaim);

    /// <summary>Volumes.</summary>
    public static Resource<PersistentVolume> PersistentVolumes { get; } =
        new(Core, "persistentvolumes", false, KubeJson.Default.PersistentVolume);

    /// <summary>Storage classes.</summary>
    public static Resource<StorageClass> StorageClasses { get; } =
        new(Storage, "storageclasses", false, KubeJson.Default.StorageClass);

    /// <summary>Attachments.</summary>
    public static Resource<VolumeAttachment> VolumeAttachments { get; } =
        new(Storage, "volumeattachments", false, KubeJson.Default.VolumeAttachment);

    /// <summary>What the nodes' drivers are called; cluster-wide.</summary>
    public static Resource<CsiNode> CsiNodes { get; } = new(Storage, "csinodes", false, KubeJson.Default.CsiNode);

    /// <summary>Nodes; cluster-wide.</summary>
    public static Resource<Node> Nodes { get; } = new(Core, "nodes", false, KubeJson.Default.Node);

    /// <summary>Snapshots.</summary>
    public static Resource<VolumeSnapshot> VolumeSnapshots { get; } = new(Snapshots, "volumesnapshots", true, KubeJson.Default.VolumeSnapshot);

    /// <summary>What snapshots are at their drivers; cluster-wide.</summary>
    public static Resource<VolumeSnapshotContent> VolumeSnapshotContents { get; } =
        new(Snapshots, "volumesnapshotcontents", false, KubeJson.Default.VolumeSnapshotContent);

    /// <summary>How snapshots are taken; cluster-wide.</summary>
    public static Resource<VolumeSnapshotClass> VolumeSnapshotClasses { get; } =
        new(Snapshots, "volumesnapshotclasses", false, KubeJson.Default.VolumeSnapshotClass);

    /// <summary>Groups of snapshots.</summary>
    public static Resource<VolumeGroupSnapshot> VolumeGroupSnapshots { get; } =
        new(GroupSnapshots, "volumegroupsnapshots", true, KubeJson.Default.VolumeGroupSnapshot);

    /// <summary>What groups of snapshots are at their drivers; cluster-wide.</summary>
    public static Resource<VolumeGroupSnapshotContent> VolumeGroupSnapshotContents { get; } =
        new(GroupSnapshots, "volumegroupsnapshotcontents", false, KubeJson.Default.VolumeGroupSnapshotContent);

    /// <summary>How groups of snapshots are taken; cluster-wide.</summary>
    public static Resource<VolumeGroupSnapshotClass> VolumeGroupSnapshotClasses { get; } =
        new(GroupSnapshots, "volumegroupsnapshotclasses", false, KubeJson.Default.VolumeGroupSnapshotClass);

    /// <summary>Permissions to refer to objects of another namespace.</summary>
    public static Resource<ReferenceGrant> ReferenceGrants { get; } =
        new("/apis/gateway.networking.k8s.io/v1beta1", "referencegrants", true, KubeJson.Default.ReferenceGrant);

    /// <summary>Classes of attributes, in the version of their group that the server serves; cluster-wide.</summary>
    public static Resource<VolumeAttributesClass> VolumeAttributesClasses(string version) =>
        new($"/apis/storage.k8s.io/{version}", "volumeattributesclasses", false, KubeJson.Default.VolumeAttributesClass);

    /// <summary>Storage capacities; namespaced.</summary>
    public static Resource<CsiStorageCapacity> CsiStorageCapacities { get; } = new(Storage, "csistoragecapacities", true, KubeJson.Default.CsiStorageCapacity);

    /// <summary>Pods, of which only the metadata is read.</summary>
    public static Resource<MetadataOnly> Pods { get; } = new(Core, "pods", true, KubeJson.Default.MetadataOnly);

    /// <summary>Pods, of which the claims they use are read.</summary>
    public static Resource<Pod> PodsWithClaims { get; } = new(Core, "pods", true, KubeJson.Default.Pod);

    /// <summary>Secrets; read one at a time, never listed.</summary>
    public static Resource<Secret> Secrets { get; } = new(Core, "secrets", true, KubeJson.Default.Secret);

    /// <summary>Events; written, never read.</summary>
    public static Resource<ClusterEvent> Events { get; } = new(Core, "events", true, KubeJson.Default.ClusterEvent);
}
