using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Volumes;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Intents;

/// <summary>
/// Deletes at the driver what came of a call for a claim that does not want it any more. What that is nobody knows but the driver, so it is asked
/// by the same call once more, and then told to delete what it answers with, be it what was asked for or not. Only a volume that no
/// PersistentVolume of the cluster names is deleted, and whether one does is read from the API server too: it may have been in use for years.
/// </summary>
internal sealed partial class AbandonedVolumes(
    AskedDriver driver, Caches caches, ApiClient api, VolumeNames names, RequestComposer composer, DriverCalls calls, InProgressClaims inProgress, ILogger<AbandonedVolumes> log)
{
    /// <summary>Null once nothing is left of it; else why that is not so, and what to do.</summary>
    public async Task<string?> Delete(PersistentVolumeClaim claim, string volume, CancellationToken stop)
    {
        var (isStored, problem) = await IsStored(claim, volume, stop);
        if (isStored) return null;
        if (problem is not null) return problem;

        var (request, missing) = await Compose(claim, volume, stop);
        if (request is null) return ByHand($"{missing}; a volume may have been made for claim {claim.Key}, and only the same call tells. Put that right", volume, claim);
        // The name is another claim's by now, and what it names too. Where an object has it, whose that is says nothing of what the driver made for us.
        if (names.IsWaiting(volume) || inProgress.Keep(claim, volume, request.Asked) is not null) return null;
        var answer = await calls.Create(request.Csi, request.IsMigrated, stop);
        if (!answer.IsOk)
        {
            if (Doubt(answer.Error, volume, claim) is { } doubt) return doubt;
            inProgress.Drop(claim.Uid);
            return null; // a final refusal: there is none
        }
        if (answer.Response.Volume is not { VolumeId: { Length: > 0 } id })
            return ByHand($"the driver answered CreateVolume of {volume} for claim {claim.Key}, which does not want it any more, without a volume, which is a fault of the driver. It is asked again", volume, claim);
        (var isInUse, problem) = await IsInUse(claim, volume, id, stop);
        if (problem is not null) return problem;
        if (!isInUse)
        {
            var delete = new DeleteVolumeRequest { VolumeId = id };
            delete.Secrets.Add(request.Csi.Secrets);
            var deleted = await calls.Delete(delete, request.IsMigrated, calls.Timeout, stop);
            if (!deleted.IsOk) return $"cannot delete volume {id}, which was made for claim {claim.Key} and is not wanted any more: {deleted.Error.Text}";
            Log.Deleted(log, claim.Key, volume, id);
        }
        inProgress.Drop(claim.Uid);
        return null;
    }

    /// <summary>
    /// Whether an error leaves open what became of an earlier call, be it a final one: that a volume of that name exists, and is not as it is asked for
    /// now, or that we may not ask, says nothing of what the earlier call has made.
    /// </summary>
    public static bool LeavesOpen(StatusCode? code) => code is StatusCode.AlreadyExists or StatusCode.Unauthenticated or StatusCode.PermissionDenied;

    private static string? Doubt(CsiError error, string volume, PersistentVolumeClaim claim) =>
        !FinalErrors.IsFinalForProvisioning(error.Code) ? $"the driver may still be making volume {volume} for claim {claim.Key}, which does not want it any more: {error.Text}"
        : LeavesOpen(error.Code) ? ByHand($"the driver does not say what became of volume {volume} for claim {claim.Key}, which does not want it any more: {error.Text}. It is asked again", volume, claim)
        : null;

    private static string ByHand(string problem, string volume, PersistentVolumeClaim claim) =>
        $"{problem}, or delete volume {volume} at the backend and take the finalizer {VolumeIntent.Mark} off the claim {claim.Key}";

    /// <summary>Whether the volume has its object by now. The claim itself may tell, which names the volume it was bound to.</summary>
    private async Task<(bool IsStored, string? Problem)> IsStored(PersistentVolumeClaim claim, string volume, CancellationToken stop)
    {
        var (existing, problem) = await Read(volume, claim, stop);
        if (problem is not null) return (false, problem);
        if (existing?.Spec.ClaimRef?.Uid == claim.Uid) return (true, null);
        var (name, unread) = await BoundTo(claim, stop);
        return (name == volume, unread);
    }

    /// <summary>Whether a PersistentVolume names the volume: the one of its own name, the one the claim is bound to, or any other that is known.</summary>
    private async Task<(bool IsInUse, string? Problem)> IsInUse(PersistentVolumeClaim claim, string volume, string id, CancellationToken stop)
    {
        var (own, problem) = await Read(volume, claim, stop);
        if (problem is not null || (own is not null && Names(own, id))) return (true, problem);
        (var bound, problem) = await BoundTo(claim, stop);
        if (problem is not null || bound == volume) return (true, problem);
        if (!string.IsNullOrEmpty(bound))
        {
            (var other, problem) = await Read(bound, claim, stop);
            if (problem is not null || (other is not null && Names(other, id))) return (true, problem);
        }
        return caches.Volumes.AnyKnown(v => Names(v, id)) is { } isNamed ? (isNamed, null) // looked for where it happens, once in a thousand years
            : (false, ByHand($"there is a PersistentVolume that cannot be read, and may be of volume {id}, which was made for claim {claim.Key} and is not wanted any more. Correct it; its name is in the log", volume, claim));
    }

    private bool Names(PersistentVolume volume, string id) => (volume.Spec.Csi is null || volume.Spec.Csi.Driver == driver.Name) && InTreeTranslation.HandleOf(volume) == id;

    private async Task<(PersistentVolume? Volume, string? Problem)> Read(string volume, PersistentVolumeClaim claim, CancellationToken stop)
    {
        var read = await api.GetAsync(Resources.PersistentVolumes, new ObjectKey(null, volume), stop);
        if (read.IsSuccess) return (read.Value, null);
        return (null, read.Failure.IsNotFound ? null : $"cannot read PersistentVolume {volume} to see whether claim {claim.Key} has left a volume behind: {read.Failure}");
    }

    /// <summary>The volume the claim is bound to, as the API server says; null where it is bound to none, or is another claim by now.</summary>
    private async Task<(string? Volume, string? Problem)> BoundTo(PersistentVolumeClaim claim, CancellationToken stop)
    {
        var now = await api.GetAsync(Resources.PersistentVolumeClaims, claim.Key, stop);
        if (!now.IsSuccess && !now.Failure.IsNotFound) return (null, $"cannot read claim {claim.Key} to see whether it has left a volume behind: {now.Failure}");
        return (now.IsSuccess && now.Value.Uid == claim.Uid ? now.Value.Spec.VolumeName : null, null);
    }

    private async Task<(RequestDraft? Request, string? Missing)> Compose(PersistentVolumeClaim claim, string volume, CancellationToken stop)
    {
        var className = ClaimOwnership.ClassOf(claim);
        if (caches.FindClass(className) is not { } storageClass) return (null, $"storageClass \"{className}\" not found");
        if (!ClaimOwnership.Serves(storageClass, driver.Name)) return (null, $"storageClass \"{className}\" is of {storageClass.Provisioner} now");
        var (request, failure) = await composer.Compose(new RequestDraft(claim, storageClass, volume) { Noted = VolumeIntent.Of(claim, driver) }, stop);
        return (request, failure?.Message);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Deleted a volume its claim does not want any more {PVC} {PV} {VolumeHandle}")]
        public static partial void Deleted(ILogger logger, ObjectKey pvc, string pv, string volumeHandle);
    }
}
