using Grpc.Core;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.ExternalResizer.Patches;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Modification;

/// <summary>Writes down what the driver said of a class (resizer contract 11.4): on the volume, on the claim, in events.</summary>
internal sealed partial class ModifyRecord(
    Caches caches, ObjectWriter writer, ModifyMemory memory, Reports reports, TimeProvider time, ILogger<ModifyRecord> log)
{
    /// <summary>The volume has the attributes: the volume says so first, because the claim is what ends it.</summary>
    public async Task<Outcome> Done(PersistentVolumeClaim claim, PersistentVolume volume, string attributesClass, CancellationToken stop)
    {
        if (memory.Find(claim) is { } notes) notes.IsUncertain = false;
        if (VolumePatch.Modified(volume, attributesClass) is { } modified)
        {
            var patched = await writer.Patch(volume, modified, stop);
            if (!patched.IsSuccess) return Outcome.Retry($"noting VAC \"{attributesClass}\" on pv {volume.Name}, which has it now: {patched.Failure}");
        }
        var finished = await writer.Patch(claim, ModifyPatch.Finish(claim, attributesClass, time.GetUtcNow()), stop);
        if (!finished.IsSuccess)
        {
            return finished.Failure.IsNotFound
                ? Outcome.Done
                : Outcome.Retry($"noting VAC \"{attributesClass}\" on pvc {claim.Key}, whose volume has it now: {finished.Failure}");
        }
        memory.Forget(claim.Uid);
        Log.Modified(log, claim.Key, volume.Name, attributesClass);
        reports.Modified(claim, attributesClass);
        return ModifyReconciler.IsNextWanted(finished.Value, attributesClass) ? Outcome.After(TimeSpan.Zero) : Outcome.Done; // another class may have been named long ago
    }

    /// <summary>The driver has not given it.</summary>
    public async Task<Outcome> Failed(PersistentVolumeClaim claim, string attributesClass, CsiError error, ModifyNotes notes, CancellationToken stop)
    {
        var isOpen = !error.IsFinal;
        var isInfeasible = error.Code is StatusCode.InvalidArgument;
        notes.IsUncertain = isOpen;
        var status = isInfeasible ? ModifyPatch.Infeasible : ModifyPatch.InProgress;
        var reason = error.Code?.GoName() ?? nameof(StatusCode.Unknown);
        var conditions = ModifyPatch.Failed(attributesClass, isOpen, reason, error.Message);
        if (!ModifyPatch.IsShown(claim, attributesClass, status, conditions))
        {
            var shown = await writer.Patch(claim, now => ModifyPatch.Show(now, attributesClass, status, conditions, time.GetUtcNow()), stop);
            if (!shown.IsSuccess)
            {
                return shown.Failure.IsNotFound
                    ? Outcome.Done
                    : Outcome.Retry($"showing on pvc {claim.Key} that the driver has not given it VAC \"{attributesClass}\" ({error.Text}): {shown.Failure}");
            }
            notes.Written = shown.Value.Metadata.ResourceVersion;
        }
        var wanted = caches.FindClaim(claim.Key)?.Spec.VolumeAttributesClassName ?? "";
        if (isInfeasible) memory.Slow(notes);
        var told = Told(error, attributesClass, isOpen, wanted);
        reports.ModifyFailed(claim, isInfeasible && wanted == attributesClass ? Reports.Waits(told, memory.Remaining(notes)) : told);
        if (!isInfeasible) return Outcome.Retry($"modifying pvc {claim.Key} to VAC \"{attributesClass}\": {error.Text}");
        // Another wish need not wait for this one, and may have come long ago.
        return Outcome.After(wanted == attributesClass ? memory.Remaining(notes) : TimeSpan.Zero);
    }

    private static string Told(CsiError error, string attributesClass, bool isOpen, string wanted)
    {
        var isAnother = wanted.Length > 0 && wanted != attributesClass;
        if (isOpen) return $"{error.Text}. Still modifying to VAC {attributesClass}{(isAnother ? $", {wanted} is next" : "")}";
        return isAnother ? $"{error.Text}. VAC {wanted} is next" : error.Text;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The volume has other attributes {PVC} {PV} {VAC}")]
        public static partial void Modified(ILogger logger, ObjectKey pvc, string pv, string vac);
    }
}
