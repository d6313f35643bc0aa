using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>
/// Lets go of a claim that is being deleted, once no clone of it is being made any more (provisioner contract 9.1): neither for a claim of any
/// namespace that waits for its volume, nor for one that is gone while the driver may still be at work for it.
/// </summary>
internal sealed partial class CloneProtectionController : IControllers
{
    private static readonly ObjectChange s_release = ObjectChange.RemoveFinalizer(SourceProtection.CloneFinalizer);

    private readonly KeyController _controller;
    private readonly Caches _caches;
    private readonly ApiClient _api;
    private readonly InProgressClaims _inProgress;
    private readonly int _workers;
    private readonly ILogger _log;

    public CloneProtectionController(SidecarContext context, Caches caches, InProgressClaims inProgress, ItemBackoff<string> backoff, int workers)
    {
        (_caches, _inProgress, _api, _workers, _log) = (caches, inProgress, context.Api, workers, context.Loggers.CreateLogger<CloneProtectionController>());
        _controller = new KeyController("clone protection", "clone-protection", backoff, context);
        caches.Claims.Changed += ClaimChanged;
    }

    public void Start(RunningTasks running) => _controller.Start(running, _workers, Reconcile);

    public void Dispose() => _controller.Dispose();

    private void ClaimChanged(StoreChange<PersistentVolumeClaim> change)
    {
        if (change.New is { } claim && SourceProtection.IsToBeReleased(claim)) _controller.Queue.Add(claim.Uid);
        // A clone is done, or is not wanted any more: its source may have waited for that.
        if (change.Old is { } old && SourceProtection.ClonedFrom(old) is { } source && (change.New is null || SourceProtection.ClonedFrom(change.New) != source)
            && _caches.Claims.Find(source) is { } waiting && SourceProtection.IsToBeReleased(waiting)) _controller.Queue.Add(waiting.Uid);
    }

    private async ValueTask<Outcome> Reconcile(string uid, CancellationToken stop)
    {
        if (_caches.ClaimsByUid.Find(uid) is not { } claim || !SourceProtection.IsToBeReleased(claim)) return Outcome.Done;
        if (_caches.PendingClones.First(claim.Key.ToString()) is not null) return Outcome.Done; // its end brings the claim up again
        if (_inProgress.All.Any(clone => SourceProtection.ClonedFrom(clone) == claim.Key))
            return Outcome.Retry($"a clone of PersistentVolumeClaim {claim.Key} may still be being made, for a claim that is gone");

        var written = await _api.UpdateAsync(Resources.PersistentVolumeClaims, claim.Key, uid, s_release, null, stop);
        if (written.IsSuccess && written.Value.Metadata.Finalizers is { Length: > 0 }) _caches.Claims.Fold(written.Value);
        else if (written.IsSuccess || written.Failure.IsNotFound) _caches.Claims.FoldDeletion(claim.Key, uid);
        else return Outcome.Retry($"cannot take finalizer {SourceProtection.CloneFinalizer} off PersistentVolumeClaim {claim.Key}: {written.Failure}");
        Log.Released(_log, claim.Key);
        return Outcome.Done;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Took the clone protection off the claim {PVC}")]
        public static partial void Released(ILogger logger, ObjectKey pvc);
    }
}
