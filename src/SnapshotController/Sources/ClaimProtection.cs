using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Snapshots;

namespace Sidecars.SnapshotController.Sources;

/// <summary>
/// Holds a claim for as long as a snapshot of it may be under way at the driver, and no longer (snapshot controller contract 7): from before its
/// content is made until the snapshot is ready or gone. One that failed holds nobody up who wants to delete the claim. The account may not patch
/// claims, so that they are replaced; the answer to each write is remembered for the next one.
/// </summary>
internal sealed partial class ClaimProtection(Caches caches, ApiClient api, WorkQueue<string> queue, EventRecorder events,
    ILogger<ClaimProtection> log)
{
    /// <summary>Claims of which a next snapshot needs no read; one is some 2 KB.</summary>
    private const int RememberedClaims = 256;

    private static readonly ObjectChange s_hold = ObjectChange.AddFinalizer(WellKnown.ClaimFinalizer);
    private static readonly ObjectChange s_release = ObjectChange.RemoveFinalizer(WellKnown.ClaimFinalizer);

    // Putting on and taking off are decided by what others do to the same claim at the same moment.
    private readonly KeyedLock _turns = new();
    private readonly BegunSnapshots _begun = new();
    private readonly ObjectMemory _memory = new(RememberedClaims);

    /// <summary>Puts the finalizer on; null, or why the content must not be made yet.</summary>
    public Task<ApiFailure?> Protect(PersistentVolumeClaim claim, VolumeSnapshot by, CancellationToken stop) => _turns.Run(claim.Key, async () =>
    {
        _begun.Begin(by.Uid, claim.Key);
        if (caches.Claims.Find(claim.Key) is { } now && now.Uid == claim.Uid && now.HasFinalizer(WellKnown.ClaimFinalizer)) return null;
        var written = await Update(claim.Key, claim.Uid, s_hold, stop);
        if (!written.IsSuccess) _begun.End(by.Uid);
        return written.Failure;
    }, stop);

    /// <summary>The content is there and says what is under way.</summary>
    public void Settled(string snapshotUid) => _begun.End(snapshotUid);

    /// <summary>Whether a content may have been made for the snapshot that nobody has seen.</summary>
    public bool MayBeUnderWay(string snapshotUid) => _begun.MayBeMade(snapshotUid);

    /// <summary>The server has refused the content, which is tried again: the claim stays held meanwhile, unless it is to go.</summary>
    public void Refused(string snapshotUid)
    {
        if (_begun.Refuse(snapshotUid) is { } claim) queue.Add(claim.ToString());
    }

    /// <summary>What the claim was held for is not under way any more.</summary>
    public void GiveUp(string snapshotUid)
    {
        if (_begun.End(snapshotUid) is { } claim) queue.Add(claim.ToString());
    }

    /// <summary>Whether the claim has been held and is not wanted any more.</summary>
    public bool IsToBeReleased(PersistentVolumeClaim claim) => claim.HasFinalizer(WellKnown.ClaimFinalizer) && !IsInUse(claim);

    /// <summary>Takes the finalizer off a claim of which no snapshot is under way.</summary>
    public async ValueTask<Outcome> Release(ObjectKey key, CancellationToken stop) => await _turns.Run(key, async () =>
    {
        if (caches.Claims.Find(key) is not { } claim || !IsToBeReleased(claim)) return Outcome.Done;
        var written = await Update(key, claim.Uid, s_release, stop);
        if (written.Failure is { IsNotFound: false } failure) return Failed(key, failure);
        if (written.IsSuccess) Log.Released(log, key);
        return Outcome.Done;
    }, stop);

    private bool IsInUse(PersistentVolumeClaim claim) =>
        _begun.Hold(claim.Key, claim.IsBeingDeleted)
            || caches.SnapshotsByClaim.All(claim.Key.ToString()).Any(snapshot => IsUnderWay(snapshot, claim.IsBeingDeleted));

    /// <summary>
    /// Whether the driver may be at work for the snapshot. One that the driver has refused is tried again; but it does not hold a claim that is to
    /// go.
    /// </summary>
    private bool IsUnderWay(VolumeSnapshot snapshot, bool isClaimToGo)
    {
        if (snapshot.Status?.ReadyToUse is true) return false;
        if (ContentNames.Of(snapshot) is not { } name
            || (caches.Contents.IsUnreadable(ContentNames.KeyOf(name)) ? null : caches.ContentOf(snapshot)) is not { } content)
            return ContentNames.Of(snapshot) is { } hidden && caches.Contents.IsUnreadable(ContentNames.KeyOf(hidden));
        var isRefused = content.Status is { Error: not null, SnapshotHandle: null or "" } && content.Annotation(WellKnown.BeingCreated) is null;
        return !(isClaimToGo && isRefused);
    }

    private async Task<ApiResult<PersistentVolumeClaim>> Update(ObjectKey key, string uid, ObjectChange change, CancellationToken stop)
    {
        // A state that others have changed since would only be refused.
        if (caches.Claims.Find(key) is not { } known || !_memory.Holds(key, uid, known.Metadata.ResourceVersion)) _memory.Forget(key);
        var written = await api.UpdateAsync(Resources.PersistentVolumeClaims, key, uid, change, null, stop, _memory);
        if (written.Failure is { } refused) written = await api.SurelyAsync(Resources.PersistentVolumeClaims, key, uid, refused, stop);
        if (written.IsSuccess && (!written.Value.IsBeingDeleted || written.Value.Metadata.Finalizers is { Length: > 0 })) caches.Claims.Fold(
            written.Value);
        else if (written.IsSuccess || written.Failure.IsNotFound) caches.Claims.FoldDeletion(key, uid);
        return written;
    }

    private Outcome Failed(ObjectKey key, ApiFailure failure)
    {
        var text = $"Error removing finalizer {WellKnown.ClaimFinalizer} from PersistentVolumeClaim {key}: {failure}";
        // Told on the last one: a claim may have hundreds, for years.
        if (!failure.IsWithoutAnswer && caches.SnapshotsByClaim.All(key.ToString()).MaxBy(s => s.Metadata.ResourceVersion) is { } last)
            events.Record(SnapshotState.Reference(last), EventType.Warning, "ErrorPVCFinalizer", text);
        return Outcome.Retry(text);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Took the source protection off the claim {PVC}")]
        public static partial void Released(ILogger logger, ObjectKey pvc);
    }
}
