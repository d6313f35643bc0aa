using Sidecars.ExternalAttacher.Attachments;
using Sidecars.Kubernetes.Objects;
using Sidecars.ExternalAttacher.Volumes;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalAttacher;

/// <summary>
/// Which change of which object puts what into which queue (attacher contract 5). What needs nothing is passed over here, so that
/// ten thousand attached volumes cost nothing at start; the reconcilers judge again by the state of then.
/// </summary>
internal sealed class Triggers(DriverFacts driver, Caches caches, Lanes lanes, AttachmentMemory memory, WorkQueue<string> volumes)
{
    public void AttachmentChanged(StoreChange<VolumeAttachment> change)
    {
        if (change.Old is { } old && old.Uid != change.New?.Uid) End(old);
        if (change.New is { } now)
        {
            if (now.Spec.Attacher == driver.Name) Look(caches.FindAttachment(now.Name) ?? now, AttachmentDifference.Matters(change.Old, now, driver.Finalizer));
        }
    }

    public void VolumeChanged(StoreChange<PersistentVolume> change)
    {
        if (change.New is { } volume) Look(volume);
    }

    /// <summary>The driver comes to a node, or is known there by another name: whoever waits on that node gets another try.</summary>
    public void NodeChanged(StoreChange<CsiNode> change)
    {
        if (change.New is not { Own.NodeId: { } nodeId } node || change.Old?.Own?.NodeId == nodeId) return;
        foreach (var attachment in caches.UnfinishedByNode.All(node.Name))
        {
            if (!IsDone(attachment)) lanes.Add(attachment);
        }
    }

    /// <summary>Looks at everything again that is not done, whatever pause it is in.</summary>
    public void LookAgain()
    {
        foreach (var attachment in caches.Attachments.Snapshot()) Look(attachment, isDue: true);
        foreach (var volume in caches.Volumes.Snapshot()) Look(volume);
    }

    /// <summary>The attachment is gone, be it that a list shows a successor of the same name in its place.</summary>
    private void End(VolumeAttachment gone)
    {
        lanes.Forget(gone.Name);
        memory.Forced.Remove(gone);
        memory.Waiting.Finished(gone);
        if (gone.Spec.Source?.PersistentVolumeName is { } volume && caches.FindVolume(volume) is { } known) Look(known);
    }

    private void Look(VolumeAttachment attachment, bool isDue)
    {
        if (!caches.IsOurs(attachment)) return;
        if (IsDone(attachment))
        {
            memory.Waiting.Finished(attachment);
            return;
        }
        memory.Waiting.Began(attachment);
        if (isDue) lanes.Add(attachment);
    }

    private void Look(PersistentVolume volume)
    {
        if (VolumeReconciler.IsToBeReleased(volume, driver)) volumes.Add(volume.Name);
    }

    private bool IsDone(VolumeAttachment attachment)
    {
        if (!driver.Publishes) return attachment.Status.Attached;
        return attachment.IsBeingDeleted ? !attachment.HasFinalizer(driver.Finalizer) : attachment.Status.Attached;
    }
}
