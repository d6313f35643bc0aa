using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>What may be wrong between a snapshot and its content.</summary>
internal static class SnapshotFailures
{
    public static readonly Failure ContentMissing = new("SnapshotContentMissing", "VolumeSnapshotContent is missing");

    public static Failure Unreadable(string content) => new("SnapshotContentUnreadable", $"VolumeSnapshotContent {content} cannot be read")
    {
        Advice = "have the administrator correct it; the log of the snapshot controller says what is wrong with it",
    };

    public static Failure NamesNone(VolumeSnapshot snapshot) =>
        ContentMissing with
        {
            Message = $"VolumeSnapshot {snapshot.Key} names an empty content in spec.source",
            Advice = "delete it, and make it anew with the name of a content",
        };

    public static Failure Misbound(string content) =>
        Misfit("SnapshotContentMisbound", $"VolumeSnapshotContent [{content}] is bound to a different snapshot",
            "name a content that is meant for this snapshot, or have the administrator correct spec.volumeSnapshotRef of this one");

    /// <summary>The content is of the other kind than the snapshot's source says.</summary>
    public static Failure Mismatch(string message, string advice) => Misfit("SnapshotContentMismatch", message, advice);

    private static Failure Misfit(string reason, string message, string advice) => new(reason, message)
    {
        Advice = advice,
        MoreEvents = [(SnapshotReports.NoFinalizer, $"Failed to check and update snapshot: {message}")],
    };
}
