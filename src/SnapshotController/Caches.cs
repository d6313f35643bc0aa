using Sidecars.ControllerManager;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Placement;
using Sidecars.SnapshotController.Snapshots;
using Sidecars.SnapshotController.Sources;

namespace Sidecars.SnapshotController;

/// <summary>
/// Everything the snapshot controller knows of the cluster, as far as it reads it (<see cref="Readings"/>), but for groups, whose kinds may be
/// missing. Nodes are watched only where contents are placed on them.
/// </summary>
internal sealed class Caches
{
    public Caches(SharedStores stores, SnapshotControllerOptions options)
    {
        var readings = new Readings(options);
        Snapshots = stores.Of(Resources.VolumeSnapshots, Readings.Snapshot);
        Contents = stores.Of(Resources.VolumeSnapshotContents, readings.Content);
        Classes = stores.Of(Resources.VolumeSnapshotClasses, Readings.Class);
        Claims = stores.Of(Resources.PersistentVolumeClaims, readings.Claim);
        Volumes = stores.Of(Resources.PersistentVolumes, readings.Volume);
        Nodes = options.IsDistributed ? stores.Of(Resources.Nodes, Readings.Node) : null;
        SnapshotsByClaim = Snapshots.IndexBy(s => SnapshotState.ClaimOf(s)?.ToString());
        SnapshotsByContent = Snapshots.IndexBy(s => s.Spec.Source?.VolumeSnapshotContentName);
        UnfinishedByClass = Snapshots.IndexBy(s => s.IsBeingDeleted || SnapshotState.IsReady(s) ? null : s.Spec.VolumeSnapshotClassName ?? "");
        SnapshotsByGroup = Snapshots.IndexBy(s => SnapshotState.GroupOwner(s)?.Uid);
        SnapshotsByGroupName = Snapshots.IndexBy(s => SnapshotState.GroupOwner(s) is null
            && s.Status?.VolumeGroupSnapshotName is { Length: > 0 } group ? new ObjectKey(s.Metadata.Namespace, group).ToString() : null);
        Unplaced = options.IsDistributed ? Contents.IndexBy(c => ContentPlacement.IsOpen(c) ? "" : null) : null;
        PendingRestores = Claims.IndexBy(c => Restores.SourceOf(c)?.ToString());
        ClaimsByNamespace = options.HasGroups ? Claims.IndexBy(c => c.Metadata.Namespace) : null;
        VolumesByHandle = options.HasGroups ? Volumes.IndexBy(v => v.Spec.Csi is { } csi ? HandleKey(csi.Driver, csi.VolumeHandle) : null) : null;
        ContentsByGroup = Contents.IndexBy(c => c.Status?.VolumeGroupSnapshotHandle is { Length: > 0 } handle ? HandleKey(c.Spec.Driver, handle)
            : null);
    }

    public ObjectStore<VolumeSnapshot> Snapshots { get; }

    public ObjectStore<VolumeSnapshotContent> Contents { get; }

    public ObjectStore<VolumeSnapshotClass> Classes { get; }

    public ObjectStore<PersistentVolumeClaim> Claims { get; }

    public ObjectStore<PersistentVolume> Volumes { get; }

    /// <summary>Null where contents are not placed.</summary>
    public ObjectStore<Node>? Nodes { get; }

    /// <summary>Snapshots of a claim, by the claim's namespace and name.</summary>
    public ObjectIndex<VolumeSnapshot> SnapshotsByClaim { get; }

    /// <summary>Snapshots of a content that is there already, by its name.</summary>
    public ObjectIndex<VolumeSnapshot> SnapshotsByContent { get; }

    /// <summary>Snapshots that are not ready, by the name of their class; the empty name is of those that have none.</summary>
    public ObjectIndex<VolumeSnapshot> UnfinishedByClass { get; }

    /// <summary>Members of a group, by its uid.</summary>
    public ObjectIndex<VolumeSnapshot> SnapshotsByGroup { get; }

    /// <summary>Snapshots that were taken in a group and have not joined it, by the group's namespace and name.</summary>
    public ObjectIndex<VolumeSnapshot> SnapshotsByGroupName { get; }

    /// <summary>Contents that name no node yet, all under the empty text; null where contents are not placed.</summary>
    public ObjectIndex<VolumeSnapshotContent>? Unplaced { get; }

    /// <summary>Claims that wait to be filled from a snapshot, by its namespace and name.</summary>
    public ObjectIndex<PersistentVolumeClaim> PendingRestores { get; }

    /// <summary>Claims by namespace; null without groups.</summary>
    public ObjectIndex<PersistentVolumeClaim>? ClaimsByNamespace { get; }

    /// <summary>Volumes by driver and handle; null without groups.</summary>
    public ObjectIndex<PersistentVolume>? VolumesByHandle { get; }

    /// <summary>Contents of members, by driver and the driver's name of the group.</summary>
    public ObjectIndex<VolumeSnapshotContent> ContentsByGroup { get; }

    public VolumeSnapshot? FindSnapshot(ObjectKey key) => Snapshots.Find(key);

    public VolumeSnapshotContent? FindContent(string name) => Contents.Find(ContentNames.KeyOf(name));

    public VolumeSnapshotClass? FindClass(string name) => Classes.Find(new ObjectKey(null, name));

    public PersistentVolume? FindVolume(string name) => Volumes.Find(new ObjectKey(null, name));

    /// <summary>The content that belongs to the snapshot as both say, or null.</summary>
    public VolumeSnapshotContent? ContentOf(VolumeSnapshot snapshot) =>
        ContentNames.Of(snapshot) is { } name && FindContent(name) is { } content && ContentNames.PointsAt(content, snapshot) ? content : null;

    public static string HandleKey(string? driver, string? handle) => $"{driver}^{handle}";
}
