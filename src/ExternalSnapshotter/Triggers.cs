using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.ExternalSnapshotter.Waiting;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalSnapshotter;

/// <summary>
/// Which change puts which content in line (snapshotter contract 3). What is settled needs nothing, so that ten thousand snapshots cost nothing at
/// start; what we write ourselves is no reason, because a look at once would defeat the pause after a failure.
/// </summary>
internal sealed class Triggers<T>(
    ContentCache<T> cache, ContentWaits waits, OwnWrites<T> writes, WorkQueue<string> queue, ItemBackoff<string> backoff)
    where T : KubeObject, new()
{
    public void ContentChanged(StoreChange<T> change)
    {
        if (change.Old is { } old && old.Uid != change.New?.Uid && (change.New is null || old.Uid.Length > 0)) End(old);
        if (change.New is not { } now || !cache.IsOurs(now)) return;
        // Where a write of ours was faster than the watch, the store knows more than this event.
        Look(cache.Find(now.Name) ?? now, isDue: writes.IsNews(change, isReason: change.Old is not { } before || Matters(before, now)));
    }

    public void ClassChanged(SnapshotClassObject? changed)
    {
        if (changed is null) return;
        foreach (var content in cache.UnfinishedByClass.All(changed.Name)) Look(content, isDue: true);
    }

    /// <summary>Looks at everything again that is not settled, whatever pause it is in.</summary>
    public void LookAgain()
    {
        foreach (var content in cache.Store.Snapshot())
            if (cache.IsOurs(content)) Look(content, isDue: true);
    }

    private bool Matters(T old, T now)
    {
        var (before, after) = (cache.Kind.View(old), cache.Kind.View(now));
        return before.Driver != after.Driver || !cache.Kind.IsSameWish(old, now)
            // Nothing of ours takes it back.
            || (before.IsReady is true && after.IsReady is not true)
            // Of a snapshot of a group somebody else says what the driver knows it by.
            || (after.IsMember && (before.NotedHandle != after.NotedHandle || before.IsOfGroup != after.IsOfGroup));
    }

    private void Look(T content, bool isDue)
    {
        var view = cache.Kind.View(content);
        if (view.IsSettled || (!view.IsToBeDeleted && cache.IsOfForeignClass(view))) waits.Finished(view);
        else
        {
            waits.Began(view);
            if (isDue) queue.Add(content.Name);
        }
    }

    /// <summary>The content is gone, be it that a list shows a successor of the same name in its place.</summary>
    private void End(T gone)
    {
        waits.Finished(cache.Kind.View(gone));
        writes.Forget(gone.Key);
        backoff.Forget(gone.Name);
    }
}
