using Csi.V1;
using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Metrics;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Volumes;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>
/// Gives a claim of our driver a volume (provisioner contract 4). Reads the caches, asks the driver, hands the volume to the
/// saver. Remembers two things between attempts: which claims the driver may still be working on, and which it called infeasible.
/// </summary>
internal sealed partial class ClaimReconciler(
    DriverFacts driver, ProvisionerOptions options, Caches caches, ApiClient api, RequestComposer composer, VolumeMaker maker, VolumeSaver saver,
    ClaimMemory memory, EventRecorder events, OperationMetrics metrics, TimeProvider time, ILogger<ClaimReconciler> log)
{
    /// <summary>Component of the one event that is not the provisioning library's, as in the original.</summary>
    private const string PopulatorComponent = "external-provisioner";

    public async ValueTask<Outcome> Reconcile(string uid, CancellationToken stop)
    {
        var cached = caches.ClaimsByUid.First(uid);
        if ((cached ?? memory.InProgress.Find(uid)) is not { } claim)
        {
            memory.Forget(uid);
            return Outcome.Done; // gone, and the driver certainly does nothing for it
        }

        var className = ClaimOwnership.ClassOf(claim);
        var storageClass = caches.Classes.Find(new ObjectKey(null, className));
        if (storageClass is not null && memory.Infeasible.Remaining(uid, storageClass) is { Ticks: > 0 } remaining)
            return Outcome.After(remaining);

        if (!ClaimOwnership.IsOurs(claim, driver.Name)) return NotOurs(uid);
        if (storageClass is null)
        {
            CountFailure(claim);
            return Outcome.Retry($"storageClass \"{className}\" not found");
        }
        if (!ClaimOwnership.IsDue(claim, storageClass)) return NotOurs(uid);
        return await Provision(claim, storageClass, stop);
    }

    private Outcome NotOurs(string uid)
    {
        memory.Forget(uid);
        return Outcome.Done;
    }

    private async Task<Outcome> Provision(PersistentVolumeClaim claim, StorageClass storageClass, CancellationToken stop)
    {
        memory.Works(claim.Uid, storageClass);
        var started = time.GetTimestamp();
        var (name, nameError) = options.Naming.Of(claim.Uid);
        var holder = name is null ? null : HolderOf(name);
        if (IsFor(claim, holder) || storageClass.Provisioner != driver.Name) return Nothing(claim);
        if (holder is not null) return Failed(claim, storageClass, NameIsTaken(name!, holder));
        if (await IsGone(claim, stop) is { } gone) return gone;

        Tell(claim, EventType.Normal, "Provisioning", $"External provisioner is provisioning volume for claim \"{claim.Key}\"");
        if (SourceKinds.Of(claim).Source is { Name.Length: > 0 } source && SourceKinds.IsForPopulator(source))
        {
            Tell(claim, EventType.Normal, "Provisioning", "Assuming an external populator will provision the volume", PopulatorComponent);
            return Nothing(claim);
        }
        if (nameError is not null) return Failed(claim, storageClass, new ProvisionFailure(ProvisionState.Finished, nameError));

        var (request, failure) = await composer.Compose(claim, storageClass, name!, ClaimOwnership.SelectedNodeOf(claim), stop);
        if (request is null) return Failed(claim, storageClass, failure!);

        // From here on the driver may be at work for this claim, whatever happens to us.
        if (Reserve(name!, claim) is { } other) return Failed(claim, storageClass, NameIsTaken(name!, other));
        (var made, failure) = await maker.Make(request, stop);
        if (made is null) return Failed(claim, storageClass, failure!);

        return await Succeed(claim, storageClass, request, made, started);
    }

    private async Task<Outcome> Succeed(PersistentVolumeClaim claim, StorageClass storageClass, VolumeRequest request, Volume made, long started)
    {
        var volume = VolumeComposer.Compose(claim, storageClass, request, made, driver, options.ControllerPublishReadOnly);
        await saver.Save(volume, claim);
        memory.Settled(claim.Uid, IsGoneFromCache);
        metrics.Provisioned(claim.Spec.StorageClassName, claim.Spec.DataSource?.Kind, time.GetElapsedTime(started));
        Log.Provisioned(log, claim.Key, volume.Name, made.VolumeId);
        return Outcome.Done;
    }

    /// <summary>
    /// Before a claim is worked on again, the cache is not trusted: a claim may be bound, deleted and its volume gone while the
    /// cache still shows it unbound, and a repeated CreateVolume would then make a volume for nobody. A claim the driver may be
    /// working on goes on in any case. Null is "go on".
    /// </summary>
    private async Task<Outcome?> IsGone(PersistentVolumeClaim claim, CancellationToken stop)
    {
        if (memory.InProgress.Find(claim.Uid) is not null || !memory.WasTried(claim.Uid)) return null;
        var read = await api.GetAsync(Resources.PersistentVolumeClaims, claim.Key, stop);
        if (read.IsSuccess && read.Value.Uid == claim.Uid) return string.IsNullOrEmpty(read.Value.Spec.VolumeName) ? null : Outcome.Done;
        return read.IsSuccess || read.Failure.IsNotFound
            ? NotOurs(claim.Uid)
            : Outcome.Retry($"cannot read claim {claim.Key} before provisioning it again: {read.Failure}");
    }

    /// <summary>Whose volume of that name exists or is about to; null where it is free.</summary>
    private ObjectReference? HolderOf(string volume)
    {
        if (saver.Waiting(volume) is { } waiting) return waiting.Spec.ClaimRef;
        return caches.Volumes.Find(new ObjectKey(null, volume)) is { } existing ? existing.Spec.ClaimRef ?? new ObjectReference() : null;
    }

    /// <summary>
    /// Reserves a name for as long as the driver may be working under it, and returns who has it instead. What a claim that has just
    /// been served left behind is looked for after the reservation: before it, its object may not have been there yet.
    /// </summary>
    private ObjectReference? Reserve(string volume, PersistentVolumeClaim claim)
    {
        if (memory.InProgress.Keep(claim, volume) is { } other) return ObjectReference.To(other, "PersistentVolumeClaim", "v1");
        if (HolderOf(volume) is not { } holder || IsFor(claim, holder)) return null;
        memory.InProgress.Drop(claim.Uid);
        return holder;
    }

    /// <summary>A reference without uid is one made by hand; the cluster fills it in when it binds.</summary>
    private static bool IsFor(PersistentVolumeClaim claim, ObjectReference? holder) => holder is not null
        && (string.IsNullOrEmpty(holder.Uid) ? holder.Namespace == claim.Metadata.Namespace && holder.Name == claim.Name : holder.Uid == claim.Uid);

    /// <summary>The driver would answer with the volume of that name, and two claims would share it.</summary>
    private static ProvisionFailure NameIsTaken(string volume, ObjectReference holder) => new(ProvisionState.NoChange,
        holder.Name is null
            ? $"a PersistentVolume {volume} exists that belongs to no claim; delete it, or bind the claim to it by spec.volumeName"
            : $"a PersistentVolume {volume} exists for claim {holder.Namespace}/{holder.Name}; delete it, or let names hold more of the uid by --volume-name-uuid-length");

    /// <summary>Nothing is to be done. Counted as a failed attempt, because dashboards built on the original expect it so.</summary>
    private Outcome Nothing(PersistentVolumeClaim claim)
    {
        memory.Settled(claim.Uid, IsGoneFromCache); // remembered: what was found in the cache may be gone when the claim comes up again
        CountFailure(claim);
        return Outcome.Done;
    }

    private Outcome Failed(PersistentVolumeClaim claim, StorageClass storageClass, ProvisionFailure failure)
    {
        CountFailure(claim);
        memory.Tried(claim.Uid);
        switch (failure.State)
        {
            case ProvisionState.Finished:
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
        Tell(claim, EventType.Warning, "ProvisioningFailed", failure.Message);
        return Outcome.Retry(failure.Message);
    }

    /// <summary>Left alone for a while, or until its class is made anew.</summary>
    private Outcome Infeasible(PersistentVolumeClaim claim, StorageClass storageClass, ProvisionFailure failure)
    {
        memory.Infeasible.Add(claim.Uid, storageClass);
        Tell(claim, EventType.Warning, "ProvisioningFailed",
            $"Volume provisioning failed with infeasible error. Retries will be delayed. {failure.Message}");
        return Outcome.After(memory.Infeasible.Remaining(claim.Uid, storageClass));
    }

    private bool IsGoneFromCache(string uid) => caches.ClaimsByUid.First(uid) is null;

    private void CountFailure(PersistentVolumeClaim claim) => metrics.ProvisionFailed(claim.Spec.StorageClassName, claim.Spec.DataSource?.Kind);

    private void Tell(PersistentVolumeClaim claim, EventType type, string reason, string message, string? component = null) =>
        events.Record(ObjectReference.To(claim, "PersistentVolumeClaim", "v1"), type, reason, message, component);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Provisioned volume: {PVC} {PV} {VolumeHandle}")]
        public static partial void Provisioned(ILogger logger, ObjectKey pvc, string pv, string volumeHandle);
    }
}
