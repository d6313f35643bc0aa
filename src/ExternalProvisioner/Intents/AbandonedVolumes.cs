using Csi.V1;
using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Volumes;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Intents;

/// <summary>
/// Deletes at the driver what came of a call for a claim that does not want it any more. What that is nobody knows but the driver, so it is asked
/// by the same call once more, and then told to delete what it answers with. Only a volume that no PersistentVolume of the cluster names is
/// deleted, and whether one does is read from the API server, not from the cache: it may have been in use for years.
/// </summary>
internal sealed partial class AbandonedVolumes(
    AskedDriver driver, Caches caches, ApiClient api, VolumeNames names, RequestComposer composer, VolumeMaker maker, DriverCalls calls, InProgressClaims inProgress, ILogger<AbandonedVolumes> log)
{
    /// <summary>Null once nothing is left of it; else why that is not so, and what to do.</summary>
    public async Task<string?> Delete(PersistentVolumeClaim claim, string volume, CancellationToken stop)
    {
        var (isStored, problem) = await IsStored(claim, volume, stop);
        if (isStored) return null;
        if (problem is not null) return problem;

        var (request, missing) = await Compose(claim, volume, stop);
        if (request is null) return $"{missing}; a volume may have been made for claim {claim.Key}, and only the same call tells. Put that right, "
            + $"or delete volume {volume} at the backend and take the finalizer {VolumeIntent.Mark} off the claim";
        if (names.Reserve(volume, claim, request.Asked) is not null) return null; // the name is another claim's by now, and what it names too
        var (made, failure) = await maker.Make(request, stop);
        if (made is null)
        {
            if (failure!.State is ProvisionState.InBackground) return $"the driver may still be making volume {volume} for claim {claim.Key}, which does not want it any more: {failure.Message}";
            inProgress.Drop(claim.Uid);
            return null; // a final refusal: there is none
        }
        (isStored, problem) = await IsStored(claim, volume, stop);
        if (problem is not null) return problem;
        if (!isStored && !IsNamedByAnother(made.Volume.VolumeId))
        {
            var delete = new DeleteVolumeRequest { VolumeId = made.Volume.VolumeId };
            delete.Secrets.Add(request.Csi.Secrets);
            var deleted = await calls.Delete(delete, request.IsMigrated, calls.Timeout, stop);
            if (!deleted.IsOk) return $"cannot delete volume {made.Volume.VolumeId}, which was made for claim {claim.Key} and is not wanted any more: {deleted.Error.Text}";
            Log.Deleted(log, claim.Key, volume, made.Volume.VolumeId);
        }
        inProgress.Drop(claim.Uid);
        return null;
    }

    /// <summary>Whether the volume has its object by now. The claim itself may tell, which names the volume it was bound to.</summary>
    private async Task<(bool IsStored, string? Problem)> IsStored(PersistentVolumeClaim claim, string volume, CancellationToken stop)
    {
        var read = await api.GetAsync(Resources.PersistentVolumes, new ObjectKey(null, volume), stop);
        if (read.IsSuccess) return (true, null); // be it another claim's: what the driver has under that name is then in use
        if (!read.Failure.IsNotFound) return (false, $"cannot read PersistentVolume {volume} to see whether claim {claim.Key} has left a volume behind: {read.Failure}");
        var now = await api.GetAsync(Resources.PersistentVolumeClaims, claim.Key, stop);
        if (!now.IsSuccess && !now.Failure.IsNotFound) return (false, $"cannot read claim {claim.Key} to see whether it has left a volume behind: {now.Failure}");
        return (now.IsSuccess && now.Value.Uid == claim.Uid && now.Value.Spec.VolumeName == volume, null);
    }

    private async Task<(RequestDraft? Request, string? Missing)> Compose(PersistentVolumeClaim claim, string volume, CancellationToken stop)
    {
        var className = ClaimOwnership.ClassOf(claim);
        if (caches.FindClass(className) is not { } storageClass) return (null, $"storageClass \"{className}\" not found");
        if (!ClaimOwnership.Serves(storageClass, driver.Name)) return (null, $"storageClass \"{className}\" is of {storageClass.Provisioner} now");
        var (request, failure) = await composer.Compose(new RequestDraft(claim, storageClass, volume) { Noted = VolumeIntent.Of(claim, driver) }, stop);
        return (request, failure?.Message);
    }

    /// <summary>A volume under a name of somebody's own choice. Looked for where it happens, once in a thousand years.</summary>
    private bool IsNamedByAnother(string volumeId) => caches.Volumes.Snapshot().Any(v => InTreeTranslation.HandleOf(v) == volumeId);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Deleted a volume its claim does not want any more {PVC} {PV} {VolumeHandle}")]
        public static partial void Deleted(ILogger logger, ObjectKey pvc, string pv, string volumeHandle);
    }
}
