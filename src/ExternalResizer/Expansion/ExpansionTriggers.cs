using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalResizer.Expansion;

/// <summary>
/// Which change puts which claim in line to be expanded (resizer contract 6.1). What asks for nothing is passed over here, so that ten thousand
/// claims at rest cost nothing; what we write ourselves is no reason, because a look at once would defeat the pause after a failure. Sizes that are
/// asked for are never ours, so that they are looked at whoever wrote them.
/// </summary>
internal sealed class ExpansionTriggers(Caches caches, ExpandReconciler expansion, ExpansionMemory memory, WorkQueue<string> queue, ItemBackoff<string> backoff, bool recovers)
{
    public void ClaimChanged(StoreChange<PersistentVolumeClaim> change)
    {
        if (change.Old is { } old && old.Uid.Length > 0 && old.Uid != change.New?.Uid)
        {
            memory.Forget(old.Uid);
            backoff.Forget(Caches.KeyOf(old));
        }
        if (change.New is { } now && Readings.IsBound(now) && (change.Old is not { } before || Matters(before, now, change.IsOwn))) Look(caches.FindClaim(now.Key) ?? now);
    }

    /// <summary>A volume that comes, or is changed by somebody else: its claim may have waited for that.</summary>
    public void VolumeChanged(StoreChange<PersistentVolume> change)
    {
        if (change.New is not { Spec.ClaimRef: { Name: { } name } of } now) return;
        var isKnown = change.Old is { } old && old.Spec.ClaimRef?.Uid == of.Uid && (change.IsOwn || Sizes.Has(old) == Sizes.Has(now));
        if (!isKnown && caches.FindClaim(new ObjectKey(of.Namespace, name)) is { } claim) Look(claim);
    }

    /// <summary>No pod uses the claim any more.</summary>
    public void Freed(ObjectKey claim)
    {
        backoff.Forget(claim.ToString()); // what has passed was waiting for pods, and says nothing of the driver
        if (caches.FindClaim(claim) is { } freed) Look(freed);
    }

    /// <summary>It is known by now which pods there are: claims that waited for that alone come up, as if they had not waited.</summary>
    public void PodsKnown()
    {
        foreach (var claim in caches.Claims.Snapshot())
        {
            if (memory.Find(claim) is not { WaitsForPods: true }) continue;
            backoff.Forget(Caches.KeyOf(claim));
            Look(claim);
        }
    }

    /// <summary>Looks at everything again that is not done. What has failed has its own time.</summary>
    public void LookAgain()
    {
        foreach (var claim in caches.Claims.Snapshot())
            if (Readings.IsBound(claim) && backoff.FailuresOf(Caches.KeyOf(claim)) is 0) Look(claim);
    }

    /// <summary>Puts the claim in line, if it asks for anything.</summary>
    public void Look(PersistentVolumeClaim claim)
    {
        if (ExpandReconciler.IsWanted(claim) || (caches.VolumeOf(claim) is { } volume && expansion.IsCaughtUp(claim, volume))) queue.Add(Caches.KeyOf(claim));
    }

    private bool Matters(PersistentVolumeClaim old, PersistentVolumeClaim now, bool isOwn)
    {
        var (asked, before) = (Sizes.Asked(now), Sizes.Asked(old));
        if (recovers ? asked != before : asked > before) return true;
        if (old.Uid != now.Uid || old.Annotation(WellKnown.ResizerAnnotation) != now.Annotation(WellKnown.ResizerAnnotation)) return true;
        if (isOwn) return false;
        if (Sizes.Has(now) > Sizes.Has(old)) return true;
        // The states of the controller are written by us alone; those of the node are news.
        var state = ResizeView.StateOf(now);
        return recovers && state != ResizeView.StateOf(old) && !state.IsControllers();
    }
}
