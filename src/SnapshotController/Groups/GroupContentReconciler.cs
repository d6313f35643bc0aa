using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Groups;

/// <summary>What the content of a group needs of its own (snapshot controller contract 10.5); the same as one of a snapshot (<see
/// cref="ContentReconciler"/>).</summary>
internal sealed class GroupContentReconciler(GroupObjects objects, ObjectWriter<VolumeGroupSnapshotContent> contents, ApiClient api,
    EventRecorder events)
{
    /// <summary>Whether there is anything to do.</summary>
    public static bool IsUnfinished(VolumeGroupSnapshotContent content) =>
        content.Spec.VolumeGroupSnapshotRef?.Uid is { Length: > 0 }
            ? content.IsBeingDeleted ? content.Annotation(WellKnown.GroupBeingDeleted) is null
                && content.HasFinalizer(WellKnown.GroupContentFinalizer) : !content.HasFinalizer(WellKnown.GroupContentFinalizer)
            : !IsValid(content);

    public async ValueTask<Outcome> Reconcile(string name, CancellationToken stop)
    {
        if (objects.FindContent(name) is not { } content) return Outcome.Done;
        if (!IsValid(content))
        {
            events.Record(ObjectReference.To(content, WellKnown.GroupContentKind, WellKnown.GroupApi), EventType.Warning,
                "GroupContentValidationError",
                $"VolumeGroupSnapshotContent {name} has to name either volumeHandles or groupSnapshotHandles in spec.source, "
                + "one of them; make it anew");
            return Outcome.Done;
        }
        if (!IsUnfinished(content)) return Outcome.Done;
        if (content.IsBeingDeleted) return await Orphan(content, stop);
        var marked = await contents.Patch(content,
            MergePatch.Guarded(content, json => json.AddFinalizers(content, WellKnown.GroupContentFinalizer)), null, stop);
        return marked.IsSuccess ? Outcome.Done
            : ObjectWriter<VolumeGroupSnapshotContent>.After(marked.Failure, $"cannot put the finalizer on VolumeGroupSnapshotContent {name}");
    }

    private async Task<Outcome> Orphan(VolumeGroupSnapshotContent content, CancellationToken stop)
    {
        var uid = content.Spec.VolumeGroupSnapshotRef!.Uid;
        if (GroupSnapshotState.GroupOf(content) is not { } key || (objects.Find(key) is { } known && known.Uid == uid)) return Outcome.Done;
        var read = await api.GetAsync(Resources.VolumeGroupSnapshots, key, stop);
        if (read.Failure is { IsNotFound: false, IsUnaddressable: false } failure)
            return Outcome.Retry($"cannot tell whether VolumeGroupSnapshot {key} of VolumeGroupSnapshotContent {content.Name} is gone: {failure}");
        if (read.Value is { } group && group.Uid == uid) return Outcome.Done;
        var marked = await contents.Patch(content, MergePatch.Annotation(content, WellKnown.GroupBeingDeleted, WellKnown.Yes), null, stop);
        return marked.IsSuccess ? Outcome.Done : ObjectWriter<VolumeGroupSnapshotContent>.After(marked.Failure,
            $"cannot mark VolumeGroupSnapshotContent {content.Name} as being deleted");
    }

    private static bool IsValid(VolumeGroupSnapshotContent content) =>
        content.Spec.Source is { } source && source.VolumeHandles is { Length: > 0 } != source.GroupSnapshotHandles is not null;
}
