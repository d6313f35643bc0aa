using System.Collections.Concurrent;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Groups;
using Sidecars.SnapshotController.Metrics;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>
/// Writes what a content says into its snapshot's status, with the events and measurements of what came about (snapshot controller contract 5). A
/// new snapshot waits a moment for the driver's answer first: where that comes at once, one write says all.
/// </summary>
internal sealed class StatusUpdate(
    ObjectWriter<VolumeSnapshot> writer, SnapshotReports reports, GroupObjects groups, TimeSpan pause, TimeProvider time)
{
    public const string Failed = "SnapshotStatusUpdateFailed";

    private readonly ConcurrentDictionary<string, long> _fresh = new(StringComparer.Ordinal); // contents made a moment ago, by uid of the snapshot

    /// <summary>The content was made just now.</summary>
    public Outcome Begin(VolumeSnapshot snapshot)
    {
        _fresh[snapshot.Uid] = time.GetTimestamp();
        return Outcome.After(pause);
    }

    /// <summary>Nothing is left to remember of a snapshot that is gone.</summary>
    public void Forget(string uid) => _fresh.TryRemove(uid, out _);

    /// <param name="snapshot">The snapshot.</param>
    /// <param name="content">Its content.</param>
    /// <param name="stop">Ends the work.</param>
    /// <param name="awaited">What is awaited besides, before the driver is.</param>
    public async Task<Outcome> Run(VolumeSnapshot snapshot, VolumeSnapshotContent content, CancellationToken stop, string? awaited = null)
    {
        if (content.Status is null && _fresh.TryGetValue(snapshot.Uid, out var since) && pause - time.GetElapsedTime(since) is var left
            && left > TimeSpan.Zero)
            return Outcome.After(left);
        _fresh.TryRemove(snapshot.Uid, out _);

        if (groups.State is GroupState.Unknown && content.Status?.VolumeGroupSnapshotHandle is { Length: > 0 }) // once it is, all is looked at again
            return Outcome.Retry($"which group VolumeSnapshot {snapshot.Key} was taken in is not known yet");
        var (group, error) = groups.NameOfGroup(content, snapshot.Metadata.Namespace);
        if (error is not null) return await reports.Fail(snapshot, new Failure(Failed, error, ClearsReady: false), stop);

        var projection = StatusProjection.Of(snapshot, content, group);
        if (projection.Patch is { } patch)
        {
            var written = await writer.Patch(snapshot, patch, "status", stop);
            if (!written.IsSuccess) return reports.NotWritten(snapshot, written.Failure, Failed);
            Tell(written.Value, content, projection);
            snapshot = written.Value;
        }
        if (!SnapshotState.IsReady(snapshot))
            return reports.Wait(snapshot, SnapshotReports.NotReady, awaited ?? Awaited(content), content.Status?.Error?.Message);
        reports.WaitIsOver(snapshot);
        return Outcome.Done;
    }

    private void Tell(VolumeSnapshot snapshot, VolumeSnapshotContent content, StatusProjection projection)
    {
        if (projection.BecomesCreated)
        {
            reports.Succeeds(snapshot, Operations.Create, content.Spec.Driver);
            reports.Tell(snapshot, "SnapshotCreated", $"Snapshot {snapshot.Key} was successfully created by the CSI driver.");
        }
        if (projection.OtherTime is { } other)
        {
            reports.Warn(snapshot, "SnapshotCreationTimeChanged",
                $"the driver has taken snapshot {snapshot.Key} anew: it says {MergePatch.Text(other.Said)}, where {MergePatch.Text(other.Noted)} "
                + "was noted; what was written before that moment is in it, too");
        }
        if (!projection.BecomesReady) return;
        reports.Succeeds(snapshot, Operations.CreateAndReady, content.Spec.Driver);
        reports.Tell(snapshot, "SnapshotReady", $"Snapshot {snapshot.Key} is ready to use.");
    }

    /// <summary>What a bound snapshot waits for, by what its content says.</summary>
    private static string Awaited(VolumeSnapshotContent content)
    {
        var driver = content.Spec.Driver;
        if (content.Status?.Error is not null) return $"driver {driver} to take the snapshot, which is tried again";
        if (content.Status?.SnapshotHandle is { Length: > 0 } handle) return $"driver {driver} to make its snapshot {handle} ready";
        return content.Annotation(WellKnown.BeingCreated) is not null
            ? $"driver {driver} to answer the call that takes the snapshot of VolumeSnapshotContent {content.Name}"
            : $"the csi-snapshotter sidecar of driver {driver} to take up VolumeSnapshotContent {content.Name}; see that it runs";
    }
}
