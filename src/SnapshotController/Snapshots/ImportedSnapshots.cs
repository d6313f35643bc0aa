using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Secrets;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Snapshots;

/// <summary>
/// Binds a snapshot to the content an administrator made for it (snapshot controller contract 4.4). A content that is meant for another is never
/// touched. With the class comes the secret it names, where the content names none: without it the driver could not delete what was imported.
/// </summary>
internal sealed class ImportedSnapshots(
    Caches caches, SnapshotMarks marks, ObjectWriter<VolumeSnapshotContent> contents, StatusUpdate status, SnapshotReports reports)
{
    public async Task<Outcome> Reconcile(VolumeSnapshot snapshot, string name, CancellationToken stop)
    {
        if (name.Length is 0) return await reports.Fail(snapshot, SnapshotFailures.NamesNone(snapshot), stop);
        if (caches.Contents.IsUnreadable(ContentNames.KeyOf(name))) return await reports.Fail(snapshot, SnapshotFailures.Unreadable(name), stop);
        var content = caches.FindContent(name);
        if (content is not null && Misfit(snapshot, content) is { } misfit) return await reports.Fail(snapshot, misfit, stop);
        if (content is null || !IsBound(snapshot, content))
        {
            if (snapshot.Spec.VolumeSnapshotClassName is { } className && caches.FindClass(className) is null)
                return await reports.Fail(snapshot, ContentPlanner.ClassMissing(className), stop);
        }

        var marked = await marks.Ensure(snapshot, isBound: content?.Spec.DeletionPolicy is WellKnown.Delete, null, stop);
        if (!marked.IsSuccess) return reports.NotMarked(snapshot, marked.Failure);
        if (marked.Value.IsBeingDeleted) return Outcome.Done;
        if (content is null)
            return await reports.Fail(marked.Value,
                SnapshotFailures.ContentMissing with { Advice = $"have the administrator make VolumeSnapshotContent {name}" }, stop);

        if (!IsBound(marked.Value, content))
        {
            var (bound, failure) = await Bind(marked.Value, content, stop);
            if (bound is null) return failure is { } refused ? await reports.Fail(marked.Value, refused, stop)
                : Outcome.Retry($"VolumeSnapshotContent {name} changed while it was being bound");
            content = bound;
        }
        return await status.Run(marked.Value, content, stop);
    }

    private static Failure? Misfit(VolumeSnapshot snapshot, VolumeSnapshotContent content)
    {
        if (content.Spec.Source?.SnapshotHandle is null)
        {
            return SnapshotFailures.Mismatch(
                $"VolumeSnapshotContent [{content.Name}] is dynamically provisioned while expecting a pre-provisioned one",
                "name a content that was made with spec.source.snapshotHandle");
        }
        return ContentNames.IsMeantFor(content, snapshot) ? null : SnapshotFailures.Misbound(content.Name);
    }

    private static bool IsBound(VolumeSnapshot snapshot, VolumeSnapshotContent content) =>
        content.Spec.VolumeSnapshotRef?.Uid == snapshot.Uid
        && (!string.IsNullOrEmpty(content.Spec.VolumeSnapshotClassName) || snapshot.Spec.VolumeSnapshotClassName is null);

    private async Task<(VolumeSnapshotContent? Bound, Failure? Failure)> Bind(VolumeSnapshot snapshot, VolumeSnapshotContent content,
        CancellationToken stop)
    {
        if (content.IsBeingDeleted)
        {
            var failure = BindFailed($"VolumeSnapshotContent {content.Name} is being deleted");
            return (null, failure with { Advice = "have the administrator make it anew once it is gone" });
        }
        var (secret, error) = SecretFor(snapshot, content);
        if (error is not null) return (null, BindFailed(error));
        // Bound and held in one write; what a snapshot before this one has said of its end is not meant for this one.
        var annotations = ContentPlanner.SecretAnnotations(secret, WellKnown.SecretName, WellKnown.SecretNamespace) ?? StringMap.Empty;
        var without = content.Annotation(WellKnown.BeingDeleted) is null ? null : WellKnown.BeingDeleted;
        var written = await contents.Patch(content, MergePatch.Guarded(content,
            json =>
            {
                if (annotations.Count > 0 || without is not null) json.WriteAnnotations(annotations, without);
                json.AddFinalizers(content, WellKnown.ContentFinalizer);
            },
            json =>
            {
                json.WriteStartObject("spec");
                json.WriteStartObject("volumeSnapshotRef");
                json.WriteString("uid", snapshot.Uid);
                json.WriteEndObject();
                if (snapshot.Spec.VolumeSnapshotClassName is { } name) json.WriteString("volumeSnapshotClassName", name);
                json.WriteEndObject();
            }), null, stop);
        if (written.IsSuccess) return (written.Value, null);
        return written.Failure.IsConflict || written.Failure.IsWithoutAnswer || written.Failure.IsNotFound ? (null, null)
            : (null, BindFailed(written.Failure.ToString()));
    }

    /// <summary>The secret that comes with the class; null where the content has one, or the class names none; or why the class cannot be
    /// meant.</summary>
    private (SecretReference? Secret, string? Error) SecretFor(VolumeSnapshot snapshot, VolumeSnapshotContent content)
    {
        if (snapshot.Spec.VolumeSnapshotClassName is not { } name || caches.FindClass(name) is not { } named) return (null, null);
        if (named.Driver != content.Spec.Driver)
        {
            return (null, $"VolumeSnapshotClass {name} is of driver {named.Driver}, and VolumeSnapshotContent {content.Name} is of driver "
                + $"{content.Spec.Driver}; name a class of driver {content.Spec.Driver}");
        }
        var hasOwn = content.Annotation(WellKnown.SecretName) is not null || content.Annotation(WellKnown.SecretNamespace) is not null;
        return hasOwn ? (null, null) : SecretTemplate.Resolve(SecretKeys.OfSnapshots, named.Parameters, content.Name, snapshot.Key);
    }

    private static Failure BindFailed(string error) => new("SnapshotBindFailed", $"Snapshot failed to bind VolumeSnapshotContent, {error}");
}
