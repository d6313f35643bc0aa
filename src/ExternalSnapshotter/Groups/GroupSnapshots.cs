using Csi.V1;
using Sidecars.Csi;
using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.ExternalSnapshotter.Requests;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;
using DriverGroup = Csi.V1.VolumeGroupSnapshot;

namespace Sidecars.ExternalSnapshotter.Groups;

/// <summary>The calls of groups of snapshots (snapshotter contract 8).</summary>
internal sealed class GroupSnapshots(
    SnapshotterOptions options, ContentCache<VolumeGroupSnapshotContent> cache, ContentSecrets secrets, DriverCalls calls)
    : ISnapshots<VolumeGroupSnapshotContent>
{
    private static readonly CompositionWords s_words =
        new("group snapshot", "volumegroupsnapshotclass.groupsnapshot.storage.k8s.io", "volumegroupsnapshot");

    private readonly Composition<VolumeGroupSnapshotContent> _composition = new(s_words, cache, secrets, options.ExtraCreateMetadata);

    /// <summary>
    /// One that was there before us, and one whose class is gone where the driver can be asked by the handle: how to take it is not known any more.
    /// </summary>
    public bool IsLookedAt(VolumeGroupSnapshotContent content)
    {
        var view = cache.Kind.View(content);
        return view.GivenHandle is not null || (view.ClassName is { Length: > 0 } && cache.OurClassOf(view) is null && CanBeLookedAt(content));
    }

    /// <summary>The call has to name the snapshots in it.</summary>
    public bool CanBeLookedAt(VolumeGroupSnapshotContent content) =>
        cache.Kind.View(content) is { NotedHandle: not null } or { GivenHandle: not null } && SnapshotIdsOf(content).Any();

    public async Task<(AskingOrder<VolumeGroupSnapshotContent>? Order, Obstacle? Error)> ToTake(
        VolumeGroupSnapshotContent content, CancellationToken stop)
    {
        var view = cache.Kind.View(content);
        var volumes = content.Spec.Source?.VolumeHandles ?? [];
        if (!view.IsBound)
            return (null, Failed(CsiError.Local($"cannot create group snapshot. Group snapshot content {view.Name} not bound to a group snapshot")));
        var (parts, error) = await _composition.OfTaking(view, stop);
        if (parts is null) return (null, error);
        var request = new CreateVolumeGroupSnapshotRequest { Name = options.GroupNaming.Of(view.Ref!.Uid!) };
        request.SourceVolumeIds.Add(volumes);
        request.Secrets.Add(parts.Secret.ToDictionary());
        request.Parameters.Add(parts.Parameters.ToDictionary());
        return (new AskingOrder<VolumeGroupSnapshotContent>(Make, Failed), null);

        async Task<CsiResult<DriverAnswer<VolumeGroupSnapshotContent>>> Make(CancellationToken end) =>
            (await calls.Create(request, end)).Map(a => Taken("CreateVolumeGroupSnapshot", a.GroupSnapshot, volumes));

        string Failed(CsiError failure) =>
            $"failed to take group snapshot of the volumes [{string.Join(' ', volumes)}]: {GoQuote.Quote(failure.Text)}";
    }

    public async Task<(AskingOrder<VolumeGroupSnapshotContent>? Order, Obstacle? Error)> ToLookAt(
        VolumeGroupSnapshotContent content, CancellationToken stop)
    {
        var view = cache.Kind.View(content);
        var request = new GetVolumeGroupSnapshotRequest { GroupSnapshotId = view.NotedHandle ?? view.GivenHandle ?? "" };
        if (request.GroupSnapshotId.Length is 0) return (null, Failed(CsiError.Local("groupsnapshotHandle is missing")));
        request.SnapshotIds.Add(SnapshotIdsOf(content));
        if (request.SnapshotIds.Count is 0)
            return (null, $"cannot list group snapshot for group snapshot content {view.Name}. No snapshots found in its volumeSnapshotHandles");
        var (values, error) = view.GivenHandle is null ? await _composition.OfAskingAgain(view, ClassSecret.GroupSnapshotterGet, stop)
            : await _composition.OfLooking(view, ClassSecret.GroupSnapshotterGet, stop);
        if (values is null) return (null, error);
        request.Secrets.Add(values.ToDictionary());
        return (new AskingOrder<VolumeGroupSnapshotContent>(Make, Failed), null);

        async Task<CsiResult<DriverAnswer<VolumeGroupSnapshotContent>>> Make(CancellationToken end) =>
            (await calls.Get(request, end)).Map(a => Found(a.GroupSnapshot, request.GroupSnapshotId, content));

        string Failed(CsiError failure) => $"failed to list group snapshot for group snapshot content {view.Name}: {GoQuote.Quote(failure.Text)}";
    }

    public async Task<(DeletingOrder? Order, Obstacle? Error)> ToDelete(VolumeGroupSnapshotContent content, string handle, CancellationToken stop)
    {
        var view = cache.Kind.View(content);
        var (values, error) = await _composition.OfDeleting(view, stop);
        if (values is null) return (null, error);
        var request = new DeleteVolumeGroupSnapshotRequest { GroupSnapshotId = handle };
        request.SnapshotIds.Add((content.Status?.VolumeSnapshotInfoList ?? []).Select(i => i.SnapshotHandle).OfType<string>());
        if (request.SnapshotIds.Count is 0) request.SnapshotIds.Add(GivenIdsOf(content));
        if (request.SnapshotIds.Count is 0)
        {
            return (null, $"cannot delete group snapshot content {view.Name}. No snapshots found: the driver named none when it took group {handle}; "
                + $"delete the group at the driver by hand, then take the finalizer {view.Keys.Finalizer} off");
        }
        request.Secrets.Add(values.ToDictionary());
        return (async end => (await calls.Delete(request, end)).Error, null);
    }

    private static string[] GivenIdsOf(VolumeGroupSnapshotContent content) => content.Spec.Source?.GroupSnapshotHandles?.VolumeSnapshotHandles ?? [];

    /// <summary>The snapshots in it: of one that was there before us those it came with, else those that the driver has named.</summary>
    private static IEnumerable<string> SnapshotIdsOf(VolumeGroupSnapshotContent content) => content.Spec.Source?.GroupSnapshotHandles is null
        ? (content.Status?.VolumeSnapshotInfoList ?? []).Select(i => i.SnapshotHandle).OfType<string>() : GivenIdsOf(content);

    /// <summary>What the driver says of a group that is of these volumes.</summary>
    private static CsiResult<DriverAnswer<VolumeGroupSnapshotContent>> Taken(string call, DriverGroup? group, string[] volumes)
    {
        if (group is not { GroupSnapshotId.Length: > 0 })
            return CsiError.Local($"the driver answered {call} without a group, or with one that has no id");
        if (group.Snapshots.Any(s => s is not { SnapshotId.Length: > 0 }))
            return CsiError.Local($"the driver answered {call} with group {group.GroupSnapshotId} and a snapshot in it that has no id");
        var status = GroupStatus.Of(group);
        var stray = group.Snapshots.FirstOrDefault(s => s.SourceVolumeId.Length > 0 && !volumes.Contains(s.SourceVolumeId));
        if (stray is not null)
        {
            return Useless(status,
                $"the driver took a snapshot of volume {stray.SourceVolumeId} into group {group.GroupSnapshotId}, which nobody asked for, "
                + "so the group must not be used; have the driver mended");
        }
        if (group.ReadyToUse && group.Snapshots.Count is 0)
        {
            return Useless(status,
                $"the driver says that group {group.GroupSnapshotId} is ready and names no snapshot in it, so nothing can be made of it");
        }
        // A snapshot that does not say of which volume it is may be of any.
        var missing = volumes.Where(v => !group.Snapshots.Any(s => s.SourceVolumeId == v)).ToList();
        if (group.ReadyToUse && missing.Count > group.Snapshots.Count(s => s.SourceVolumeId.Length is 0))
        {
            return Useless(status,
                $"the driver says that group {group.GroupSnapshotId} is ready and names no snapshot of the volumes [{string.Join(' ', missing)}], "
                + "so the group is not complete; have the driver mended");
        }
        return new DriverAnswer<VolumeGroupSnapshotContent>(status.IsReady, status.Write, status.Handle);
    }

    /// <summary>
    /// What snapshots are in one that was there before us is known from the content, and the driver is asked how far it is; one that we have taken
    /// has to be of its volumes, whichever call tells of it. Its handle stays the one that was noted: a driver may have another way to write it.
    /// </summary>
    private static CsiResult<DriverAnswer<VolumeGroupSnapshotContent>> Found(DriverGroup? group, string handle, VolumeGroupSnapshotContent content)
    {
        if (group is null) return CsiError.Local($"the driver answered GetVolumeGroupSnapshot of {handle} without a group");
        if (content.Spec.Source?.VolumeHandles is { Length: > 0 } volumes)
        {
            group.GroupSnapshotId = handle;
            return Taken("GetVolumeGroupSnapshot", group, volumes);
        }
        var status = GroupStatus.Of(group) with { Handle = handle, Snapshots = [] };
        return new DriverAnswer<VolumeGroupSnapshotContent>(status.IsReady, status.Write, handle);
    }

    private static DriverAnswer<VolumeGroupSnapshotContent> Useless(GroupStatus status, string problem) =>
        new(false, (status with { IsReady = false, ClearsError = false }).Write, status.Handle, problem);
}
