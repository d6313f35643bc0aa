using Sidecars.Kubernetes.Rights;

namespace Sidecars.SnapshotController;

/// <summary>What snapshot-controller needs to be allowed (charts contract 3.5).</summary>
internal static class SnapshotControllerRights
{
    private const string Snapshots = "snapshot.storage.k8s.io";
    private const string GroupSnapshots = "groupsnapshot.storage.k8s.io";
    private const string Singles = "snapshot";
    private const string Groups = "group of snapshots";

    public static IEnumerable<RequiredRight> Of(SnapshotControllerOptions options) =>
    [
        new(Singles, "", "persistentvolumes", RequiredRight.Watching),
        new(Singles, "", "persistentvolumeclaims", [.. RequiredRight.Reading, "update"]),
        new(Singles, Snapshots, "volumesnapshotclasses", RequiredRight.Watching),
        new(Singles, Snapshots, "volumesnapshotcontents", [.. RequiredRight.Reading, "create", "delete", "patch"]),
        new(Singles, Snapshots, "volumesnapshots", [.. RequiredRight.Reading, "patch"]),
        new(Singles, Snapshots, "volumesnapshots/status", "patch"),
        SharedRights.Events,
        .. options.IsDistributed ? new RequiredRight[] { new("choice of the node that takes a snapshot", "", "nodes", RequiredRight.Watching) } : [],
        .. options.HasGroups ? OfGroups : [],
    ];

    private static IEnumerable<RequiredRight> OfGroups =>
    [
        new(Groups, Snapshots, "volumesnapshots", "create", "delete"),
        new(Groups, Snapshots, "volumesnapshotcontents/status", "patch"),
        new(Groups, GroupSnapshots, "volumegroupsnapshotclasses", RequiredRight.Watching),
        new(Groups, GroupSnapshots, "volumegroupsnapshotcontents", [.. RequiredRight.Reading, "create", "delete", "patch"]),
        new(Groups, GroupSnapshots, "volumegroupsnapshots", [.. RequiredRight.Reading, "patch"]),
        new(Groups, GroupSnapshots, "volumegroupsnapshots/status", "patch"),
    ];
}
