using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
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
    private readonly SourceUsers _users;
    private readonly ConcurrentDictionary<string, string> _waits = new(StringComparer.Ordinal); // a source by one of the clones it waits for, uids both
    private readonly int _workers;
    private readonly ILogger _log;

    public CloneProtectionController(SidecarContext context, Caches caches, SourceUsers users, ItemBackoff<string> backoff, int workers)
    {
        (_caches, _users, _api, _workers, _log) = (caches, users, context.Api, workers, context.Loggers.CreateLogger<CloneProtectionController>());
        _controller = new KeyController("clone protection", "clone-protection", backoff, context);
        caches.Claims.Changed += ClaimChanged;
        users.Refused += CloneChanged;
    }

    public void Start(RunningTasks running) => _controller.Start(running, _workers, Reconcile);

    public void Dispose() => _controller.Dispose();

    private void ClaimChanged(StoreChange<PersistentVolumeClaim> change)
    {
        if (change.New is { } claim && SourceProtection.IsToBeReleased(claim)) _controller.Queue.Add(claim.Uid);
        if ((change.Old ?? change.New) is { } clone) CloneChanged(clone.Uid);
    }

    /// <summary>A clone is done, or is not wanted any more, or anything else: the source that waits for it looks again.</summary>
    private void CloneChanged(string clone)
    {
        if (_waits.TryRemove(clone, out var source)) _controller.Queue.Add(source);
    }

    private async ValueTask<Outcome> Reconcile(string uid, CancellationToken stop)
    {
        if (_caches.ClaimsByUid.Find(uid) is not { } claim || !SourceProtection.IsToBeReleased(claim)) return Outcome.Done;
        // Noted before it is asked whether there are any: from then on what becomes of them brings the claim up again.
        var (hasClones, isNews) = (false, true);
        while (isNews)
        {
            (hasClones, isNews) = (false, false);
            foreach (var clone in _users.WaitingClonesOf(claim.Key)) (hasClones, isNews) = (true, isNews | _waits.TryAdd(clone.Uid, uid));
        }
        if (hasClones) return Outcome.Done;
        if (_users.HasAbandonedCloneOf(claim.Key))
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
