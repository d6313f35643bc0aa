using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Who writes what of groups.</summary>
/// <param name="Groups">Groups.</param>
/// <param name="Contents">Their contents.</param>
/// <param name="Members">Their snapshots; none of its writes is one that the snapshots' own workers wait for.</param>
/// <param name="MemberContents">The contents of those.</param>
internal sealed record GroupWriters(ObjectWriter<VolumeGroupSnapshot> Groups, ObjectWriter<VolumeGroupSnapshotContent> Contents,
    ObjectWriter<VolumeSnapshot> Members, ObjectWriter<VolumeSnapshotContent> MemberContents);
