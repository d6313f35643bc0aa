using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Snapshots;

namespace Sidecars.SnapshotController.Groups;

/// <summary>
/// Makes a snapshot and its content for each volume of a group that the driver has taken (snapshot controller contract 10.4). Their names follow
/// from the group and the volume; what is there already is left as it is, so that a further look costs nothing.
/// </summary>
internal sealed class GroupMembers(Caches caches, GroupWriters writers)
{
    public static OwnerReference OwnerOf(VolumeGroupSnapshot group) =>
        new() { ApiVersion = WellKnown.GroupApi, Kind = WellKnown.GroupKind, Name = group.Name, Uid = group.Uid };

    /// <summary>Null once all members are there, or why one is not.</summary>
    public async Task<GroupProblem?> Make(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content, CancellationToken stop)
    {
        if (content.Status is not { VolumeGroupSnapshotHandle: { Length: > 0 } handle, VolumeSnapshotInfoList: { Length: > 0 } infos }) return null;
        foreach (var info in infos)
        {
            if (info is not { VolumeHandle: { Length: > 0 } volume, SnapshotHandle.Length: > 0 })
            {
                return new GroupProblem($"VolumeGroupSnapshotContent {content.Name} names a snapshot without its handles; "
                    + "the driver has to name both");
            }
            if (await Make(group, content, handle, info, volume, stop) is { } problem) return problem;
        }
        return null;
    }

    private async Task<GroupProblem?> Make(VolumeGroupSnapshot group, VolumeGroupSnapshotContent content, string handle, SnapshotInfo info,
        string volume, CancellationToken stop)
    {
        var digest = ContentNames.MemberDigest(group.Uid, volume);
        var source = caches.VolumesByHandle!.All(Caches.HandleKey(content.Spec.Driver, volume)) is [var one] ? one : null;

        var (snapshot, problem) = await Snapshot(group, ContentNames.Member(digest), source, stop);
        if (snapshot is null) return problem;
        (var member, problem) = await Content(content, snapshot, ContentNames.MemberContent(digest), handle, volume, source, stop);
        if (member is null) return problem;
        if (member.Annotation(WellKnown.GroupHandle) is { } before && before != handle)
        {
            var renamed = await writers.MemberContents.Patch(member, MergePatch.Annotation(member, WellKnown.GroupHandle, handle), null, stop);
            if (!renamed.IsSuccess)
                return new GroupProblem($"cannot write the name of the group on VolumeSnapshotContent {member.Name}", renamed.Failure);
            member = renamed.Value;
        }
        if (MemberPatch.Taken(member, info, handle) is { } taken)
        {
            var written = await writers.MemberContents.Patch(member, taken, "status", stop);
            if (!written.IsSuccess) return NotWritten(member, written.Failure);
            member = written.Value;
        }
        if (info.ReadyToUse is not true || member.Status?.ReadyToUse is true) return null;
        // What is ready by an earlier group is not by this one: its snapshot becomes ready anew, with the time that is true now.
        if (SnapshotState.IsReady(snapshot))
        {
            var unready = await writers.Members.Patch(snapshot, MemberPatch.Ready(snapshot, false), "status", stop);
            if (!unready.IsSuccess) return new GroupProblem($"cannot take VolumeSnapshot {snapshot.Key} out of use", unready.Failure);
        }
        var ready = await writers.MemberContents.Patch(member, MemberPatch.Ready(member, true), "status", stop);
        return ready.IsSuccess ? null : NotWritten(member, ready.Failure);
    }

    private static GroupProblem NotWritten(VolumeSnapshotContent member, ApiFailure failure) =>
        new($"cannot write the status of VolumeSnapshotContent {member.Name}", failure);

