using Microsoft.Extensions.Logging;
using Sidecars.ExternalResizer.InUse;
using Sidecars.ExternalResizer.Patches;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Expansion;

/// <summary>
/// Brings the volume of a claim to the size the claim asks for, as far as the controller has a part in it (resizer contract 6 and 9): decide which
/// size, mark the claim, ask the driver, write down what it said, and leave the rest to the node. What is decided stands in <see cref="ExpansionTarget"/>,
/// what is written in <see cref="ExpansionRecord"/>.
/// </summary>
internal sealed partial class ExpandReconciler(
    Caches caches, ObjectWriter writer, VolumeGrowth growth, ExpansionRecord record, ExpansionMemory memory, ClaimUsers users, Reports reports,
    DriverFacts driver, ResizerOptions options, TimeProvider time, ILogger<ExpandReconciler> log)
{
    private readonly ClaimPatch _patches = new(options.Recovers);

    public async ValueTask<Outcome> Reconcile(string key, CancellationToken stop)
    {
        if (caches.FindClaim(key) is not { } claim || caches.VolumeOf(claim) is not { } volume) return Outcome.Done; // either comes up with the other
        try
        {
            return await Bring(claim, volume, stop);
        }
        finally
        {
            // Who forgets with the claim's end may have done so before this pass began to remember.
            if (!caches.Has(claim)) memory.Forget(claim.Uid);
        }
    }

    private async Task<Outcome> Bring(PersistentVolumeClaim claim, PersistentVolume volume, CancellationToken stop)
    {
        if (IsCaughtUp(claim, volume))
        {
            var settled = await writer.Patch(volume, VolumePatch.Settled(volume), stop);
            if (!settled.IsSuccess) return settled.Failure.IsNotFound ? Outcome.Done : Outcome.Retry($"removing annotation {WellKnown.PreResizeCapacity} of pv {volume.Name}: {settled.Failure}");
            volume = settled.Value;
        }
        for (var tries = 1; ; tries++)
        {
            if (!IsWanted(claim))
            {
                memory.Forget(claim.Uid);
                return Outcome.Done;
            }
            var notes = memory.Of(claim);
            var (target, pause) = Decide(claim, volume, notes);
            if (target.Size is not { } size) return NotOurTurn(claim);
            if (pause > TimeSpan.Zero) return Outcome.After(pause);
            if (Users(claim, notes) is { } waits) return waits;

            var (marked, failure) = await Mark(claim, target, notes, stop);
            if (marked is not null) return await Work(marked, volume, size, target, notes, stop);
            if (failure!.IsNotFound) return Outcome.Done;
            if (!failure.IsConflict || tries == ObjectWriter.MostTries) return NotMarked(claim, failure);
            var read = await writer.Reread(claim, stop);
            if (!read.IsSuccess) return read.Failure.IsNotFound ? Outcome.Done : Outcome.Retry($"reading pvc {claim.Key} anew, which somebody else changed: {read.Failure}");
            claim = read.Value;
            // It may be bound no more, or not to this volume.
            if (!Readings.IsBound(claim) || caches.VolumeOf(claim) is not { } found) return Outcome.Done;
            volume = found;
        }
    }

    /// <summary>Whether the user asks for more than the claim has.</summary>
    public static bool IsWanted(PersistentVolumeClaim claim) => Sizes.Asked(claim) > Sizes.Has(claim);

    /// <summary>
    /// Whether a larger size is to follow at once on the one that was made. What the claim shows alone does not say: of a server that keeps nothing of what
    /// was written, or somebody who changes it, the driver would be asked the same again and again.
    /// </summary>
    public static bool IsMoreWanted(PersistentVolumeClaim claim, long madeBytes) => Sizes.Asked(claim).Value > madeBytes && IsWanted(claim);

    /// <summary>Whether the volume still says that it waits for a node which has caught up.</summary>
    public bool IsCaughtUp(PersistentVolumeClaim claim, PersistentVolume volume) => options.AnnotatesVolumes
        && volume.Annotation(WellKnown.PreResizeCapacity) is not null && (Sizes.Has(claim) >= Sizes.Has(volume) || HasWhatWasBegun(claim));

    /// <summary>Whether nothing is left to do of what was worked towards: a volume whose object was made larger by hand no node will ever catch up with.</summary>
    private static bool HasWhatWasBegun(PersistentVolumeClaim claim) =>
        Sizes.Allocated(claim) is { } begun && Sizes.Has(claim) >= begun && ResizeView.StateOf(claim) is ResizeState.None;

    /// <summary>What is to be made, and how long it is still left alone.</summary>
    private (ExpansionTarget Target, TimeSpan Pause) Decide(PersistentVolumeClaim claim, PersistentVolume volume, ExpansionNotes notes)
    {
        var view = ResizeView.Of(claim, volume, notes.FailedFinally, driver.Way is ExpansionWay.NodesAlone);
        var target = options.Recovers ? ExpansionTarget.Of(view) : ExpansionTarget.WithoutRecovery(view);
        var pause = memory.Remaining(notes);
        var isSame = options.Recovers ? !target.IsNew : target.Size?.ToString() == notes.Told;
        return (target, isSame ? pause : TimeSpan.Zero);
    }

    private Outcome NotOurTurn(PersistentVolumeClaim claim)
    {
        memory.Forget(claim.Uid);
        Log.NotOurTurn(log, claim.Key);
        return Outcome.Done;
    }

    /// <summary>
    /// What is waited for before a driver is asked again that refused for being in use: that no pod uses the claim. Null where nothing is. Pods that
    /// may not be seen do not hold it up.
    /// </summary>
    private Outcome? Users(PersistentVolumeClaim claim, ExpansionNotes notes)
    {
        if (notes.InUse is not { } words) return null;
        notes.WaitsForPods = true; // before the look: who tells that pods are known by now has to find it
        Interlocked.MemoryBarrier();
        var use = users.Of(claim.Key);
        if (use is ClaimUse.Unknown && !users.AreHidden) return Blind(claim, notes, words);
        (notes.WaitsForPods, notes.IsBlindnessTold) = (false, false);
        if (use is not ClaimUse.Used) return null;
        var reason = $"CSI resizer: claim {claim.Key} is not expanded while a pod uses it, driver {driver.Name} only supports offline expansion of it: volume is currently in use; "
            + $"the driver says: {words}";
        reports.ResizeFailed(claim, reason);
        return Outcome.Retry(reason);
    }

    /// <summary>Whether a pod uses the claim nobody knows yet. Users hear of that once something is wrong, and of that once.</summary>
    private Outcome Blind(PersistentVolumeClaim claim, ExpansionNotes notes, string words)
    {
        var reason = $"CSI resizer: claim {claim.Key} is not expanded before it is known whether a pod uses it, driver {driver.Name} only supports offline expansion of it; "
            + $"the driver says: {words}";
        if (users.Trouble is not { } trouble) return Outcome.Retry($"{reason}; pods are being listed");
        reason += $"; pods cannot be listed: {trouble}; see that the API server lets csi-resizer list and watch pods, or set --handle-volume-inuse-error=false";
        if (!notes.IsBlindnessTold) reports.ResizeFailed(claim, reason);
        notes.IsBlindnessTold = true;
        return Outcome.Retry(reason);
    }

    /// <summary>The claim as it is marked; or why it could not be.</summary>
    private async Task<(PersistentVolumeClaim? Marked, ApiFailure? Failure)> Mark(
        PersistentVolumeClaim claim, ExpansionTarget target, ExpansionNotes notes, CancellationToken stop)
    {
        // A mark of ours that stands as we wrote it would only get another time; one of an earlier process is written anew, which proves that it still stands.
        var isKnown = notes.Written == claim.Metadata.ResourceVersion && _patches.IsMarked(claim);
        if (isKnown && (!target.IsNew || !options.Recovers)) return (claim, null);
        var patched = await writer.Patch(claim, _patches.Mark(claim, target.IsNew ? target.Size.ToString() : null, time.GetUtcNow()), stop);
        if (!patched.IsSuccess) return (null, patched.Failure);
        notes.Written = patched.Value.Metadata.ResourceVersion;
        return (patched.Value, null);
    }

    /// <summary>A server that refuses the mark will do so for ever, and nothing else on the claim says why it does not grow.</summary>
    private Outcome NotMarked(PersistentVolumeClaim claim, ApiFailure failure)
    {
        var reason = $"marking pvc {claim.Key} as resizing failed: {failure}";
        if (failure.IsForbidden) reason += "; let csi-resizer patch persistentvolumeclaims/status";
        if (failure.IsForbidden || failure.Code is 422) reports.ResizeFailed(claim, reason);
        return Outcome.Retry(reason);
    }

    private async Task<Outcome> Work(
        PersistentVolumeClaim claim, PersistentVolume volume, Quantity size, ExpansionTarget target, ExpansionNotes notes, CancellationToken stop)
    {
        var text = size.ToString();
        if (notes.Told != text)
        {
            reports.Resizing(claim, volume);
            notes.IsFaultTold = false;
        }
        (notes.Told, notes.InUse) = (text, null);
        Log.Growing(log, claim.Key, volume.Name, text);
        var (answer, error, kind) = await growth.Grow(claim, volume, size, stop);
        // The call may have taken long, and somebody may have said more of the volume meanwhile, which is not taken back.
        if (caches.VolumeOf(claim) is { } known && known.Uid == volume.Uid) volume = known;
        return answer is not null
            ? await record.Grown(claim, volume, target, answer, notes, stop)
            : await record.Refused(claim, volume, target, error!, kind, notes, stop);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The claim waits for its node {PVC}")]
        public static partial void NotOurTurn(ILogger logger, ObjectKey pvc);

        [LoggerMessage(2, LogLevel.Debug, "Asking the driver for a size {PVC} {PV} {Size}")]
        public static partial void Growing(ILogger logger, ObjectKey pvc, string pv, string size);
    }
}
