using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Contents;

/// <summary>
/// What a content needs of its own (snapshot controller contract 6): the mark that holds it until the driver is done with it, and, where it is
/// being deleted and its snapshot is gone, leave for the sidecar to let it go. A content is never deleted here because its snapshot is not known.
/// </summary>
internal sealed partial class ContentReconciler(
    Caches caches, ObjectWriter<VolumeSnapshotContent> contents, ApiClient api, EventRecorder events, ILogger<ContentReconciler> log)
{
    /// <summary>Whether there is anything to do.</summary>
    public static bool IsUnfinished(VolumeSnapshotContent content) =>
        content.Spec.VolumeSnapshotRef?.Uid is { Length: > 0 }
            ? content.IsBeingDeleted ? content.Annotation(WellKnown.BeingDeleted) is null && content.HasFinalizer(WellKnown.ContentFinalizer)
                : !content.HasFinalizer(WellKnown.ContentFinalizer)
            : !IsValid(content);

    public async ValueTask<Outcome> Reconcile(string name, CancellationToken stop)
    {
        if (caches.FindContent(name) is not { } content) return Outcome.Done;
        if (!IsValid(content))
        {
            events.Record(Reference(content), EventType.Warning, "ContentValidationError",
                $"VolumeSnapshotContent {name} has to name either a volumeHandle or a snapshotHandle in spec.source, one of them; make it anew");
            return Outcome.Done;
        }
        if (!IsUnfinished(content)) return Outcome.Done;
        if (content.IsBeingDeleted) return await Orphan(content, stop);

        var marked = await contents.Patch(content,
            MergePatch.Guarded(content, json => json.AddFinalizers(content, WellKnown.ContentFinalizer)), null, stop);
        return marked.IsSuccess ? Outcome.Done
            : ObjectWriter<VolumeSnapshotContent>.After(marked.Failure, $"cannot put the finalizer on VolumeSnapshotContent {name}");
    }

    public static ObjectReference Reference(VolumeSnapshotContent content) =>
        ObjectReference.To(content, WellKnown.ContentKind, WellKnown.SnapshotApi);

    /// <summary>
    /// An administrator deletes a content. While its snapshot is there that goes first; without one nobody else would tell the sidecar that it may
    /// go, and what it does then is what the content's policy says.
    /// </summary>
    private async Task<Outcome> Orphan(VolumeSnapshotContent content, CancellationToken stop)
    {
        if (ContentNames.SnapshotOf(content) is not { } key
            || (caches.FindSnapshot(key) is { } known && known.Uid == content.Spec.VolumeSnapshotRef!.Uid)) return Outcome.Done;
        var read = await api.GetAsync(Resources.VolumeSnapshots, key, stop);
        if (read.Failure is { IsNotFound: false, IsUnaddressable: false } failure)
            return Outcome.Retry($"cannot tell whether VolumeSnapshot {key} of VolumeSnapshotContent {content.Name} is gone: {failure}");
        if (read.Value is { } snapshot && snapshot.Uid == content.Spec.VolumeSnapshotRef!.Uid) return Outcome.Done;
        var marked = await contents.Patch(content, MergePatch.Annotation(content, WellKnown.BeingDeleted, WellKnown.Yes), null, stop);
        if (!marked.IsSuccess)
            return ObjectWriter<VolumeSnapshotContent>.After(marked.Failure, $"cannot mark VolumeSnapshotContent {content.Name} as being deleted");
        Log.Orphan(log, content.Name, key);
        return Outcome.Done;
    }

    private static bool IsValid(VolumeSnapshotContent content) =>
        content.Spec.Source is { } source && source.VolumeHandle is null != source.SnapshotHandle is null;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information,
            "A content is being deleted whose snapshot is gone: the sidecar may let it go {VolumeSnapshotContent} {VolumeSnapshot}")]
        public static partial void Orphan(ILogger logger, string volumeSnapshotContent, ObjectKey volumeSnapshot);
    }
}
