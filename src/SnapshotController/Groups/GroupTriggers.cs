using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Snapshots;
using Sidecars.SnapshotController.Sources;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Which change of which object brings a group up, or its content; and what the end of a group brings up.</summary>
internal sealed class GroupTriggers(
    Caches caches, GroupObjects objects, Queues queues, GroupQueues lines, OwnWrites<VolumeGroupSnapshot> own, GroupRefusals refusals)
{
    /// <summary>Called when a group is gone, with its uid: whoever remembers anything of it forgets it.</summary>
    public required Action<string> Forget { get; init; }

    public void GroupChanged(StoreChange<VolumeGroupSnapshot> change)
    {
        if (change.Old is { } old && old.Uid != change.New?.Uid)
        {
            own.Forget(old.Key);
            End(old);
        }
        if (change.New is not { } now) return;
        if (own.IsNews(change)) lines.Groups.Queue.Add(now.Key.ToString());
    }

    public void ContentChanged(StoreChange<VolumeGroupSnapshotContent> change)
    {
        var content = (change.New ?? change.Old)!;
        if (change.New is { } now && GroupContentReconciler.IsUnfinished(now)) lines.Contents.Queue.Add(now.Name);
        if (change.New is null) lines.Contents.Backoff.Forget(content.Name);
        if (GroupSnapshotState.GroupOf(content) is { } key && objects.Find(key) is not null) lines.Groups.Queue.Add(key.ToString());
        foreach (var other in objects.GroupsByContent.All(content.Name)) lines.Groups.Queue.Add(other.Key.ToString());
        // Snapshots whose group could not be told wait for this.
        if (change.New?.Status?.VolumeGroupSnapshotHandle is not { Length: > 0 } handle
            || change.Old?.Status?.VolumeGroupSnapshotHandle == handle) return;
        foreach (var member in caches.ContentsByGroup.All(Caches.HandleKey(content.Spec.Driver, handle)))
            if (member.Spec.VolumeSnapshotRef is { Name: { } name } to) queues.Snapshots.Queue.Add(new ObjectKey(to.Namespace, name).ToString());
    }

    public void ClassChanged(StoreChange<VolumeGroupSnapshotClass> change)
    {
        foreach (var waiting in (IEnumerable<VolumeGroupSnapshot>)[.. objects.UnfinishedByClass.All((change.New ?? change.Old)!.Name),
            .. objects.UnfinishedByClass.All("")])
            lines.Groups.Queue.Add(waiting.Key.ToString());
    }

    public void ClaimChanged(StoreChange<PersistentVolumeClaim> change)
    {
        if (!objects.IsOn) return;
        if (IsAnotherSource(change.Old, change.New)) LookAtGroupsOf(change.Old, change.New);
        // A group that is being deleted may have waited for this restore.
        if (change.Old is { } old && Restores.SourceOf(old) is { } source && caches.FindSnapshot(source) is { } member
            && SnapshotState.GroupOwner(member) is { Name: { } group }) lines.Groups.Queue.Add(new ObjectKey(source.Namespace, group).ToString());
    }

    public void VolumeChanged(StoreChange<PersistentVolume> change)
    {
        if (!objects.IsOn || !SourceVolumes.IsAnother(change.Old, change.New)) return;
        foreach (var claim in SourceVolumes.ClaimsOf(change)) LookAtGroupsOf(caches.Claims.Find(claim));
    }

    /// <summary>Looks at everything again that is not done.</summary>
    public void LookAgain()
    {
        foreach (var group in objects.Groups.Snapshot())
            if (group.IsBeingDeleted || !GroupSnapshotState.IsReady(group)) lines.Groups.Queue.Add(group.Key.ToString());
        foreach (var content in objects.Contents.Snapshot())
            if (GroupContentReconciler.IsUnfinished(content)) lines.Contents.Queue.Add(content.Name);
    }

    /// <summary>Whether anything is new that a selector selects by, or that a group may have waited for.</summary>
    private static bool IsAnotherSource(PersistentVolumeClaim? old, PersistentVolumeClaim? now) =>
        old is null || now is null || old.Uid != now.Uid || old.Spec.VolumeName != now.Spec.VolumeName || old.Status?.Phase != now.Status?.Phase
        || !Triggers.SameLabels(old.Metadata.Labels, now.Metadata.Labels);

    /// <summary>Those that select the claim in any of these states and have no content yet, but for those that wait for the server.</summary>
    private void LookAtGroupsOf(params IEnumerable<PersistentVolumeClaim?> states)
    {
        List<PersistentVolumeClaim> claims = [.. states.OfType<PersistentVolumeClaim>()];
        if (claims.Count is 0 || claims[0].Metadata.Namespace is not { } ns) return;
        foreach (var group in objects.UnfinishedByNamespace.All(ns))
        {
            var selector = group.Spec.Source!.Selector!;
            if (!refusals.Holds(group) && claims.Exists(c => LabelSelectors.Selects(selector, c.Metadata.Labels))
                && objects.FindContent(GroupSnapshotState.ContentOf(group)) is null) lines.Groups.Queue.Add(group.Key.ToString());
        }
    }

    private void End(VolumeGroupSnapshot gone)
    {
        lines.Groups.Backoff.Forget(gone.Key.ToString());
        Forget(gone.Uid);
        foreach (var member in caches.SnapshotsByGroup.All(gone.Uid)) queues.Snapshots.Queue.Add(member.Key.ToString());
        foreach (var member in caches.SnapshotsByGroupName.All(gone.Key.ToString())) queues.Snapshots.Queue.Add(member.Key.ToString());
        if (objects.FindContent(GroupSnapshotState.ContentOf(gone)) is { } content
            && GroupContentReconciler.IsUnfinished(content)) lines.Contents.Queue.Add(content.Name);
    }
}
