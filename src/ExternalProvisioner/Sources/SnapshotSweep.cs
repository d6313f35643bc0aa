using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>
/// Takes the finalizer that protects the source of a restore off snapshots from which nothing is restored any more, at the start and then
/// every <c>--snapshot-orphan-sweep-interval</c> (provisioner contract 9.2). Snapshots are listed for each sweep, by their metadata alone,
/// and not kept; before any is let go of, the claims are asked for once more. A cluster without snapshots is looked at again; one that does
/// not let us list them is not.
/// </summary>
internal sealed partial class SnapshotSweep(Caches caches, InProgressClaims inProgress, ApiClient api, TimeSpan interval, TimeProvider time, ILogger<SnapshotSweep> log)
{
    private const int PageSize = 500;

    private static readonly Resource<MetadataOnly> s_snapshots =
        new("/apis/snapshot.storage.k8s.io/v1", "volumesnapshots", true, KubeJson.Default.MetadataOnly, KubeJson.Default.MetadataOnlyList);

    private static readonly ObjectChange s_release = ObjectChange.RemoveFinalizer(SourceProtection.SnapshotFinalizer);

    private static readonly TimeSpan s_leastPeriod = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stop)
    {
        using var period = new PeriodicTimer(interval < s_leastPeriod ? s_leastPeriod : interval < TimeLimit.Longest ? interval : TimeLimit.Longest, time);
        while (await Sweep(stop)) await period.WaitForNextTickAsync(stop);
    }

    /// <summary>One sweep; false where no further one would do any good.</summary>
    private async Task<bool> Sweep(CancellationToken stop)
    {
        var unwanted = new Dictionary<ObjectKey, MetadataOnly>();
        var failure = await ForEach(s_snapshots, snapshot =>
        {
            if (snapshot.HasFinalizer(SourceProtection.SnapshotFinalizer) && !IsWanted(snapshot)) unwanted[snapshot.Key] = snapshot;
        }, stop);
        // Our view of the claims may be older than the protection, which another driver's provisioner puts on for a claim that is there by then.
        if (failure is null && unwanted.Count > 0)
        {
            failure = await ForEach(Resources.PersistentVolumeClaims, claim =>
            {
                if (SourceProtection.RestoredFrom(claim) is { } source) unwanted.Remove(source);
            }, stop);
        }
        if (failure is null)
        {
            foreach (var snapshot in unwanted.Values) await Release(snapshot, stop);
            return true;
        }
        if (failure.IsForbidden) Log.MayNotList(log, failure.ToString());
        else if (!failure.IsNotFound) Log.NotListed(log, failure.ToString());
        return !failure.IsForbidden;
    }

    /// <summary>Reads all objects of a kind, page by page.</summary>
    private async Task<ApiFailure?> ForEach<T>(Resource<T> resource, Action<T> take, CancellationToken stop) where T : KubeObject
    {
        for (string? next = null; ;)
        {
            var page = await api.SendAsync(HttpMethod.Get, PathOf(resource.CollectionPath, next), resource.List!, default, null, stop);
            if (!page.IsSuccess) return page.Failure;
            foreach (var item in page.Value.Items ?? []) take(item);
            next = page.Value.Metadata.Continue;
            if (string.IsNullOrEmpty(next)) return null;
        }
    }

    /// <summary>Whether a claim waits to be filled from it, be it one that is gone and for which the driver may still be at work.</summary>
    private bool IsWanted(MetadataOnly snapshot) =>
        caches.PendingRestores.First(snapshot.Key.ToString()) is not null
        || inProgress.All.Any(claim => SourceProtection.RestoredFrom(claim) == snapshot.Key);

    private async Task Release(MetadataOnly snapshot, CancellationToken stop)
    {
        var written = await api.UpdateAsync(s_snapshots, snapshot.Key, snapshot.Uid, s_release, null, stop);
        if (written.IsSuccess) Log.Released(log, snapshot.Key);
        else if (!written.Failure.IsNotFound) Log.NotReleased(log, snapshot.Key, written.Failure.ToString());
    }

    private static string PathOf(string collection, string? next) =>
        $"{collection}?limit={PageSize}{(next is { Length: > 0 } ? $"&continue={Uri.EscapeDataString(next)}" : "")}";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Took the source protection off the snapshot {VolumeSnapshot}")]
        public static partial void Released(ILogger logger, ObjectKey volumeSnapshot);

        [LoggerMessage(2, LogLevel.Warning, "Cannot take the source protection off the snapshot, the next sweep tries again {VolumeSnapshot} {Err}")]
        public static partial void NotReleased(ILogger logger, ObjectKey volumeSnapshot, string err);

        [LoggerMessage(3, LogLevel.Warning, "Cannot list snapshots and the claims restored from them, the next sweep tries again {Err}")]
        public static partial void NotListed(ILogger logger, string err);

        [LoggerMessage(4, LogLevel.Information, "No sweep of left-over source protection: snapshots may not be listed {Err}")]
        public static partial void MayNotList(ILogger logger, string err);
    }
}