    private async Task<(VolumeSnapshot? Snapshot, GroupProblem? Problem)> Snapshot(VolumeGroupSnapshot group, string name, PersistentVolume? source,
        CancellationToken stop)
    {
        var key = new ObjectKey(group.Metadata.Namespace, name);
        var found = caches.FindSnapshot(key);
        if (found is null)
        {
            var made = await writers.Members.Create(new VolumeSnapshot
            {
                ApiVersion = WellKnown.SnapshotApi,
                Kind = WellKnown.SnapshotKind,
                Metadata = new ObjectMeta
                {
                    Name = name,
                    Namespace = group.Metadata.Namespace,
                    OwnerReferences = [OwnerOf(group)],
                    Finalizers = [WellKnown.MemberFinalizer, WellKnown.SourceFinalizer],
                },
                Spec = new SnapshotSpec { Source = new SnapshotSource { PersistentVolumeClaimName = source?.Spec.ClaimRef?.Name ?? "" } },
            }, stop);
            if (made.Failure is { IsAlreadyExists: true }) made = await writers.Members.Read(key, stop);
            if (!made.IsSuccess) return (null, new($"cannot make VolumeSnapshot {key}", made.Failure));
            found = made.Value;
        }
        if (SnapshotState.GroupOwner(found)?.Uid != group.Uid)
            return (null, new($"VolumeSnapshot {key} is there and does not belong to group {group.Name}; delete it"));
        return !found.IsBeingDeleted ? (found, null)
            : (null, new($"VolumeSnapshot {key} is being deleted, which it can only be with group {group.Name}; delete the group"));
    }

    private async Task<(VolumeSnapshotContent? Content, GroupProblem? Problem)> Content(
        VolumeGroupSnapshotContent group, VolumeSnapshot snapshot, string name, string handle, string volume, PersistentVolume? source,
        CancellationToken stop)
    {
        var found = caches.FindContent(name);
        if (found is null)
        {
            var made = await writers.MemberContents.Create(new VolumeSnapshotContent
            {
                ApiVersion = WellKnown.SnapshotApi,
                Kind = WellKnown.ContentKind,
                Metadata = new ObjectMeta { Name = name, Annotations = Annotations(group, handle), Finalizers = [WellKnown.ContentFinalizer] },
                Spec = new SnapshotContentSpec
                {
                    VolumeSnapshotRef = new ObjectReference { Kind = WellKnown.SnapshotKind, Namespace = snapshot.Metadata.Namespace,
                        Name = snapshot.Name, Uid = snapshot.Uid },
                    Source = new SnapshotContentSource { VolumeHandle = volume },
                    DeletionPolicy = group.Spec.DeletionPolicy,
                    Driver = group.Spec.Driver,
                    SourceVolumeMode = source?.Spec.VolumeMode,
                },
            }, stop);
            if (made.Failure is { IsAlreadyExists: true }) made = await writers.MemberContents.Read(ContentNames.KeyOf(name), stop);
            if (!made.IsSuccess) return (null, new($"cannot make VolumeSnapshotContent {name}", made.Failure));
            found = made.Value;
        }
        if (!ContentNames.IsMeantFor(found, snapshot))
            return (null, new($"VolumeSnapshotContent {name} is there and belongs to another snapshot; delete it"));
        if (ContentNames.PointsAt(found, snapshot)) return (found, null);
        // As the original leaves it where it ends half-way.
        var bound = await writers.MemberContents.Patch(found, MergePatch.Guarded(found, rest: json =>
        {
            json.WriteStartObject("spec");
            json.WriteStartObject("volumeSnapshotRef");
            json.WriteString("uid", snapshot.Uid);
            json.WriteEndObject();
            json.WriteEndObject();
        }), null, stop);
        return bound.IsSuccess ? (bound.Value, null) : (null, new($"cannot bind VolumeSnapshotContent {name}", bound.Failure));
    }

    /// <summary>The name of the group, and the secret of the group, as its content has it.</summary>
    private static StringMap Annotations(VolumeGroupSnapshotContent group, string handle)
    {
        var secret = group.Annotation(WellKnown.GroupSecretName) is { } name && group.Annotation(WellKnown.GroupSecretNamespace) is { } ns
            ? new SecretReference(name, ns) : null;
        return ContentPlanner.SecretAnnotations(secret, WellKnown.SecretName, WellKnown.SecretNamespace, [new(WellKnown.GroupHandle, handle)])!;
    }
}
