using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Placement;

/// <summary>
/// Names on a content the node whose sidecar is to take the snapshot (snapshot controller contract 9). Where no node of today is selected, the
/// content goes without: a sidecar that is not bound to nodes takes it nevertheless, and the label follows once there is one.
/// </summary>
internal sealed partial class ContentPlacement(Caches caches, ObjectWriter<VolumeSnapshotContent> contents, ILogger<ContentPlacement> log)
{
    /// <summary>The node of a volume; null where it has none, or contents are not placed.</summary>
    public string? NodeOf(PersistentVolume volume)
    {
        if (caches.Nodes is not { } nodes || volume.Spec.NodeAffinity?.Required is null) return null;
        var node = NodeOfVolume.Find(volume.Spec.NodeAffinity, nodes.Snapshot());
        if (node is null) Log.NoNode(log, volume.Name);
        return node;
    }

    /// <summary>Whether the content may still have to be placed.</summary>
    public static bool IsOpen(VolumeSnapshotContent content) =>
        !content.IsBeingDeleted && content.Metadata.Labels?[WellKnown.ManagedBy] is null && content.Spec.Source?.VolumeHandle is not null
        && string.IsNullOrEmpty(content.Status?.SnapshotHandle);

    /// <summary>The content with its label, where there is a node by now, and what to tell about it where there is none.</summary>
    public async Task<(VolumeSnapshotContent Content, string? Awaited)> Place(
        VolumeSnapshot snapshot, VolumeSnapshotContent content, CancellationToken stop)
    {
        if (caches.Nodes is not { } nodes || !IsOpen(content) || VolumeOf(snapshot, content) is not { Spec.NodeAffinity.Required: not null } volume)
            return (content, null);
        if (NodeOfVolume.Find(volume.Spec.NodeAffinity, nodes.Snapshot()) is not { } node)
        {
            return (content, $"a node that the affinity of PersistentVolume {volume.Name} selects; "
                + "no sidecar that runs on nodes takes the snapshot before there is one");
        }
        var placed = await contents.Patch(content, MergePatch.Free(content, json =>
        {
            json.WriteStartObject("labels");
            json.WriteString(WellKnown.ManagedBy, node);
            json.WriteEndObject();
        }), null, stop);
        return placed.IsSuccess ? (placed.Value, null)
            : (content, $"the label {WellKnown.ManagedBy} to be put on VolumeSnapshotContent {content.Name}: {placed.Failure}");
    }

    private PersistentVolume? VolumeOf(VolumeSnapshot snapshot, VolumeSnapshotContent content) =>
        Snapshots.SnapshotState.ClaimOf(snapshot) is { } claim && caches.Claims.Find(claim)?.Spec.VolumeName is { Length: > 0 } name
        && caches.FindVolume(name) is { } volume && volume.Spec.Csi?.VolumeHandle == content.Spec.Source!.VolumeHandle ? volume : null;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "No node is selected by the affinity of the volume a snapshot is to be taken of, so that none is named on the content {PV}")]
        public static partial void NoNode(ILogger logger, string pv);
    }
}
