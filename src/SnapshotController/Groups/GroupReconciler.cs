using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Metrics;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Groups;

/// <summary>What a group needs, by what it is (snapshot controller contract 10).</summary>
internal sealed class GroupReconciler(
    GroupObjects objects, DynamicGroups dynamic, ImportedGroups imported, ReadyGroups ready, GroupDeletion deletion, GroupReports reports)
{
    public async ValueTask<Outcome> Reconcile(ObjectKey key, CancellationToken stop)
    {
        if (objects.Find(key) is not { } group) return Outcome.Done;
        if (group.IsBeingDeleted) return await deletion.Reconcile(group, stop);
        var source = group.Spec.Source;
        if (source?.Selector is null == source?.VolumeGroupSnapshotContentName is null)
        {
            return await reports.Fail(group, new Failure("GroupSnapshotValidationError",
                $"VolumeGroupSnapshot {key} has to have either a selector or a volumeGroupSnapshotContentName in spec.source, "
                + "one of them; make it anew"), stop);
        }
        if (GroupSnapshotState.IsReady(group)) return await ready.Reconcile(group, stop);

        Measure(group);
        var name = GroupSnapshotState.ContentOf(group);
        if (objects.Contents.IsUnreadable(ContentNames.KeyOf(name)))
        {
            return await reports.Fail(group, new Failure("GroupSnapshotContentUnreadable", $"VolumeGroupSnapshotContent {name} cannot be read")
            {
                Advice = "have the administrator correct it; the log of the snapshot controller says what is wrong with it",
            }, stop);
        }
        var content = objects.FindContent(name);
        return source!.Selector is null ? await imported.Reconcile(group, content, stop) : await dynamic.Reconcile(group, content, stop);
    }

    private void Measure(VolumeGroupSnapshot group)
    {
        var given = group.Spec.Source!.VolumeGroupSnapshotContentName;
        var driver = given is not null ? objects.FindContent(given)?.Spec.Driver
            : group.Spec.VolumeGroupSnapshotClassName is { } name ? objects.Classes.Find(new ObjectKey(null, name))?.Driver : null;
        if (group.Status?.CreationTime is null) reports.Begins(group, Operations.CreateGroup, driver, given is not null);
        reports.Begins(group, Operations.CreateGroupAndReady, driver, given is not null);
    }
}
