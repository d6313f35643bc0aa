using Csi.V1;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>
/// Finds what a volume is to be filled from (provisioner contract 5.1, step 8). Everything is read live: it is needed once for each such claim, and what
/// a store would have to keep for it of every claim and volume is needed by nobody else.
/// </summary>
internal sealed class SourceLookup(ApiClient api, SourceOptions options, InProgressClaims inProgress)
{
    /// <summary>The source, or what is wrong with it.</summary>
    public Task<(FoundSource? Found, string? Problem)> Find(RequestDraft request, DataSource source, CancellationToken stop)
    {
        var key = new ObjectKey(source.Namespace, source.Name!);
        return source.Kind is SourceKinds.Snapshot ? Snapshot(request, key, stop) : Claim(request, key, stop);
    }

    private async Task<(FoundSource?, string?)> Snapshot(RequestDraft request, ObjectKey key, CancellationToken stop)
    {
        var read = await api.GetAsync(Resources.VolumeSnapshots, key, stop);
        if (!read.IsSuccess) return (null, $"error getting snapshot {key.Name} from api server: {read.Failure}");
        var snapshot = read.Value;
        if (SnapshotRestore.Problem(snapshot) is { } unusable) return (null, unusable);

        var contentName = snapshot.Status!.BoundVolumeSnapshotContentName!;
        var content = await api.GetAsync(Resources.VolumeSnapshotContents, new ObjectKey(null, contentName), stop);
        if (!content.IsSuccess) return (null, $"error getting snapshotcontent {contentName} for snapshot {key.Name}: {content.Failure}");
        if (SnapshotRestore.Problem(snapshot, content.Value, request, options.PreventsModeConversion) is { } unfit) return (null, unfit);
        var told = new VolumeContentSource { Snapshot = new() { SnapshotId = content.Value.Status!.SnapshotHandle! } };
        return (new FoundSource(told, SourceKinds.Snapshot, snapshot), null);
    }

    private async Task<(FoundSource?, string?)> Claim(RequestDraft request, ObjectKey key, CancellationToken stop)
    {
        var read = await api.GetAsync(Resources.PersistentVolumeClaims, key, stop);
        if (!read.IsSuccess) return (null, $"error getting PVC {key.Name} (namespace \"{key.Namespace}\") from api server: {read.Failure}");
        var source = read.Value;
        if (CloneSource.Problem(source, request, inProgress.Find(request.Claim.Uid) is not null || request.Noted is not null) is { } unusable) return (null, unusable);

        var volume = await api.GetAsync(Resources.PersistentVolumes, new ObjectKey(null, source.Spec.VolumeName!), stop);
        if (!volume.IsSuccess) return (null, CloneSource.Invalid($"error getting its volume {source.Spec.VolumeName}: {volume.Failure}"));
        if (CloneSource.Problem(volume.Value, source, request) is { } unfit) return (null, unfit);
        var told = new VolumeContentSource { Volume = new() { VolumeId = volume.Value.Spec.Csi!.VolumeHandle ?? "" } };
        return (new FoundSource(told, SourceKinds.Claim, source), null);
    }
}
