using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>What may be wrong between a snapshot and its content.</summary>
internal static class SnapshotFailures
{
    public static readonly Failure ContentMissing = new("SnapshotContentMissing", "VolumeSnapshotContent is missing");

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
