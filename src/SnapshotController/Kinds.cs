using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Json;

namespace Sidecars.SnapshotController;

/// <summary>A kind that is not there, or cannot be read.</summary>
/// <param name="Kind">Its plural name.</param>
/// <param name="Failure">What the server said.</param>
internal sealed record MissingKind(string Kind, ApiFailure Failure);

/// <summary>Finds out whether the cluster serves the kinds that the controller works on, which are no part of every cluster.</summary>
internal static class Kinds
{
    public static readonly IReadOnlyList<string> OfSnapshots =
        [Resources.VolumeSnapshots.CollectionPath, Resources.VolumeSnapshotClasses.CollectionPath, Resources.VolumeSnapshotContents.CollectionPath];

    public static readonly IReadOnlyList<string> OfGroups =
        [Resources.VolumeGroupSnapshots.CollectionPath, Resources.VolumeGroupSnapshotClasses.CollectionPath,
            Resources.VolumeGroupSnapshotContents.CollectionPath];

    /// <summary>The first of the kinds that cannot be read, or null.</summary>
    public static async Task<MissingKind?> Missing(ApiClient api, IReadOnlyList<string> paths, CancellationToken stop)
    {
        foreach (var path in paths)
        {
            var listed = await api.SendAsync(HttpMethod.Get, $"{path}?limit=1", KubeJson.Default.MetadataOnly, default, null, stop);
            if (listed.Failure is { } failure) return new MissingKind(path[(path.LastIndexOf('/') + 1)..], failure);
        }
        return null;
    }
}
