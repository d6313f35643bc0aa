using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter.Groups;

/// <summary>The contents of groups of snapshots.</summary>
internal sealed class GroupContents : ContentKind<VolumeGroupSnapshotContent>
{
    public override ContentKeys Keys => ContentKeys.OfGroup;

    public override Resource<VolumeGroupSnapshotContent> Resource => Resources.VolumeGroupSnapshotContents;

    public override string QueueName => "csi-snapshotter-groupsnapshotcontent";

    public override ReportWords Words { get; } = new(
        "volume group snapshot", "GroupSnapshotCreationFailed", "Failed to create group snapshot: ",
        "GroupSnapshotContentCheckandUpdateFailed", "Failed to check and update group snapshot content: ",
        "GroupSnapshotDeleteError", "Failed to delete group snapshot", "GroupSnapshotDelayed");

    public override IReadOnlyList<string> GoneWithSnapshot { get; } = ["volumeGroupSnapshotHandle", "readyToUse", "creationTime", "error"];

    public override ContentView View(VolumeGroupSnapshotContent content) => new(content, Keys)
    {
        Driver = content.Spec.Driver,
        ClassName = content.Spec.VolumeGroupSnapshotClassName,
        DeletionPolicy = content.Spec.DeletionPolicy,
        Ref = content.Spec.VolumeGroupSnapshotRef,
        IsDynamic = content.Spec.Source?.VolumeHandles is { Length: > 0 },
        GivenHandle = content.Spec.Source?.GroupSnapshotHandles is { } given ? given.VolumeGroupSnapshotHandle ?? "" : null,
        HasStatus = content.Status is not null,
        IsReady = content.Status?.ReadyToUse,
        Marks = content.MarksHash,
        HasTime = content.Status?.CreationTime is not null,
        NotedHandle = content.Status?.VolumeGroupSnapshotHandle is { Length: > 0 } noted ? noted : null,
        ErrorMessage = content.Status?.Error?.Message,
    };

    protected override bool IsSameSource(VolumeGroupSnapshotContent one, VolumeGroupSnapshotContent other)
    {
        var (source, others) = (one.Spec.Source, other.Spec.Source);
        return AreSame(source?.VolumeHandles, others?.VolumeHandles)
            && source?.GroupSnapshotHandles?.VolumeGroupSnapshotHandle == others?.GroupSnapshotHandles?.VolumeGroupSnapshotHandle
            && AreSame(source?.GroupSnapshotHandles?.VolumeSnapshotHandles, others?.GroupSnapshotHandles?.VolumeSnapshotHandles);
    }

    private static bool AreSame(string[]? one, string[]? other) => (one ?? []).AsSpan().SequenceEqual(other ?? []);
}
