namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>What is called differently on the contents of single snapshots and on those of groups (snapshot objects 10).</summary>
/// <param name="Kind">Kind of the content.</param>
/// <param name="OwnerKind">Kind of what it is the content of.</param>
/// <param name="ApiVersion">Group and version of both.</param>
/// <param name="Finalizer">The finalizer that we take off when a content may go.</param>
/// <param name="BeingCreated">Annotation: a call to take the snapshot may be at work at the driver, or its outcome is not known.</param>
/// <param name="BeingDeleted">Annotation: the snapshot's user deleted it, so the content may be released.</param>
/// <param name="SecretName">Annotation: name of the secret of taking and deleting.</param>
/// <param name="SecretNamespace">Annotation: its namespace.</param>
internal sealed record ContentKeys(
    string Kind, string OwnerKind, string ApiVersion, string Finalizer, string BeingCreated, string BeingDeleted,
    string SecretName, string SecretNamespace)
{
    public static readonly ContentKeys OfSingle = new(
        "VolumeSnapshotContent", "VolumeSnapshot", "snapshot.storage.k8s.io/v1",
        "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection",
        "snapshot.storage.kubernetes.io/volumesnapshot-being-created",
        "snapshot.storage.kubernetes.io/volumesnapshot-being-deleted",
        "snapshot.storage.kubernetes.io/deletion-secret-name",
        "snapshot.storage.kubernetes.io/deletion-secret-namespace");

    public static readonly ContentKeys OfGroup = new(
        "VolumeGroupSnapshotContent", "VolumeGroupSnapshot", "groupsnapshot.storage.k8s.io/v1",
        "groupsnapshot.storage.kubernetes.io/volumegroupsnapshotcontent-bound-protection",
        "groupsnapshot.storage.kubernetes.io/volumegroupsnapshot-being-created",
        "groupsnapshot.storage.kubernetes.io/volumegroupsnapshot-being-deleted",
        "groupsnapshot.storage.kubernetes.io/deletion-secret-name",
        "groupsnapshot.storage.kubernetes.io/deletion-secret-namespace");

    /// <summary>The annotations that are read; of all others only a change is seen.</summary>
    public IReadOnlySet<string> Annotations { get; } =
        new HashSet<string> { BeingCreated, BeingDeleted, SecretName, SecretNamespace, WellKnown.MemberAnnotation };
}
