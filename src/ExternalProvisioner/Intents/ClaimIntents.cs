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
    AskedDriver driver, bool areWanted, Caches caches, ClaimMemory memory, VolumeNames names, AbandonedVolumes abandoned, ApiClient api, ClaimReports reports, Action<string> bringUp, ILogger<ClaimIntents> log)
{
    /// <summary>
    /// Notes what the driver is about to be asked for. Null where it may be asked; the request then says what the note says, which is what an
    /// earlier call said, where there was one.
    /// </summary>
    /// <param name="request">The call.</param>
    /// <param name="wasUnderWay">Whether the driver was asked before: then it is asked again, noted or not.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<AttemptResult?> Note(RequestDraft request, bool wasUnderWay, CancellationToken stop)
    {
        if (!areWanted || request.Noted is { IsSpoiled: false }) return null;
        var claim = request.Claim;
        if (IntentText.Write(new VolumeIntent(driver, request.VolumeName, request.Csi.AccessibilityRequirements)) is not { } text)
        {
            return ProvisionFailure.FinishedWhere($"the topology requirement has {request.Csi.AccessibilityRequirements.Requisite.Count} places, too many to note them on the claim before the volume is made; "
                + "restrict them by allowedTopologies of the class or --strict-topology, or start csi-provisioner without --durable-intent")!;
        }
        var change = VolumeIntent.Add(text, request.Noted is null ? null : claim.Annotation(VolumeIntent.Mark));
        var written = await api.UpdateAsync(Resources.PersistentVolumeClaims, claim.Key, claim.Uid, change, null, stop);
        if (!written.IsSuccess)
        {
            return wasUnderWay && written.Failure.IsNotFound ? null
                : written.Failure.IsNotFound ? LiveClaim.Gone
                : new ProvisionFailure(ProvisionState.NoChange, $"cannot note on claim {claim.Key} that its volume is about to be made, so the driver was not asked: {written.Failure}");
        }
        Fold(written.Value, claim);
        if (VolumeIntent.Of(written.Value, driver) is not { } noted)
        {
            if (Another(written.Value) is { } other) return new ProvisionFailure(ProvisionState.NoChange, other);
            return wasUnderWay ? null : (AttemptResult?)LiveClaim.Gone; // it is being deleted, and nothing was asked for yet
        }
        memory.InProgress.Keep(written.Value, request.VolumeName, request.Asked); // as it is noted, should it be taken away with its finalizers
        if (noted.IsSpoiled) return null; // a name too short to tell whose it is: it is made again, as it was made now
        if (noted.Volume != request.VolumeName) return new ProvisionFailure(ProvisionState.NoChange, $"another call for claim {claim.Key} is noted on it, for volume {noted.Volume}; that one is settled first");
        if (AllowedTopologies.Allow(request.Class, noted.Topology)) request.Csi.AccessibilityRequirements = noted.Topology;
        return null;
    }

    /// <summary>What keeps the claim from being worked on by us: a call of another instance that only that one can settle. Null where nothing does.</summary>
    public string? Another(PersistentVolumeClaim claim) => VolumeIntent.OfAnother(claim, driver) is not { } other ? null
        : $"{(other.Asked.Node is { } node ? $"csi-provisioner of node {node}" : "csi-provisioner without --node-deployment")} has noted a call for volume {other.Volume} on claim {claim.Key}, and has to settle that first. "
            + $"Where it is gone for good, delete that volume at its backend and take the finalizer {VolumeIntent.Mark} off the claim";

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
        var note = VolumeIntent.Of(claim, driver);
        if (note is null && !areWanted) return null;
        var (volume, unnamed) = names.Of(claim);
        // What is noted, whatever names are made of now.
        var isStored = (note is { IsSpoiled: false } ? note.Volume : volume) is { } made && names.IsStored(made, claim);
        if (note is null) return isStored ? Outcome.Done : null; // what brought it up was our own write
        if (caches.ClaimsByUid.Find(claim.Uid) is null) return null; // somebody took the claim away all the same: only memory is left of it

        if (!isStored)
        {
            if (!claim.IsBeingDeleted && ClaimOwnership.IsOurs(claim, driver.Name)) return null;
            var left = volume is null ? unnamed : names.IsWaiting(volume) && !names.GivesUp(volume) ? $"volume {volume} is made, and its object not written yet"
                : await abandoned.Delete(claim, volume, stop);
            if (left is not null)
            {
                reports.Tell(claim, EventType.Warning, "ProvisioningFailed", left);
                return Outcome.Retry(left);
            }
        }
        return await TakeOff(claim, stop) is { } problem ? Outcome.Retry(problem) : Outcome.Done;
    }

    private async Task<string?> TakeOff(PersistentVolumeClaim claim, CancellationToken stop)
    {
        var written = await api.UpdateAsync(Resources.PersistentVolumeClaims, claim.Key, claim.Uid, VolumeIntent.Remove(claim.Annotation(VolumeIntent.Mark)), null, stop);
        if (written.IsSuccess && !(written.Value.IsBeingDeleted && written.Value.Metadata.Finalizers is not { Length: > 0 })) Fold(written.Value, claim);
        else if (written.IsSuccess || written.Failure.IsNotFound) caches.Claims.FoldDeletion(claim.Key, claim.Uid);
        else return $"cannot take finalizer {VolumeIntent.Mark} off claim {claim.Key}: {written.Failure}";
        return null;
    }

    /// <summary>
    /// Remembered before it is shown: the watch may bring it back at once, and nobody is to come up for it. What others wrote up to then is shown with
    /// it, and their events find it known: where any of that matters, the claim comes up again.
    /// </summary>
    private void Fold(PersistentVolumeClaim written, PersistentVolumeClaim decidedOn)
    {
        memory.NoteWritten(written.Uid, written.Metadata.ResourceVersion);
        caches.Claims.Fold(written);
        if (Triggers.WhatMatters(written) != Triggers.WhatMatters(decidedOn)) bringUp(written.Uid);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The note of a call that the driver refused stays on the claim until the next one {PVC} {Err}")]
        public static partial void NotTakenOff(ILogger logger, ObjectKey pvc, string err);
    }
}
