using Sidecars.Kubernetes.Rights;

namespace Sidecars.ExternalSnapshotter;

/// <summary>What csi-snapshotter needs to be allowed (charts contract 3.3).</summary>
internal static class SnapshotterRights
{
    private const string Snapshots = "snapshot.storage.k8s.io";
    private const string GroupSnapshots = "groupsnapshot.storage.k8s.io";
    private const string Singles = "snapshot";
    private const string Groups = "group of snapshots";

    public static IEnumerable<RequiredRight> Of(bool hasGroups) =>
    [
        new(Singles, Snapshots, "volumesnapshotclasses", RequiredRight.Reading),
        new(Singles, Snapshots, "volumesnapshotcontents", [.. RequiredRight.Reading, "patch"]),
        new(Singles, Snapshots, "volumesnapshotcontents/status", "patch"),
        SharedRights.Events,
        .. hasGroups ? OfGroups : [],
    ];

    private static IEnumerable<RequiredRight> OfGroups =>
    [
        new(Groups, GroupSnapshots, "volumegroupsnapshotclasses", RequiredRight.Reading),
        new(Groups, GroupSnapshots, "volumegroupsnapshotcontents", [.. RequiredRight.Reading, "patch"]),
        new(Groups, GroupSnapshots, "volumegroupsnapshotcontents/status", "patch"),
    ];
}
