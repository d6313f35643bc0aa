using Csi.V1;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.ExternalResizer.InUse;
using Sidecars.ExternalResizer.Patches;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Expansion;

/// <summary>
/// Writes down what the driver said of a size: on the volume, on the claim and in events (resizer contract 6.8). A write that meets somebody else's is
/// made again, and the driver is not asked anew for it. What stands there already is not written again.
/// </summary>
internal sealed partial class ExpansionRecord(
    ObjectWriter writer, ExpansionMemory memory, ClaimUsers users, Reports reports, ResizerOptions options, TimeProvider time, ILogger<ExpansionRecord> log)
{
    private readonly ClaimPatch _patches = new(options.Recovers);

    /// <summary>The driver has made it so large.</summary>
    /// <param name="claim">The claim, marked.</param>
    /// <param name="volume">Its volume.</param>
    /// <param name="target">What was asked for.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="notes">What is remembered of the claim.</param>
    /// <param name="stop">Ends the waiting.</param>
    public async Task<Outcome> Grown(
        PersistentVolumeClaim claim, PersistentVolume volume, ExpansionTarget target, ControllerExpandVolumeResponse answer, ExpansionNotes notes, CancellationToken stop)
    {
        (notes.FailedFinally, notes.SlowSince) = (false, null);
        var size = Quantity.FromBytes(answer.CapacityBytes).ToString();
        // A driver that had rounded up before, or a size written by hand: what the volume is said to have is not taken back by an answer that is enough.
        var volumeSize = !target.TakesBack && Sizes.Has(volume).Value > answer.CapacityBytes ? volume.Spec.Capacity![WellKnown.Storage]! : size;
        var before = options.AnnotatesVolumes && answer.NodeExpansionRequired && volume.Spec.VolumeMode is not WellKnown.Block ? Sizes.Has(claim).ToString() : null;
        if (VolumePatch.Grown(volume, volumeSize, before, takesNoteOff: options.AnnotatesVolumes && !answer.NodeExpansionRequired) is { } grown)
        {
            var patched = await writer.Patch(volume, grown, stop);
            if (!patched.IsSuccess) return NotWritten(claim, $"updating capacity of PV \"{volume.Name}\" to {size} failed: {patched.Failure}", patched.Failure);
        }
        var written = await writer.Patch(claim, now => IsPast(now, claim, answer) ? null : WhatIsDone(now, answer, size), stop);
        if (!written.IsSuccess)
            return NotWritten(claim, $"volume {volume.Name} has {size} now, but the status of PVC {claim.Key} could not be written: {written.Failure}", written.Failure);

        Log.Grown(log, claim.Key, volume.Name, size, answer.NodeExpansionRequired);
        if (!answer.NodeExpansionRequired && answer.CapacityBytes < target.Size!.Value.Value)
        {
            var less = $"the driver made volume {volume.Name} {size} large, and was asked for {target.Size}";
            reports.ResizeFailed(claim, less);
            return Outcome.Retry(less);
        }
        memory.Forget(claim.Uid);
        if (answer.NodeExpansionRequired) reports.NodeIsNext(claim);
        else reports.Resized(claim);
        // What was under way is done, and the claim may ask for more by now; where a node is next, its end brings the claim up.
        return !answer.NodeExpansionRequired && ExpandReconciler.IsMoreWanted(written.Value, answer.CapacityBytes) ? Outcome.After(TimeSpan.Zero) : Outcome.Done;
    }

    private ReadOnlyMemory<byte>? WhatIsDone(PersistentVolumeClaim claim, ControllerExpandVolumeResponse answer, string size) =>
        answer.NodeExpansionRequired ? _patches.HandOn(claim, time.GetUtcNow()) : _patches.Finish(claim, size, time.GetUtcNow());

    /// <summary>Whether the claim has what was to be written behind it already: it has the size, or a node is at it, or has tried since it was marked.</summary>
    private static bool IsPast(PersistentVolumeClaim claim, PersistentVolumeClaim marked, ControllerExpandVolumeResponse answer)
    {
        if (Sizes.Has(claim).Value >= answer.CapacityBytes) return true;
        if (!answer.NodeExpansionRequired) return false;
        var state = ResizeView.StateOf(claim);
        return state is ResizeState.NodeResizePending or ResizeState.NodeResizeInProgress
            || (state is ResizeState.NodeResizeInfeasible && state != ResizeView.StateOf(marked));
    }

    /// <summary>It has not.</summary>
    public async Task<Outcome> Refused(
        PersistentVolumeClaim claim, PersistentVolume volume, ExpansionTarget target, CsiError error, FailureKind kind, ExpansionNotes notes,
        CancellationToken stop)
    {
        notes.FailedFinally = kind is not FailureKind.Open;
        // Without recovery nothing on the claim says that it waits, so that it waits for its back-off alone.
        var isSlow = kind is FailureKind.Impossible || (kind is FailureKind.Infeasible && options.Recovers);
        if (isSlow) memory.Slow(notes);
        else notes.SlowSince = null;
        if (kind is FailureKind.InUse && options.HandlesInUse)
        {
            notes.InUse = error.Message;
            users.Watch();
        }
        var reason = reports.FailureOf(volume, error.Text);
        var condition = ClaimPatch.Failed(error.Text);
        var isToldAlready = ClaimConditions.Has(claim, condition);
        var now = claim;
        if (options.Recovers && kind is not FailureKind.Open)
        {
            var noted = await Note(claim, condition, kind is FailureKind.Infeasible, notes, stop);
            if (noted.Failure is { IsNotFound: true }) return Outcome.Done; // deleted meanwhile
            if (noted.Failure is { } failure) reason = $"resizing failed in controller with {error.Text} but failed to update PVC {claim.Key} with: {failure}";
            else now = noted.Value!;
        }
        if (!isSlow)
        {
            reports.ResizeFailed(claim, reason);
            return Outcome.Retry(reason);
        }
        // Of a fault of the driver users hear once: nothing they do mends it.
        var isTold = kind is FailureKind.Impossible && (isToldAlready || notes.IsFaultTold);
        notes.IsFaultTold = kind is FailureKind.Impossible;
        var next = ResizeView.Of(now, volume, notes.FailedFinally, isNodesAlone: false); // where nodes alone expand nobody refuses
        if ((options.Recovers ? ExpansionTarget.Of(next) : ExpansionTarget.WithoutRecovery(next)).Size is { } another && another != target.Size)
        {
            // Another wish need not wait for this one, and may have come long ago.
            if (!isTold) reports.ResizeFailed(claim, reason);
            return Outcome.After(TimeSpan.Zero);
        }
        var pause = memory.Remaining(notes);
        if (!isTold) reports.ResizeFailed(claim, Reports.Waits(reason, pause));
        Log.LeftAlone(log, claim.Key, reason, pause);
        return Outcome.After(pause);
    }

    /// <summary>The claim as it says so, or why that could not be noted on it.</summary>
    private async Task<ApiResult<PersistentVolumeClaim>> Note(
        PersistentVolumeClaim claim, WantedCondition condition, bool isInfeasible, ExpansionNotes notes, CancellationToken stop)
    {
        var isInState = !isInfeasible || ResizeView.StateOf(claim) is ResizeState.ControllerResizeInfeasible;
        if (isInState && ClaimConditions.Has(claim, condition)) return claim;
        var written = await writer.Patch(claim, ClaimPatch.Refused(claim, condition, isInfeasible, time.GetUtcNow()), stop);
        if (written.Failure is { IsOtherUid: true }) return ApiFailure.Succeeded(Resources.PersistentVolumeClaims.Plural, claim.Key, claim.Uid); // remade under its name
        if (written.IsSuccess) notes.Written = written.Value.Metadata.ResourceVersion;
        return written;
    }

    /// <summary>Somebody who is always faster, and an object that is gone, are no trouble of the user's.</summary>
    private Outcome NotWritten(PersistentVolumeClaim claim, string reason, ApiFailure failure)
    {
        if (!failure.IsConflict && !failure.IsNotFound) reports.ResizeFailed(claim, reason);
        return Outcome.Retry(reason);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The volume has grown {PVC} {PV} {Size} {NodeIsNext}")]
        public static partial void Grown(ILogger logger, ObjectKey pvc, string pv, string size, bool nodeIsNext);

        [LoggerMessage(2, LogLevel.Error, "The size cannot be had, as the driver answers; the claim is left alone for a while {PVC} {Err} {RetryAfter}")]
        public static partial void LeftAlone(ILogger logger, ObjectKey pvc, string err, TimeSpan retryAfter);
    }
}
