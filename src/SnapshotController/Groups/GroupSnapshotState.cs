using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;

namespace Sidecars.SnapshotController.Groups;

/// <summary>What can be said of a group, and of its content, by looking at them alone.</summary>
internal static class GroupSnapshotState
{
    /// <summary>Ready and bound: nothing is expected of anybody any more.</summary>
    public static bool IsReady(VolumeGroupSnapshot group) => group.Status is { ReadyToUse: true, BoundVolumeGroupSnapshotContentName.Length: > 0 };

    /// <summary>The name of the content a group has or would have.</summary>
    public static string ContentOf(VolumeGroupSnapshot group) =>
        group.Status?.BoundVolumeGroupSnapshotContentName is { Length: > 0 } bound ? bound
        : group.Spec.Source?.VolumeGroupSnapshotContentName is { Length: > 0 } given ? given
        : ContentNames.OfGroup(group.Uid);

    /// <summary>Whether the content names this very group, uid and all.</summary>
    public static bool PointsAt(VolumeGroupSnapshotContent content, VolumeGroupSnapshot group) =>
        IsMeantFor(content, group) && content.Spec.VolumeGroupSnapshotRef!.Uid == group.Uid;

    /// <summary>Whether a content that is there already is meant for this group; it may not know its uid yet.</summary>
    public static bool IsMeantFor(VolumeGroupSnapshotContent content, VolumeGroupSnapshot group) =>
        content.Spec.VolumeGroupSnapshotRef is { } to && to.Namespace == group.Metadata.Namespace && to.Name == group.Name
        && (string.IsNullOrEmpty(to.Uid) || to.Uid == group.Uid);

    /// <summary>The key of the group a content refers to, or null.</summary>
    public static ObjectKey? GroupOf(VolumeGroupSnapshotContent content) =>
        content.Spec.VolumeGroupSnapshotRef is { Name: { Length: > 0 } name } to ? new ObjectKey(to.Namespace, name) : null;

    public static ObjectReference Reference(VolumeGroupSnapshot group) => ObjectReference.To(group, WellKnown.GroupKind, WellKnown.GroupApi);
}
