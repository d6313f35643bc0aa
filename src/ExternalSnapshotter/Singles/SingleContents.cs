using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter.Singles;

/// <summary>The contents of single snapshots, those that were taken with a group among them.</summary>
internal sealed class SingleContents : ContentKind<VolumeSnapshotContent>
{
    public override ContentKeys Keys => ContentKeys.OfSingle;

    public override Resource<VolumeSnapshotContent> Resource => Resources.VolumeSnapshotContents;

    public override string QueueName => "csi-snapshotter-content";

    public override ReportWords Words { get; } = new(
        "volume snapshot", "SnapshotCreationFailed", "Failed to create snapshot: ", "SnapshotContentCheckandUpdateFailed",
        "Failed to check and update snapshot content: ",
        "SnapshotDeleteError", "Failed to delete snapshot", "SnapshotDelayed");

    public override IReadOnlyList<string> GoneWithSnapshot { get; } = ["snapshotHandle", "readyToUse", "creationTime", "restoreSize"];

    public override ContentView View(VolumeSnapshotContent content) => new(content, Keys)
    {
        Driver = content.Spec.Driver,
        ClassName = content.Spec.VolumeSnapshotClassName,
        DeletionPolicy = content.Spec.DeletionPolicy,
        Ref = content.Spec.VolumeSnapshotRef,
        IsDynamic = content.Spec.Source?.VolumeHandle is not null,
        GivenHandle = content.Spec.Source?.SnapshotHandle,
        HasStatus = content.Status is not null,
        IsReady = content.Status?.ReadyToUse,
        Marks = content.MarksHash,
        HasTime = content.Status?.CreationTime is not (null or 0),
        NotedHandle = content.Status?.SnapshotHandle is { Length: > 0 } noted ? noted : null,
        ErrorMessage = content.Status?.Error?.Message,
        IsMember = content.Annotation(WellKnown.MemberAnnotation) is not null,
        IsOfGroup = content.Status?.VolumeGroupSnapshotHandle is not null,
    };

    protected override bool IsSameSource(VolumeSnapshotContent one, VolumeSnapshotContent other) =>
        one.Spec.Source?.VolumeHandle == other.Spec.Source?.VolumeHandle && one.Spec.Source?.SnapshotHandle == other.Spec.Source?.SnapshotHandle;
}
