using Microsoft.Extensions.Logging;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>
/// Takes the finalizer that protects the source of a restore off snapshots from which nothing is restored any more, at the start and then
/// every <c>--snapshot-orphan-sweep-interval</c> (provisioner contract 9.2). Snapshots are listed for each sweep, by their metadata alone,
/// and not kept; before any is let go of, the claims are asked for once more. A cluster without snapshots is looked at again; one that does
/// not let us list them is not.
/// </summary>
internal sealed partial class SnapshotSweep(SourceUsers users, SourceHold hold, ApiClient api, TimeSpan interval, TimeProvider time, ILogger<SnapshotSweep> log)
{
    private static readonly TimeSpan s_leastPeriod = TimeSpan.FromSeconds(1);
    private static readonly Func<PersistentVolumeClaim, bool> s_none = static _ => false;

    private readonly FullList<MetadataOnly> _snapshots = new(api, SourceHold.Snapshots);
    private readonly FullList<PersistentVolumeClaim> _claims = new(api, Resources.PersistentVolumeClaims);

    public async Task RunAsync(CancellationToken stop)
    {
        using var period = new PeriodicTimer(interval < s_leastPeriod ? s_leastPeriod : interval < TimeLimit.Longest ? interval : TimeLimit.Longest, time);
        while (await Sweep(stop)) await period.WaitForNextTickAsync(stop);
    }

    /// <summary>One sweep; false where no further one would do any good.</summary>
    private async Task<bool> Sweep(CancellationToken stop)
    {
        var unwanted = new Dictionary<ObjectKey, MetadataOnly>();
        var failure = await _snapshots.ForEach(item =>
        {
            if (item.Readable is not { } snapshot) Log.Unreadable(log, SourceHold.Snapshots.Plural, item.Unreadable!.Key, item.Unreadable.What);
            else if (snapshot.HasFinalizer(SourceProtection.SnapshotFinalizer) && !users.HasRestoreOf(snapshot.Key, s_none)) unwanted[snapshot.Key] = snapshot;
        }, stop);
        // Our view of the claims may be older than the protection, which another driver's provisioner puts on for a claim that is there by then.
        if (failure is null && unwanted.Count > 0)
        {
            failure = await _claims.ForEach(item =>
            {
                if (item.Part is { } claim && SourceProtection.RestoredFrom(claim) is { } source && users.Counts(claim, source)) unwanted.Remove(source);
                if (item.Unreadable is { } unreadable) Keep(unreadable, unwanted);
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

    /// <summary>What such a claim is filled from may be the very thing that cannot be read: the snapshots beside it are kept.</summary>
    private void Keep(UnreadableObject claim, Dictionary<ObjectKey, MetadataOnly> unwanted)
    {
        foreach (var key in unwanted.Keys.Where(key => key.Namespace == claim.Key.Namespace).ToArray()) unwanted.Remove(key);
        Log.Unreadable(log, Resources.PersistentVolumeClaims.Plural, claim.Key, claim.What);
    }

    private async Task Release(MetadataOnly snapshot, CancellationToken stop)
    {
        var (isOff, failure) = await hold.Release(snapshot.Key, snapshot.Uid, s_none, stop);
        if (isOff) Log.Released(log, snapshot.Key);
        else if (failure is { IsNotFound: false }) Log.NotReleased(log, snapshot.Key, failure.ToString());
    }

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

        [LoggerMessage(5, LogLevel.Warning,
            "An object cannot be read: source protection stays on where it may be needed by it, correct it, or report this if it is as the API wants it {Resource} {Object} {Err}")]
        public static partial void Unreadable(ILogger logger, string resource, ObjectKey @object, string err);
    }
}
