using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Intents;
using Sidecars.ExternalProvisioner.NodeDeployment;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>
/// Gives a claim of our driver a volume (provisioner contract 4): says whether it is due, lets <see cref="ProvisionAttempt"/> do it, and
/// turns what came of it into what is remembered, told and tried again.
/// </summary>
internal sealed partial class ClaimReconciler(
    AskedDriver driver, Caches caches, ClaimLookup claims, ClaimMemory memory, ClaimIntents intents, NodeOwnership? nodes, ProvisionAttempt attempt,
    NodeRelease release, ClaimReports reports, ILogger<ClaimReconciler> log)
{
    /// <summary>Whom else it concerns what becomes of an attempt.</summary>
    public IProvisionObserver? Observer { get; init; }

    public async ValueTask<Outcome> Reconcile(string uid, CancellationToken stop)
    {
        if (claims.Find(uid) is not { } claim)
        {
            // Gone, and the driver certainly does nothing for it; or it cannot be read now, and comes up again when it can.
            if (claims.IsGoneFromCache(uid)) NotOurs(uid);
            return Outcome.Done;
        }
        if (await intents.Settle(claim, stop) is { } settled) return settled.Kind is OutcomeKind.Done ? NotOurs(uid) : settled;

        var className = ClaimOwnership.ClassOf(claim);
        var storageClass = caches.FindClass(className);
        if (storageClass is not null && memory.Infeasible.Remaining(uid, storageClass) is { Ticks: > 0 } remaining)
            return Outcome.After(remaining);

        if (!ClaimOwnership.IsOurs(claim, driver.Name)) return NotOurs(uid);
        if (storageClass is null)
        {
            reports.CountFailure(claim);
            return Outcome.Retry($"storageClass \"{className}\" not found");
        }
        // One that is under way is neither waited for nor shared any more.
        if (VolumeIntent.Of(claim, driver) is { IsSpoiled: false }) return await Provision(claim, storageClass, stop);
        if (!ClaimOwnership.IsDue(claim, storageClass)) return NotOurs(uid);
        if (nodes is not null && await nodes.Judge(claim, storageClass, stop) is { } later)
        {
            if (nodes.IsOthers(claim)) memory.InProgress.Drop(uid);
            return later;
        }
        if (intents.Another(claim) is not { } other) return await Provision(claim, storageClass, stop);
        reports.Tell(claim, EventType.Warning, "ProvisioningFailed", other);
        return Outcome.Retry(other);
    }

    /// <summary>Says on a claim that waits for long what it waits for; the back-off's first steps are too short for anybody to ask.</summary>
    public void TellWait(string uid, TimeSpan delay, string reason)
    {
        if (claims.Find(uid) is { } claim) reports.TellWait(claim, delay, reason);
    }

    private Outcome NotOurs(string uid)
    {
        memory.Forget(uid);
        nodes?.Forget(uid);
        return Outcome.Done;
    }

    private async Task<Outcome> Provision(PersistentVolumeClaim claim, StorageClass storageClass, CancellationToken stop)
    {
        memory.Works(claim.Uid, storageClass);
        var started = reports.Time.GetTimestamp();
        var result = await attempt.Run(claim, storageClass, stop);
        if (result.Failure is { } failure) return await Failed(claim, storageClass, failure, stop);
        if (result.Live is { } live) return Changed(claim, live);

        memory.Settled(claim.Uid, claims.IsGoneFromCache); // remembered: what was found in the cache may be gone when the claim comes up again
        if (result.Volume is not { } volume)
        {
            reports.CountFailure(claim);
            return Outcome.Done;
        }
        reports.CountSuccess(claim, started);
        Observer?.Provisioned(volume);
        Log.Provisioned(log, claim.Key, volume.Name, InTreeTranslation.HandleOf(volume));
        return Outcome.Done;
    }

    private Outcome Changed(PersistentVolumeClaim claim, LiveClaim live) => live.State switch
    {
        LiveClaimState.Bound => Outcome.Done,
        LiveClaimState.Gone => NotOurs(claim.Uid),
        LiveClaimState.Unknown => Outcome.Retry(live.Problem!),
        _ => throw new InvalidOperationException($"an attempt that ended because the claim is {live.State}"),
    };

    private async ValueTask<Outcome> Failed(PersistentVolumeClaim claim, StorageClass storageClass, ProvisionFailure failure, CancellationToken stop)
    {
        reports.CountFailure(claim);
        memory.Tried(claim.Uid);
        Observer?.NotProvisioned(storageClass, failure.State);
        switch (failure.State)
        {
            case ProvisionState.Finished or ProvisionState.Reschedule:
                memory.InProgress.Drop(claim.Uid);
                break;
            case ProvisionState.InBackground:
                break; // kept since before the call
            case ProvisionState.NoChange:
                break;
            default:
                throw new InvalidOperationException($"a failure in state {failure.State}");
        }
        if (failure.IsInfeasible) return Infeasible(claim, storageClass, failure);
        reports.Tell(claim, EventType.Warning, "ProvisioningFailed", failure.Message);
        if (failure.State is not ProvisionState.Reschedule || !NodeRelease.IsPossible(claim) || nodes?.IsOthers(claim) is true) return Outcome.Retry(failure.Message);
        if (await release.Release(claim, stop) is { } problem) return Outcome.Retry(problem);
        Log.Rescheduled(log, claim.Key, claim.Annotation(WellKnown.SelectedNodeAnnotation), failure.Message);
        return Outcome.Done; // the next node that is selected brings it up again
    }

    /// <summary>Left alone for a while, or until its class is made anew.</summary>
    private Outcome Infeasible(PersistentVolumeClaim claim, StorageClass storageClass, ProvisionFailure failure)
    {
        memory.Infeasible.Add(claim.Uid, storageClass);
        reports.Tell(claim, EventType.Warning, "ProvisioningFailed",
            $"Volume provisioning failed with infeasible error. Retries will be delayed. {failure.Message}");
        return Outcome.After(memory.Infeasible.Remaining(claim.Uid, storageClass)); // its event says that it is delayed
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Provisioned volume: {PVC} {PV} {VolumeHandle}")]
        public static partial void Provisioned(ILogger logger, ObjectKey pvc, string pv, string? volumeHandle);

        [LoggerMessage(2, LogLevel.Information, "Took the selected node off the claim, so that another is selected: {PVC} {Node} {Err}")]
        public static partial void Rescheduled(ILogger logger, ObjectKey pvc, string? node, string err);
    }
}
