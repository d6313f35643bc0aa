using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Secrets;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Groups;

/// <summary>
/// Binds a group to the content that was there before it (snapshot controller contract 10.3): in one write, with the finalizer that holds it and the
/// secret of the class that the group names.
/// </summary>
internal sealed class ImportedGroups(
    GroupObjects objects, ObjectWriter<VolumeGroupSnapshotContent> contents, GroupMarks marks, GroupStatusUpdate status, GroupReports reports)
{
    public async Task<Outcome> Reconcile(VolumeGroupSnapshot group, VolumeGroupSnapshotContent? content, CancellationToken stop)
    {
        if (Refusal(group, content) is { } refusal) return await reports.Fail(group, refusal, stop);
        var marked = await marks.Ensure(group, null, stop);
        if (!marked.IsSuccess) return reports.NotMarked(group, marked.Failure);
        if (marked.Value.IsBeingDeleted) return Outcome.Done;
        var (bound, failure) = await Bind(marked.Value, content!, stop);
        if (bound is not null) return await status.Run(marked.Value, bound, stop);
        return failure is not null ? await reports.Fail(marked.Value, failure, stop)
            : Outcome.Retry($"VolumeGroupSnapshotContent {content!.Name} changed while it was being bound");
    }

    /// <summary>Why the group cannot have that content, or null.</summary>
    private Failure? Refusal(VolumeGroupSnapshot group, VolumeGroupSnapshotContent? content)
    {
        if (group.Spec.Source?.VolumeGroupSnapshotContentName is "")
        {
            return new Failure("GroupSnapshotContentMissing", $"VolumeGroupSnapshot {group.Key} names an empty content in spec.source")
            {
                Advice = "delete it, and make it anew with the name of a content",
            };
        }
        if (content is null)
        {
            return new Failure("GroupSnapshotContentMissing", "VolumeGroupSnapshotContent is missing")
            {
                Advice = $"have the administrator make VolumeGroupSnapshotContent {group.Spec.Source?.VolumeGroupSnapshotContentName}",
            };
        }
        if (content.Spec.Source?.GroupSnapshotHandles is null)
        {
            return new Failure("GroupSnapshotContentMismatch",
                $"VolumeGroupSnapshotContent [{content.Name}] is dynamically provisioned while expecting a pre-provisioned one");
        }
        if (!GroupSnapshotState.IsMeantFor(content, group)) return Misbound(content);
        return !GroupSnapshotState.PointsAt(content, group) && group.Spec.VolumeGroupSnapshotClassName is { } name && Find(name) is null
            ? GroupPlanner.ClassMissing(name) : null;
    }

    /// <summary>The content, bound; or why it cannot be; neither where it is to be tried again.</summary>
    private async Task<(VolumeGroupSnapshotContent? Bound, Failure? Failure)> Bind(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content,
        CancellationToken stop)
    {
        if (GroupSnapshotState.PointsAt(content, group)) return (content, null);
        if (content.IsBeingDeleted) return (null, BindFailed($"VolumeGroupSnapshotContent {content.Name} is being deleted"));
        var (secret, error) = SecretFor(group, content);
        if (error is not null) return (null, BindFailed(error));

        var annotations = ContentPlanner.SecretAnnotations(secret, WellKnown.GroupSecretName, WellKnown.GroupSecretNamespace) ?? StringMap.Empty;
        var without = content.Annotation(WellKnown.GroupBeingDeleted) is null ? null : WellKnown.GroupBeingDeleted;
        var bound = await contents.Patch(content, MergePatch.Guarded(content,
            json =>
            {
                if (annotations.Count > 0 || without is not null) json.WriteAnnotations(annotations, without);
                json.AddFinalizers(content, WellKnown.GroupContentFinalizer);
            },
            json =>
            {
                json.WriteStartObject("spec");
                json.WriteStartObject("volumeGroupSnapshotRef");
                json.WriteString("uid", group.Uid);
                json.WriteEndObject();
                if (group.Spec.VolumeGroupSnapshotClassName is { } name && string.IsNullOrEmpty(content.Spec.VolumeGroupSnapshotClassName))
                    json.WriteString("volumeGroupSnapshotClassName", name);
                json.WriteEndObject();
            }), null, stop);
        if (bound.IsSuccess) return (bound.Value, null);
        return bound.Failure is { IsConflict: true } or { IsWithoutAnswer: true } or { IsNotFound: true } ? (null, null)
            : (null, BindFailed(bound.Failure.ToString()));
    }

    public static Failure Misbound(VolumeGroupSnapshotContent content) =>
        new("GroupSnapshotContentMisbound", $"VolumeGroupSnapshotContent [{content.Name}] is bound to a different group snapshot");

    /// <summary>The secret that comes with the class; null where the content has one, or the class names none; or why the class cannot be
    /// meant.</summary>
    private (SecretReference? Secret, string? Error) SecretFor(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content)
    {
        if (group.Spec.VolumeGroupSnapshotClassName is not { } name || Find(name) is not { } named) return (null, null);
        if (named.Driver != content.Spec.Driver)
        {
            return (null, $"VolumeGroupSnapshotClass {name} is of driver {named.Driver}, and VolumeGroupSnapshotContent {content.Name} "
                + $"is of driver {content.Spec.Driver}; name a class of driver {content.Spec.Driver}");
        }
        var hasOwn = content.Annotation(WellKnown.GroupSecretName) is not null || content.Annotation(WellKnown.GroupSecretNamespace) is not null;
        return hasOwn ? (null, null) : SecretTemplate.Resolve(SecretKeys.OfGroups, named.Parameters, content.Name, group.Key);
    }

    private VolumeGroupSnapshotClass? Find(string name) => objects.Classes.Find(new ObjectKey(null, name));

    private static Failure BindFailed(string error) =>
        new("GroupSnapshotBindFailed", $"GroupSnapshot failed to bind VolumeGroupSnapshotContent, {error}");
}
