using Microsoft.Extensions.Logging;
using Sidecars.ExternalResizer.Patches;
using Sidecars.ExternalResizer.Requests;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Modification;

/// <summary>
/// Gives volumes the attributes of the class their claim names (resizer contract 11): decide which class, find it, mark the claim, ask the driver, write
/// down what it said. What is decided stands in <see cref="ModifyDecision"/>, what is written after the call in <see cref="ModifyRecord"/>.
/// </summary>
internal sealed partial class ModifyReconciler(
    Caches caches, ObjectWriter writer, ModifyRequests requests, DriverCalls calls, ModifyRecord record, ModifyMemory memory, AttributesClasses classes,
    AttributesClassWaits waits, Reports reports, DriverFacts driver, ResizerOptions options, TimeProvider time, ILogger<ModifyReconciler> log)
{
    public async ValueTask<Outcome> Reconcile(string key, CancellationToken stop)
    {
        waits.Forget(key);
        if (caches.FindClaim(key) is not { } claim || caches.VolumeOf(claim) is not { Spec.Csi: not null } volume) return Outcome.Done;
        try
        {
            return await Bring(key, claim, volume, stop);
        }
        finally
        {
            // Who forgets with the claim's end may have done so before this pass began to remember.
            if (!caches.Has(claim))
            {
                memory.Forget(claim.Uid);
                waits.Forget(key);
            }
        }
    }

    private async Task<Outcome> Bring(string key, PersistentVolumeClaim claim, PersistentVolume volume, CancellationToken stop)
    {
        for (var tries = 1; ; tries++)
        {
            var (outcome, conflict) = await Attempt(key, claim, volume, stop);
            if (outcome is { } reached) return reached;
            if (conflict!.IsNotFound) return Outcome.Done;
            if (!conflict.IsConflict || tries == ObjectWriter.MostTries) return Outcome.Retry($"marking pvc {key} as being modified failed: {conflict}");
            var read = await writer.Reread(claim, stop);
            if (!read.IsSuccess) return read.Failure.IsNotFound ? Outcome.Done : Outcome.Retry($"reading pvc {key} anew, which somebody else changed: {read.Failure}");
            claim = read.Value;
            // It may be bound no more, or not to this volume.
            if (!Readings.IsBound(claim) || caches.VolumeOf(claim) is not { Spec.Csi: not null } found) return Outcome.Done;
            volume = found;
        }
    }

    /// <summary>Whether there is anything to do for the claim, apart from what is remembered.</summary>
    public static bool IsWanted(PersistentVolumeClaim claim) => Decide(claim, null, isWaitedFor: false).Step is not ModifyStep.Nothing;

    /// <summary>
    /// Whether another class is to follow at once on the one that was given. The same one is not, even where the claim does not show it: a server that
    /// keeps nothing of what was written, or somebody who changes it, would have the driver asked again and again.
    /// </summary>
    public static bool IsNextWanted(PersistentVolumeClaim claim, string given) => claim.Spec.VolumeAttributesClassName != given && IsWanted(claim);

    /// <summary>An outcome, or the failure of a mark that was made from a state of before.</summary>
    private async Task<(Outcome? Outcome, ApiFailure? Failure)> Attempt(string key, PersistentVolumeClaim claim, PersistentVolume volume, CancellationToken stop)
    {
        if (!IsWanted(claim))
        {
            memory.Forget(claim.Uid);
            return (Outcome.Done, null);
        }
        var notes = memory.Of(claim);
        if (Pause(claim, notes) is { Ticks: > 0 } pause) return (Outcome.After(pause), null);
        var decision = Decide(claim, notes, memory.IsWaitedFor(notes, IsAnotherWanted(claim)));
        switch (decision.Step)
        {
            case ModifyStep.Cancel:
                return (await Cancel(claim, stop), null);
            case ModifyStep.Continue:
                var (pinned, why) = await Find(decision.Class, stop);
                if (pinned is not null) return (await Call(claim, volume, pinned, notes, stop), null);
                // What was under way cannot be asked for again; the class the claim names is not held up by it.
                if (why!.IsFailure || !IsAnotherWanted(claim)) return (Missing(claim, key, decision.Class, why), null);
                Log.TargetGone(log, claim.Key, decision.Class);
                return await Begin(key, claim, volume, claim.Spec.VolumeAttributesClassName!, notes, stop);
            case ModifyStep.Begin:
                return await Begin(key, claim, volume, decision.Class, notes, stop);
            default:
                return (Outcome.Done, null);
        }
    }

    private static ModifyDecision Decide(PersistentVolumeClaim claim, ModifyNotes? notes, bool isWaitedFor)
    {
        var (spec, status) = (claim.Spec, claim.Status!);
        return ModifyDecision.Of(
            spec.VolumeAttributesClassName, status.CurrentVolumeAttributesClassName, status.ModifyVolumeStatus?.TargetVolumeAttributesClassName,
            status.ModifyVolumeStatus is { } state ? state.Status ?? "" : null, notes?.IsUncertain ?? false, isWaitedFor,
            ClaimConditions.Find(claim, WellKnown.ModifyingVolume) is not null);
    }

    /// <summary>A class that the driver refused for good is left alone for the long pause, unless the claim names another one by now.</summary>
    private TimeSpan Pause(PersistentVolumeClaim claim, ModifyNotes notes)
    {
        if (claim.Status!.ModifyVolumeStatus is { } state && claim.Spec.VolumeAttributesClassName is { } wanted && state.TargetVolumeAttributesClassName == wanted)
        {
            var remaining = memory.Remaining(notes);
            if (state.Status is ModifyPatch.Infeasible) memory.Slow(notes);
            if (remaining > TimeSpan.Zero) return remaining;
            if (state.Status is ModifyPatch.Infeasible) return TimeSpan.Zero;
        }
        notes.SlowSince = null;
        return TimeSpan.Zero;
    }

    private static bool IsAnotherWanted(PersistentVolumeClaim claim) => claim.Spec.VolumeAttributesClassName is { Length: > 0 } wanted
        && claim.Status!.ModifyVolumeStatus is { } state && state.TargetVolumeAttributesClassName != wanted;

    private async Task<Outcome> Cancel(PersistentVolumeClaim claim, CancellationToken stop)
    {
        reports.ModifyCancelled(claim);
        memory.Forget(claim.Uid);
        var patched = await writer.Patch(claim, ModifyPatch.Cancel(claim, time.GetUtcNow()), stop);
        return patched.IsSuccess || patched.Failure.IsNotFound
            ? Outcome.Done
            : Outcome.Retry($"removing condition {WellKnown.ModifyingVolume} of pvc {claim.Key}, whose modification was taken back: {patched.Failure}");
    }

    private async Task<(Outcome?, ApiFailure?)> Begin(string key, PersistentVolumeClaim claim, PersistentVolume volume, string wanted, ModifyNotes notes, CancellationToken stop)
    {
        var (attributes, why) = await Find(wanted, stop);
        if (attributes is null) return await Wait(key, claim, wanted, why!, notes, stop);
        var isOnItsWay = claim.Status!.ModifyVolumeStatus is { Status: ModifyPatch.InProgress } state && state.TargetVolumeAttributesClassName == wanted;
        // One that stands there as we wrote it is not written again for another try of the same.
        if (isOnItsWay && notes.Written == claim.Metadata.ResourceVersion) return (await Call(claim, volume, attributes, notes, stop), null);
        var marked = await writer.Patch(claim, ModifyPatch.Show(claim, wanted, ModifyPatch.InProgress, ModifyPatch.Begun(wanted), time.GetUtcNow()), stop);
        if (!marked.IsSuccess) return (null, marked.Failure);
        (notes.Written, notes.HeldUpSince) = (marked.Value.Metadata.ResourceVersion, null);
        reports.Modifying(claim, wanted);
        return (await Call(marked.Value, volume, attributes, notes, stop), null);
    }

    private async Task<(Outcome?, ApiFailure?)> Wait(string key, PersistentVolumeClaim claim, string wanted, NoClass why, ModifyNotes notes, CancellationToken stop)
    {
        if (!why.IsFailure && claim.Status!.ModifyVolumeStatus?.Status is not ModifyPatch.Pending)
        {
            var shown = await writer.Patch(claim, ModifyPatch.Wait(claim), stop);
            if (!shown.IsSuccess) return (null, shown.Failure);
            notes.Written = shown.Value.Metadata.ResourceVersion;
        }
        return (Missing(claim, key, wanted, why), null);
    }

    private Outcome Missing(PersistentVolumeClaim claim, string key, string name, NoClass why)
    {
        if (why.IsFailure)
        {
            reports.ModifyFailed(claim, why.Reason);
            return Outcome.Retry(why.Reason);
        }
        reports.ModifyFailed(claim, $"{why.Reason} It is looked for again in {GoDuration.Format(options.RetryIntervalMax)}, and as soon as a class of that name is made.");
        return Outcome.After(waits.Wait(key, name, why.IsMissing) ? options.RetryIntervalMax : options.RetryIntervalStart);
    }

    private async Task<(VolumeAttributesClass? Class, NoClass? Why)> Find(string name, CancellationToken stop)
    {
        var read = await classes.Read(name, stop);
        if (read.IsSuccess)
        {
            return read.Value.DriverName == driver.Name
                ? (read.Value, null)
                : (null, new NoClass($"VAC \"{name}\" is for driver {read.Value.DriverName}, and the volume is of driver {driver.Name}; name a class of that driver.", false));
        }
        if (read.Failure.IsNotFound) return (null, new NoClass($"VAC \"{name}\" does not exist.", false) { IsMissing = true });
        var remedy = read.Failure.IsForbidden ? "; let csi-resizer get, list and watch volumeattributesclasses" : "";
        return (null, new NoClass($"reading VAC \"{name}\": {read.Failure}{remedy}", true));
    }

    private async Task<Outcome> Call(PersistentVolumeClaim claim, PersistentVolume volume, VolumeAttributesClass attributes, ModifyNotes notes, CancellationToken stop)
    {
        var (request, error) = await requests.Compose(claim, volume, attributes, stop);
        if (request is null)
        {
            reports.ModifyFailed(claim, $"VAC \"{attributes.Name}\" cannot be applied to volume {volume.Name}: {error}");
            return Outcome.Retry($"composing the modification of pvc {claim.Key}: {error}");
        }
        Log.Calling(log, claim.Key, volume.Name, attributes.Name);
        var answer = await calls.Modify(request, stop);
        return answer.IsOk
            ? await record.Done(claim, volume, attributes.Name, stop)
            : await record.Failed(claim, attributes.Name, answer.Error, notes, stop);
    }

    /// <summary>Why there is no class to be given.</summary>
    /// <param name="Reason">In words for the user.</param>
    /// <param name="IsFailure">Whether nobody knows, because it could not be read.</param>
    private sealed record NoClass(string Reason, bool IsFailure)
    {
        /// <summary>There is no class of that name, rather than one of another driver.</summary>
        public bool IsMissing { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Asking the driver for attributes {PVC} {PV} {VAC}")]
        public static partial void Calling(ILogger logger, ObjectKey pvc, string pv, string vac);

        [LoggerMessage(2, LogLevel.Warning, "The class a claim was on its way to is gone, the one it names now takes its place {PVC} {VAC}")]
        public static partial void TargetGone(ILogger logger, ObjectKey pvc, string vac);
    }
}
