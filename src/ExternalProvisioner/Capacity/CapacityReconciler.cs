using Csi.V1;
using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>
/// Brings the objects of one item to what they should be (provisioner contract 9.3): exactly one that says what the driver answers, or none where the item is no
/// more. Everything about an item goes by its one key, so that no two tasks ever write for the same item.
/// </summary>
internal sealed partial class CapacityReconciler(CapacityWork work, CapacityObjects objects, Caches caches, DriverCalls driver, ILogger<CapacityReconciler> log)
{
    public async ValueTask<Outcome> Reconcile(string key, CancellationToken stop)
    {
        var known = objects.Of(key);
        var item = work.Find(key);
        if (item is not null && caches.Classes.IsUnreadable(new ObjectKey(null, item.StorageClass))) return Outcome.Done; // it is there, and tells when it can be read again
        if (item is null || caches.FindClass(item.StorageClass) is not { } storageClass) return await Delete(key, known, stop) ?? Outcome.Done;
        var tooMany = await Delete(key, known.Skip(1), stop); // the one that stays is kept up to date all the same

        var answer = await driver.Capacity(Request(item, storageClass), stop);
        if (!answer.IsOk) return Outcome.Retry($"the driver does not say the capacity of {key}: {answer.Error.Text}");
        var (capacity, largest) = (answer.Response.AvailableCapacity, answer.Response.MaximumVolumeSize);
        if (capacity < 0) return Outcome.Retry($"the driver says that the capacity of {key} is {capacity}, which is a fault of the driver");
        var outcome = await Publish(item, known is [var kept, ..] ? kept : null, Quantity.FromBytes(capacity), largest is { } size ? Quantity.FromBytes(size) : null, stop);
        return outcome.Kind is OutcomeKind.Done ? tooMany ?? outcome : outcome;
    }

    private static GetCapacityRequest Request(CapacityItem item, StorageClass storageClass)
    {
        var request = new GetCapacityRequest();
        foreach (var (key, value) in storageClass.Parameters ?? StringMap.Empty) request.Parameters[key] = value;
        if (!item.Segment.Equals(TopologyTerm.Everywhere)) request.AccessibleTopology = item.Segment.ToCsi();
        return request;
    }

    private async Task<Outcome> Publish(CapacityItem item, CsiStorageCapacity? known, Quantity capacity, Quantity? largest, CancellationToken stop)
    {
        if (known is not null && objects.IsCurrent(known, capacity, largest)) return Outcome.Done;
        var problem = known is null ? await objects.Create(item, capacity, largest, stop) : await objects.Update(known, capacity, largest, stop);
        if (problem is not null) return Outcome.Retry(problem);
        Log.Published(log, item.Key, capacity, largest);
        return Outcome.Done;
    }

    /// <summary>Null where all are gone.</summary>
    private async Task<Outcome?> Delete(string key, IEnumerable<CsiStorageCapacity> unwanted, CancellationToken stop)
    {
        foreach (var item in unwanted)
        {
            if (await objects.Delete(item, stop) is { } problem) return Outcome.Retry(problem);
            Log.Deleted(log, item.Key, key);
        }
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Published capacity: {Item} {Capacity} {MaximumVolumeSize}")]
        public static partial void Published(ILogger logger, string item, Quantity capacity, Quantity? maximumVolumeSize);

        [LoggerMessage(2, LogLevel.Information, "Deleted an object of capacity that nothing needs: {CSIStorageCapacity} {Item}")]
        public static partial void Deleted(ILogger logger, ObjectKey csiStorageCapacity, string item);
    }
}
