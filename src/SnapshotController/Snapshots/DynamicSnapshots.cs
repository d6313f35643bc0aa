using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Sources;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>
/// Has a snapshot taken of a claim (snapshot controller contract 4.5): its marks, the claim's protection, and its content, in that order, each
/// before the next. From then on it is followed (<see cref="MadeSnapshots"/>).
/// </summary>
internal sealed partial class DynamicSnapshots(ContentPlanner planner, SnapshotMarks marks, ClaimProtection claims,
    ObjectWriter<VolumeSnapshotContent> contents, MadeSnapshots made, SnapshotReports reports, ILogger<DynamicSnapshots> log)
{
    public async Task<Outcome> Reconcile(VolumeSnapshot snapshot, CancellationToken stop)
    {
        var name = ContentNames.OfUid(snapshot.Uid);
        var (content, unreadable) = contents.Known(ContentNames.KeyOf(name));
        if (unreadable is not null) return await reports.Fail(snapshot, SnapshotFailures.Unreadable(name), stop);
        return content is null ? await Create(snapshot, stop) : await made.Reconcile(snapshot, content, stop);
    }

    private async Task<Outcome> Create(VolumeSnapshot snapshot, CancellationToken stop)
    {
        var plan = planner.Plan(snapshot);
        if (plan.Failure is { } failure)
        {
            if (claims.MayBeUnderWay(snapshot.Uid) && await Begun(snapshot, stop) is { } begun) return begun;
            if (!failure.ClearsReady) return await reports.Fail(snapshot, failure, stop); // nothing is begun without a class
            var held = await marks.Ensure(snapshot, isBound: false, null, stop);
            return held.IsSuccess ? await reports.Fail(held.Value, failure, stop) : reports.NotMarked(snapshot, held.Failure);
        }

        var marked = await marks.Ensure(snapshot, isBound: plan.Content!.Spec.DeletionPolicy is WellKnown.Delete, plan.DefaultClass, stop);
        if (!marked.IsSuccess) return reports.NotMarked(snapshot, marked.Failure);
        if (marked.Value.IsBeingDeleted) return Outcome.Done;
        if (await claims.Protect(plan.Claim!, marked.Value, stop) is { } refused) return await NotProtected(marked.Value, plan.Claim!, refused, stop);

        plan.Content.Spec.VolumeSnapshotRef = SnapshotState.Reference(marked.Value);
        var posted = await contents.Create(plan.Content, stop);
        if (posted.IsSuccess) return Begun(marked.Value, posted.Value);
        if (posted.Failure.IsWithoutAnswer) return Outcome.Retry($"VolumeSnapshotContent {plan.Content.Name} may have been made: {posted.Failure}");
        if (posted.Failure.IsAlreadyExists) return await Found(marked.Value, plan.Content.Name, stop);
        if (posted.Failure.IsConflict) return Outcome.Retry($"VolumeSnapshotContent {plan.Content.Name} cannot be made just now: {posted.Failure}");
        if (posted.Failure.IsRejected) claims.Refused(snapshot.Uid); // else it may have been made
        var text = $"snapshot controller failed to update {snapshot.Key} on API server: {posted.Failure}";
        return await reports.Fail(marked.Value, new Failure(ContentPlanner.CreationFailed, $"Failed to create snapshot content with error {text}")
        {
            MoreEvents = [("CreateSnapshotContentFailed", $"Failed to create snapshot content {text}")],
        }, stop);
    }

    /// <summary>An attempt before this one got no answer: what became of it decides whether its claim is held on. Null where nothing did.</summary>
    private async Task<Outcome?> Begun(VolumeSnapshot snapshot, CancellationToken stop)
    {
        var name = ContentNames.OfUid(snapshot.Uid);
        var read = await contents.Read(ContentNames.KeyOf(name), stop);
        if (read.IsSuccess) return await made.Reconcile(snapshot, read.Value, stop);
        if (!read.Failure.IsNotFound) return Outcome.Retry($"VolumeSnapshotContent {name} may have been made, and cannot be read: {read.Failure}");
        claims.GiveUp(snapshot.Uid);
        return null;
    }

    private Outcome Begun(VolumeSnapshot snapshot, VolumeSnapshotContent content)
    {
        Log.Begun(log, snapshot.Key, content.Name);
        reports.Tell(snapshot, "CreatingSnapshot", $"Waiting for a snapshot {snapshot.Key} to be created by the CSI driver.");
        return made.Begin(snapshot);
    }

    /// <summary>Somebody has made it; what it is, only the server knows.</summary>
    private async Task<Outcome> Found(VolumeSnapshot snapshot, string name, CancellationToken stop)
    {
        var read = await contents.Read(ContentNames.KeyOf(name), stop);
        if (!read.IsSuccess) return Outcome.Retry($"VolumeSnapshotContent {name} exists and cannot be read: {read.Failure}");
        if (MadeSnapshots.Misfit(snapshot, read.Value) is null)
            reports.Tell(snapshot, "CreatingSnapshot", $"Waiting for a snapshot {snapshot.Key} to be created by the CSI driver.");
        return await made.Reconcile(snapshot, read.Value, stop);
    }

    private async Task<Outcome> NotProtected(VolumeSnapshot snapshot, PersistentVolumeClaim claim, ApiFailure failure, CancellationToken stop)
    {
        var text = $"snapshot controller failed to update {snapshot.Name} on API server: "
            + $"cannot put finalizer {WellKnown.ClaimFinalizer} on PersistentVolumeClaim {claim.Key}: {failure}";
        if (failure.IsWithoutAnswer || failure.IsConflict) return Outcome.Retry(text); // it passes by itself
        return await reports.Fail(snapshot, new Failure(ContentPlanner.CreationFailed, $"Failed to create snapshot content with error {text}"), stop);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Made a content for the driver to take the snapshot {VolumeSnapshot} {VolumeSnapshotContent}")]
        public static partial void Begun(ILogger logger, ObjectKey volumeSnapshot, string volumeSnapshotContent);
    }
}
