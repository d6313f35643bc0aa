namespace Sidecars.SnapshotController;

/// <summary>Names that other programs of a cluster know; they must match to the letter (snapshot API contract 10).</summary>
internal static class WellKnown
{
    public const string Component = "snapshot-controller";
    public const string Lease = "snapshot-controller-leader";

    public const string SnapshotGroup = "snapshot.storage.k8s.io";
    public const string SnapshotApi = SnapshotGroup + "/v1";
    public const string SnapshotKind = "VolumeSnapshot";
    public const string ContentKind = "VolumeSnapshotContent";
    public const string GroupApiGroup = "groupsnapshot.storage.k8s.io";
    public const string GroupApi = GroupApiGroup + "/v1";
    public const string GroupKind = "VolumeGroupSnapshot";
    public const string GroupContentKind = "VolumeGroupSnapshotContent";

    /// <summary>On a snapshot that may be the source of a volume.</summary>
    public const string SourceFinalizer = "snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection";

    /// <summary>On a snapshot whose content is to go before it.</summary>
    public const string BoundFinalizer = "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection";

    /// <summary>On a snapshot that was taken in a group.</summary>
    public const string MemberFinalizer = "snapshot.storage.kubernetes.io/volumesnapshot-in-group-protection";

    /// <summary>On a content that is bound; the sidecar takes it off.</summary>
    public const string ContentFinalizer = "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection";

    /// <summary>On a claim of which a snapshot is being taken.</summary>
    public const string ClaimFinalizer = "snapshot.storage.kubernetes.io/pvc-as-source-protection";

    public const string GroupFinalizer = "groupsnapshot.storage.kubernetes.io/volumegroupsnapshot-bound-protection";
    public const string GroupContentFinalizer = "groupsnapshot.storage.kubernetes.io/volumegroupsnapshotcontent-bound-protection";

    /// <summary>The sidecar may be having the driver take the snapshot.</summary>
    public const string BeingCreated = "snapshot.storage.kubernetes.io/volumesnapshot-being-created";

    /// <summary>The snapshot of a content is being deleted, so the sidecar may let the content go.</summary>
    public const string BeingDeleted = "snapshot.storage.kubernetes.io/volumesnapshot-being-deleted";

    public const string GroupBeingDeleted = "groupsnapshot.storage.kubernetes.io/volumegroupsnapshot-being-deleted";
    public const string Yes = "yes";

    public const string SecretName = "snapshot.storage.kubernetes.io/deletion-secret-name";
    public const string SecretNamespace = "snapshot.storage.kubernetes.io/deletion-secret-namespace";
    public const string GroupSecretName = "groupsnapshot.storage.kubernetes.io/deletion-secret-name";
    public const string GroupSecretNamespace = "groupsnapshot.storage.kubernetes.io/deletion-secret-namespace";

    /// <summary>On the content of a group's member: the driver's name of the group.</summary>
    public const string GroupHandle = "groupsnapshot.storage.k8s.io/volumeGroupSnapshotHandle";

    public const string DefaultClass = "snapshot.storage.kubernetes.io/is-default-class";
    public const string DefaultGroupClass = "groupsnapshot.storage.kubernetes.io/is-default-class";

    /// <summary>By which an administrator lets a volume have another mode than the one its snapshot was taken of.</summary>
    public const string AllowModeChange = "snapshot.storage.kubernetes.io/allow-volume-mode-change";

    /// <summary>Label that names the node whose sidecar a content is for.</summary>
    public const string ManagedBy = "snapshot.storage.kubernetes.io/managed-by";

    public const string Delete = "Delete";
    public const string Retain = "Retain";
    public const string Bound = "Bound";
    public const string Filesystem = "Filesystem";
}
