using Csi.V1;
using Grpc.Core;
using Sidecars.Csi;
using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.ExternalSnapshotter.Requests;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalSnapshotter.Singles;

/// <summary>The calls of single snapshots (snapshotter contract 5 to 7).</summary>
internal sealed class SingleSnapshots(
    DriverFacts driver, SnapshotterOptions options, ContentCache<VolumeSnapshotContent> cache, ContentSecrets secrets, DriverCalls calls,
    TimeProvider time)
    : ISnapshots<VolumeSnapshotContent>
{
    private static readonly CompositionWords s_words = new("snapshot", "volumesnapshotclass.snapshot.storage.k8s.io", "volumesnapshot");

    private readonly Composition<VolumeSnapshotContent> _composition = new(s_words, cache, secrets, options.ExtraCreateMetadata);

    /// <summary>
    /// One that was there before us, one that was taken with its group, and one whose class is gone where the driver can be asked by the handle:
    /// how to take it is not known any more.
    /// </summary>
    public bool IsLookedAt(VolumeSnapshotContent content)
    {
        var view = cache.Kind.View(content);
        if (view.GivenHandle is not null) return true;
        if (view.NotedHandle is null) return false;
        if (view.IsOfGroup) return true;
        return view is { IsMember: false, ClassName.Length: > 0 } && cache.OurClassOf(view) is null && CanBeLookedAt(content);
    }

    public bool CanBeLookedAt(VolumeSnapshotContent content) =>
        driver.ListsSnapshots && cache.Kind.View(content) is { NotedHandle: not null } or { GivenHandle: not null };

    public async Task<(AskingOrder<VolumeSnapshotContent>? Order, Obstacle? Error)> ToTake(VolumeSnapshotContent content, CancellationToken stop)
    {
        var view = cache.Kind.View(content);
        var volume = content.Spec.Source?.VolumeHandle ?? "";
        if (!view.IsBound) return (null, Failed(CsiError.Local($"cannot create snapshot. Snapshot content {view.Name} not bound to a snapshot")));
        var (parts, error) = await _composition.OfTaking(view, stop);
        if (parts is null) return (null, error);
        var request = new CreateSnapshotRequest { Name = options.Naming.Of(view.Ref!.Uid!), SourceVolumeId = volume };
        request.Secrets.Add(parts.Secret.ToDictionary());
        request.Parameters.Add(parts.Parameters.ToDictionary());
        return (new AskingOrder<VolumeSnapshotContent>(Make, Failed), null);

        async Task<CsiResult<DriverAnswer<VolumeSnapshotContent>>> Make(CancellationToken end) =>
            (await calls.Create(request, end)).Map(a => Taken(content, a.Snapshot, volume));

        string Failed(CsiError failure) => $"failed to take snapshot of the volume {volume}: {GoQuote.Quote(failure.Text)}";
    }

    public async Task<(AskingOrder<VolumeSnapshotContent>? Order, Obstacle? Error)> ToLookAt(VolumeSnapshotContent content, CancellationToken stop)
    {
        var view = cache.Kind.View(content);
        var handle = view.NotedHandle ?? view.GivenHandle ?? "";
        if (handle.Length is 0) return (null, Failed(CsiError.Local("snapshotHandle is missing"))); // a list without it is a list of all
        var (values, error) = await SecretToLookAt(view, stop);
        if (values is null) return (null, error);
        // Who cannot be asked has what was imported.
        if (!driver.ListsSnapshots)
        {
            var assumed = new SingleStatus { Handle = handle, IsReady = true, CreationTime = DriverTime.Nanoseconds(time.GetUtcNow()) };
            return (new AskingOrder<VolumeSnapshotContent>(
                _ => Task.FromResult<CsiResult<DriverAnswer<VolumeSnapshotContent>>>(Answer(assumed)), Failed), null);
        }
        var mayBeOfGroup = view.GivenHandle is not null || view.IsOfGroup || view.IsMember;
        var request = new ListSnapshotsRequest { SnapshotId = handle };
        request.Secrets.Add(values.ToDictionary());
        return (new AskingOrder<VolumeSnapshotContent>(Make, Failed), null);

        async Task<CsiResult<DriverAnswer<VolumeSnapshotContent>>> Make(CancellationToken end) =>
            (await calls.List(request, end)).Map(a => Found(a, handle, mayBeOfGroup));

        string Failed(CsiError failure) => $"failed to list snapshot for content {view.Name}: {GoQuote.Quote(failure.Text)}";
    }

    public async Task<(DeletingOrder? Order, Obstacle? Error)> ToDelete(VolumeSnapshotContent content, string handle, CancellationToken stop)
    {
        var (values, error) = await _composition.OfDeleting(cache.Kind.View(content), stop);
        if (values is null) return (null, error);
        var request = new DeleteSnapshotRequest { SnapshotId = handle };
        request.Secrets.Add(values.ToDictionary());
        return (async end => (await calls.Delete(request, end)).Error, null);
    }

    /// <summary>One that was there before us is looked at by what its class says, one of a group by what is noted on it.</summary>
    private async Task<SecretValues> SecretToLookAt(ContentView view, CancellationToken stop)
    {
        if (view.GivenHandle is null) return await _composition.OfAskingAgain(view, ClassSecret.SnapshotterList, stop);
        if (!view.IsOfGroup) return await _composition.OfLooking(view, ClassSecret.SnapshotterList, stop);
        return _composition.MissingClass(view) is { } missing ? missing : await secrets.Noted(view, stop);
    }

    private CsiResult<DriverAnswer<VolumeSnapshotContent>> Taken(VolumeSnapshotContent content, Snapshot? snapshot, string volume)
    {
        if (snapshot is not { SnapshotId.Length: > 0 })
            return CsiError.Local("the driver answered CreateSnapshot without a snapshot, or with one that has no id");
        var status = SingleStatus.Of(snapshot, snapshot.SnapshotId);
        if (snapshot.SourceVolumeId.Length is 0 || snapshot.SourceVolumeId == volume) return Answer(status);
        // Whose handle it is already is asked before it is noted: with this content that snapshot would go.
        if (cache.OtherWith(content, snapshot.SnapshotId) is not null)
        {
            return new CsiError(StatusCode.AlreadyExists,
                $"the driver answered with snapshot {snapshot.SnapshotId} of volume {snapshot.SourceVolumeId} "
                + $"instead of one of volume {volume}; another content has that one, so it has two snapshots of one name: "
                + "make names longer (--snapshot-name-uuid-length), or have the driver mended");
        }
        var problem = $"the driver took snapshot {snapshot.SnapshotId} of volume {snapshot.SourceVolumeId} instead of volume {volume}, "
            + "so it must not be used; have the driver mended";
        return new DriverAnswer<VolumeSnapshotContent>(false, (status with { IsReady = false, ClearsError = false }).Write, status.Handle, problem);
    }

    /// <summary>
    /// The one that was asked for. A driver that answers with one other has its own way to write the handle; among several that would be a guess.
    /// </summary>
    private static CsiResult<DriverAnswer<VolumeSnapshotContent>> Found(ListSnapshotsResponse answer, string handle, bool mayBeOfGroup)
    {
        var all = answer.Entries.Select(e => e.Snapshot).OfType<Snapshot>().ToList();
        var found = all.Find(s => s.SnapshotId == handle) ?? (all.Count is 1 ? all[0] : null);
        if (found is null) return CsiError.Local($"can not find snapshot for snapshotID {handle}");
        // One that was taken alone is deleted alone, whatever group its driver keeps it in.
        return Answer(SingleStatus.Of(found, handle) with { GroupHandle = mayBeOfGroup ? found.GroupSnapshotId : null });
    }

    private static DriverAnswer<VolumeSnapshotContent> Answer(SingleStatus status) => new(status.IsReady, status.Write, status.Handle);
}
