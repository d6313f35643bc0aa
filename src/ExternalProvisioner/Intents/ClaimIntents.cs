using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.ExternalProvisioner.Volumes;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Intents;

/// <summary>
/// Notes on a claim, before the driver is asked for its volume, that it is, and takes the note off when what came of it is known
/// (<c>--durable-intent</c>). A note that is there is settled whether or not new ones are wanted. Why no volume can be left behind, whenever the
/// process ends, is in <c>docs/architecture.md</c>.
/// </summary>
internal sealed partial class ClaimIntents(
    AskedDriver driver, bool areWanted, Caches caches, VolumeNames names, AbandonedVolumes abandoned, ApiClient api, ClaimReports reports, ILogger<ClaimIntents> log)
{
    /// <summary>
    /// Notes what the driver is about to be asked for. Null where it may be asked; the request then says what the note says, which is what an
    /// earlier call said, where there was one.
    /// </summary>
    public async Task<AttemptResult?> Note(RequestDraft request, CancellationToken stop)
    {
        if (!areWanted || request.Noted is not null) return null;
        var claim = request.Claim;
        if (IntentText.Write(new VolumeIntent(driver, request.VolumeName, request.Csi.AccessibilityRequirements)) is not { } text)
        {
            return ProvisionFailure.FinishedWhere($"the topology requirement has {request.Csi.AccessibilityRequirements.Requisite.Count} places, too many to note them on the claim before the volume is made; "
                + "restrict them by allowedTopologies of the class or --strict-topology, or start csi-provisioner without --durable-intent")!;
        }
        var written = await api.UpdateAsync(Resources.PersistentVolumeClaims, claim.Key, claim.Uid, VolumeIntent.Add(text), null, stop);
        if (!written.IsSuccess)
        {
            return written.Failure.IsNotFound ? LiveClaim.Gone
                : new ProvisionFailure(ProvisionState.NoChange, $"cannot note on claim {claim.Key} that its volume is about to be made, so the driver was not asked: {written.Failure}");
        }
        caches.Claims.Fold(written.Value);
        if (VolumeIntent.Of(written.Value, driver) is not { } noted) return LiveClaim.Gone; // it is being deleted, or another driver's, and nothing was asked for yet
        if (noted.Volume.Length is 0) return null; // a name too short to tell whose it is: it is made again, as it was made now
        if (noted.Volume != request.VolumeName) return new ProvisionFailure(ProvisionState.NoChange, $"another call for claim {claim.Key} is noted on it, for volume {noted.Volume}; that one is settled first");
        if (AllowedTopologies.Allow(request.Class, noted.Topology)) request.Csi.AccessibilityRequirements = noted.Topology;
        return null;
    }

    /// <summary>The driver's answer to the last call was final: nothing is under way any more.</summary>
    public async Task Withdraw(PersistentVolumeClaim claim, CancellationToken stop)
    {
        var now = caches.ClaimsByUid.Find(claim.Uid) ?? claim;
        if (VolumeIntent.Of(now, driver) is not null && await TakeOff(now, stop) is { } problem) Log.NotTakenOff(log, now.Key, problem);
    }

    /// <summary>
    /// What has to be done for a claim before anything else: null where nothing has. A note is taken off when the volume stands in the API; a
    /// volume nobody wants any more is made out and deleted first.
    /// </summary>
    public async ValueTask<Outcome?> Settle(PersistentVolumeClaim claim, CancellationToken stop)
    {
        var isMarked = VolumeIntent.Of(claim, driver) is not null;
        if (!isMarked && !areWanted) return null;
        var (volume, _) = names.Of(claim);
        var isStored = volume is not null && names.IsStored(volume, claim);
        if (!isMarked) return isStored ? Outcome.Done : null; // what brought it up was our own write
        if (caches.ClaimsByUid.Find(claim.Uid) is null) return null; // somebody took the claim away all the same: only memory is left of it

        if (!isStored && volume is not null)
        {
            if (names.IsWaiting(volume)) return Outcome.Done; // when it is stored, the claim comes up again
            if (!claim.IsBeingDeleted && ClaimOwnership.IsOurs(claim, driver.Name)) return null;
            if (await abandoned.Delete(claim, volume, stop) is { } left)
            {
                reports.Tell(claim, EventType.Warning, "ProvisioningFailed", left);
                return Outcome.Retry(left);
            }
        }
        return await TakeOff(claim, stop) is { } problem ? Outcome.Retry(problem) : Outcome.Done;
    }

    private async Task<string?> TakeOff(PersistentVolumeClaim claim, CancellationToken stop)
    {
        var written = await api.UpdateAsync(Resources.PersistentVolumeClaims, claim.Key, claim.Uid, VolumeIntent.Remove, null, stop);
        if (written.IsSuccess && !(written.Value.IsBeingDeleted && written.Value.Metadata.Finalizers is not { Length: > 0 })) caches.Claims.Fold(written.Value);
        else if (written.IsSuccess || written.Failure.IsNotFound) caches.Claims.FoldDeletion(claim.Key, claim.Uid);
        else return $"cannot take finalizer {VolumeIntent.Mark} off claim {claim.Key}: {written.Failure}";
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The note of a call that the driver refused stays on the claim until the next one {PVC} {Err}")]
        public static partial void NotTakenOff(ILogger logger, ObjectKey pvc, string err);
    }
}
