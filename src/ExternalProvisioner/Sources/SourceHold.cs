using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>
/// Holds what a volume is filled from for as long as that takes: by a finalizer that is on it before the driver is asked (provisioner contract 5.1,
/// step 9). A snapshot is let go of here, once the object of the volume is saved and nobody else is being filled from it; whatever prevents that is
/// left to <see cref="SnapshotSweep"/>. A claim is let go of by <see cref="CloneProtectionController"/>.
/// </summary>
internal sealed partial class SourceHold(ApiClient api, Caches caches, SourceUsers users, VolumeNaming naming, ILogger<SourceHold> log)
{
    /// <summary>Snapshots, of which nothing but their metadata is read.</summary>
    public static readonly Resource<MetadataOnly> Snapshots = new("/apis/snapshot.storage.k8s.io/v1", "volumesnapshots", true, KubeJson.Default.MetadataOnly);

    private static readonly ObjectChange s_holdClaim = ObjectChange.AddFinalizer(SourceProtection.CloneFinalizer);
    private static readonly ObjectChange s_holdSnapshot = ObjectChange.AddFinalizer(SourceProtection.SnapshotFinalizer);
    private static readonly ObjectChange s_letGo = ObjectChange.RemoveFinalizer(SourceProtection.SnapshotFinalizer);

    // A restore may only rely on a finalizer that nobody is taking off.
    private readonly KeyedLock _snapshots = new();

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
        // Read once more, also where the finalizer was there: it may have been taken off since.
        var snapshot = await _snapshots.Run(held.Key, () => api.UpdateAsync(Snapshots, held.Key, held.Uid, s_holdSnapshot, null, stop), stop);
        if (snapshot.IsSuccess) return null;
        if (!snapshot.Failure.IsForbidden) return $"cannot put finalizer {SourceProtection.SnapshotFinalizer} on VolumeSnapshot {held.Key}: {snapshot.Failure}";
        Log.NotHeld(log, held.Key, snapshot.Failure.ToString()); // a role that lets nobody do it is an answer too
        return null;
    }

    /// <summary>The object of a volume is saved: the snapshot it was restored from is let go of, unless it is still wanted.</summary>
    public async Task LetGo(RequestDraft request, CancellationToken stop)
    {
        if (request.FilledFrom is not { Kind: SourceKinds.Snapshot, Object: var snapshot }) return;
        var (_, failure) = await Release(snapshot.Key, snapshot.Uid, claim => claim.Uid == request.Claim.Uid || IsServed(claim), stop);
        if (failure is { IsNotFound: false }) Log.NotLetGo(log, snapshot.Key, failure.ToString());
    }

    /// <summary>Takes the protection off a snapshot from which nothing is restored any more, and says whether it did.</summary>
    /// <param name="key">The snapshot.</param>
    /// <param name="uid">Its uid.</param>
    /// <param name="isServed">Claims that need it no more.</param>
    /// <param name="stop">Ends the wait.</param>
    public Task<(bool IsOff, ApiFailure? Failure)> Release(ObjectKey key, string uid, Func<PersistentVolumeClaim, bool> isServed, CancellationToken stop) =>
        _snapshots.Run(key, async () =>
        {
            if (users.HasRestoreOf(key, isServed)) return (false, null);
            var isOff = false;
            // Asked again on the state that is written over: a claim may have come while others were let go of.
            var change = s_letGo with { Apply = item => isOff = !users.HasRestoreOf(key, isServed) && s_letGo.Apply(item) };
            var written = await api.UpdateAsync(Snapshots, key, uid, change, null, stop);
            return (isOff && written.IsSuccess, written.IsSuccess ? null : written.Failure);
        }, stop);

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
