using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>
/// Holds what a volume is filled from for as long as that takes: by a finalizer that is on it before the driver is asked (provisioner contract 5.1,
/// step 9). A snapshot is let go of here, once the object of the volume is saved and nobody else is being filled from it; whatever prevents that is
/// left to <see cref="SnapshotSweep"/>. A claim is let go of by <see cref="CloneProtectionController"/>.
/// </summary>
internal sealed partial class SourceHold(ApiClient api, Caches caches, InProgressClaims inProgress, VolumeNaming naming, ILogger<SourceHold> log)
{
    private static readonly ObjectChange s_holdClaim = ObjectChange.AddFinalizer(SourceProtection.CloneFinalizer);
    private static readonly ObjectChange s_holdSnapshot = ObjectChange.AddFinalizer(SourceProtection.SnapshotFinalizer);
    private static readonly ObjectChange s_letGo = ObjectChange.RemoveFinalizer(SourceProtection.SnapshotFinalizer);

    /// <summary>Puts the finalizer on; null, or why the driver must not be asked yet.</summary>
    public async ValueTask<string?> Hold(FoundSource source, CancellationToken stop)
    {
        var held = source.Object;
        if (source.Kind is not SourceKinds.Snapshot)
        {
            if (held.HasFinalizer(SourceProtection.CloneFinalizer)) return null;
            var claim = await api.UpdateAsync(Resources.PersistentVolumeClaims, held.Key, held.Uid, s_holdClaim, null, stop);
            return claim.IsSuccess ? null : $"cannot put finalizer {SourceProtection.CloneFinalizer} on PersistentVolumeClaim {held.Key}: {claim.Failure}";
        }
        if (held.HasFinalizer(SourceProtection.SnapshotFinalizer)) return null;
        var snapshot = await api.UpdateAsync(Resources.VolumeSnapshots, held.Key, held.Uid, s_holdSnapshot, null, stop);
        if (snapshot.IsSuccess) return null;
        if (!snapshot.Failure.IsForbidden) return $"cannot put finalizer {SourceProtection.SnapshotFinalizer} on VolumeSnapshot {held.Key}: {snapshot.Failure}";
        Log.NotHeld(log, held.Key, snapshot.Failure.ToString()); // a role that lets nobody do it is an answer too
        return null;
    }

    /// <summary>The object of a volume is saved: the snapshot it was restored from is let go of, unless it is still wanted.</summary>
    public async Task LetGo(RequestDraft request, CancellationToken stop)
    {
        if (request.FilledFrom is not { Kind: SourceKinds.Snapshot, Object: var snapshot }) return;
        if (IsWantedByOthers(snapshot.Key, request.Claim)) return;
        // Asked again on the state that is written over: a claim that came meanwhile may have found the finalizer there.
        var change = s_letGo with { Apply = item => !IsWantedByOthers(snapshot.Key, request.Claim) && s_letGo.Apply(item) };
        var written = await api.UpdateAsync(Resources.VolumeSnapshots, snapshot.Key, snapshot.Uid, change, null, stop);
        if (!written.IsSuccess && !written.Failure.IsNotFound) Log.NotLetGo(log, snapshot.Key, written.Failure.ToString());
    }

    private bool IsWantedByOthers(ObjectKey snapshot, PersistentVolumeClaim own) =>
        caches.PendingRestores.All(snapshot.ToString()).Concat(inProgress.All.Where(claim => SourceProtection.RestoredFrom(claim) == snapshot))
            .Any(claim => claim.Uid != own.Uid && !IsServed(claim));

    /// <summary>A claim may be called pending for a while after its volume is there: whoever binds it has yet to see it.</summary>
    private bool IsServed(PersistentVolumeClaim claim) =>
        !string.IsNullOrEmpty(claim.Spec.VolumeName)
        || (naming.Of(claim.Uid).Name is { } volume && caches.FindVolume(volume)?.Spec.ClaimRef?.Uid == claim.Uid);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Restoring from a snapshot that may be deleted meanwhile: its source protection cannot be put on {VolumeSnapshot} {Err}")]
        public static partial void NotHeld(ILogger logger, ObjectKey volumeSnapshot, string err);

        [LoggerMessage(2, LogLevel.Warning, "Cannot take the source protection off the snapshot, a sweep will {VolumeSnapshot} {Err}")]
        public static partial void NotLetGo(ILogger logger, ObjectKey volumeSnapshot, string err);
    }
}
