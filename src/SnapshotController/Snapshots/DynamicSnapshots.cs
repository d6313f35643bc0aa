using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Placement;
using Sidecars.SnapshotController.Sources;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>
/// Has a snapshot taken of a claim (snapshot controller contract 4.5): its marks, the claim's protection, and its content, in that order, each
/// before the next; what the driver then says of the content becomes its status. A content that stands is never judged by its class again, which
/// may be gone by then.
/// </summary>
internal sealed partial class DynamicSnapshots(
    Caches caches, ContentPlanner planner, ContentPlacement placement, SnapshotMarks marks, ClaimProtection claims, ObjectWriter<VolumeSnapshotContent> contents,
        StatusUpdate status,
    SnapshotReports reports, ILogger<DynamicSnapshots> log)
{
    public async Task<Outcome> Reconcile(VolumeSnapshot snapshot, CancellationToken stop)
    {
        var name = ContentNames.OfUid(snapshot.Uid);
        if (caches.Contents.IsUnreadable(ContentNames.KeyOf(name))) return Outcome.Retry($"VolumeSnapshotContent {name} cannot be read; correct it");
        return caches.FindContent(name) is { } content ? await Follow(snapshot, content, stop) : await Create(snapshot, stop);
    }

    private async Task<Outcome> Follow(VolumeSnapshot snapshot, VolumeSnapshotContent content, CancellationToken stop)
    {
        claims.Settled(snapshot.Uid);
        if (Misfit(snapshot, content) is { } misfit) return await reports.Fail(snapshot, misfit, stop);
        var marked = await marks.Ensure(snapshot, isBound: content.Spec.DeletionPolicy is WellKnown.Delete, null, stop);
        if (!marked.IsSuccess) return reports.NotMarked(snapshot, marked.Failure);
        if (marked.Value.IsBeingDeleted) return Outcome.Done;
        (content, var awaited) = await placement.Place(marked.Value, content, stop);
        return await status.Run(marked.Value, content, stop, awaited);
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
        var made = await contents.Create(plan.Content, stop);
        if (made.IsSuccess) return Begun(marked.Value, made.Value);
        if (made.Failure.IsWithoutAnswer) return Outcome.Retry($"VolumeSnapshotContent {plan.Content.Name} may have been made: {made.Failure}");
        if (made.Failure.IsAlreadyExists) return await Found(marked.Value, plan.Content.Name, stop);
        if (made.Failure.IsConflict) return Outcome.Retry($"VolumeSnapshotContent {plan.Content.Name} cannot be made just now: {made.Failure}");
        if (made.Failure.IsRejected) claims.Refused(snapshot.Uid); // else it may have been made
        var text = $"snapshot controller failed to update {snapshot.Key} on API server: {made.Failure}";
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
        if (read.IsSuccess) return await Follow(snapshot, read.Value, stop);
        if (!read.Failure.IsNotFound) return Outcome.Retry($"VolumeSnapshotContent {name} may have been made, and cannot be read: {read.Failure}");
        claims.GiveUp(snapshot.Uid);
        return null;
    }

    private Outcome Begun(VolumeSnapshot snapshot, VolumeSnapshotContent content)
    {
        claims.Settled(snapshot.Uid);
        Log.Begun(log, snapshot.Key, content.Name);
        reports.Tell(snapshot, "CreatingSnapshot", $"Waiting for a snapshot {snapshot.Key} to be created by the CSI driver.");
        return status.Begin(snapshot);
    }

    /// <summary>Somebody has made it; what it is, only the server knows.</summary>
    private async Task<Outcome> Found(VolumeSnapshot snapshot, string name, CancellationToken stop)
    {
        var read = await contents.Read(ContentNames.KeyOf(name), stop);
        if (!read.IsSuccess) return Outcome.Retry($"VolumeSnapshotContent {name} exists and cannot be read: {read.Failure}");
        if (Misfit(snapshot, read.Value) is null)
            reports.Tell(snapshot, "CreatingSnapshot", $"Waiting for a snapshot {snapshot.Key} to be created by the CSI driver.");
        return await Follow(snapshot, read.Value, stop);
    }

    private async Task<Outcome> NotProtected(VolumeSnapshot snapshot, PersistentVolumeClaim claim, ApiFailure failure, CancellationToken stop)
    {
        var text = $"snapshot controller failed to update {snapshot.Name} on API server: cannot put finalizer {WellKnown.ClaimFinalizer} on PersistentVolumeClaim {claim.Key}: {failure}";
        if (failure.IsWithoutAnswer || failure.IsConflict) return Outcome.Retry(text); // it passes by itself
        return await reports.Fail(snapshot, new Failure(ContentPlanner.CreationFailed, $"Failed to create snapshot content with error {text}"), stop);
    }

    private static Failure? Misfit(VolumeSnapshot snapshot, VolumeSnapshotContent content)
    {
        if (content.Spec.Source?.VolumeHandle is null)
            return SnapshotFailures.Mismatch(
                $"VolumeSnapshotContent [{content.Name}] is pre-provisioned while expecting a dynamically provisioned one") with { Advice =
                "have the administrator delete it, or delete this snapshot" };
        if (!ContentNames.PointsAt(content, snapshot)) return SnapshotFailures.Misbound(content.Name);
        return content.Spec.Source.SnapshotHandle is null ? null
            : new Failure("SnapshotHandleSet", $"Snapshot handle should not be set in content {content.Name} for dynamic provisioning");
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Made a content for the driver to take the snapshot {VolumeSnapshot} {VolumeSnapshotContent}")]
        public static partial void Begun(ILogger logger, ObjectKey volumeSnapshot, string volumeSnapshotContent);
    }
}
