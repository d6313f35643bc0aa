using Microsoft.Extensions.Logging;
using Sidecars.ExternalProvisioner.NodeDeployment;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Deletion;

/// <summary>
/// Deletes the volumes of our driver that nobody claims any more, and keeps our finalizer on the others as long as they may come
/// to that (provisioner contract 8). The order is fixed: the driver's volume first, then the object, then the finalizer; so a
/// crash between any two of them is made good by doing it again.
/// </summary>
internal sealed partial class VolumeReconciler(
    string driver, OwnNode? node, Caches caches, DriverDeletion atDriver, VolumeWriter objects, VolumeReports reports, ILogger<VolumeReconciler> log)
{
    /// <summary>Whom else it concerns that a volume is deleted.</summary>
    public IProvisionObserver? Observer { get; init; }

    public async ValueTask<Outcome> Reconcile(string name, CancellationToken stop)
    {
        if (caches.FindVolume(name) is not { } volume || !VolumeOwnership.IsOurs(volume, driver)) return Outcome.Done;
        if (node is not null && !NodeSelection.Reaches(volume.Spec.NodeAffinity, node.Place)) return Outcome.Done; // another node's
        if (VolumeOwnership.NeedsFinalizer(volume)) return await objects.Hold(volume, stop);
        if (VolumeOwnership.ShedsFinalizer(volume)) return await objects.LetGo(volume, stop);
        return VolumeOwnership.IsToBeDeleted(volume) ? await Delete(volume, stop) : Outcome.Done;
    }

    private async Task<Outcome> Delete(PersistentVolume volume, CancellationToken stop)
    {
        var started = reports.Time.GetTimestamp();
        if (await atDriver.Delete(volume, stop) is var (reason, isWait))
        {
            if (isWait) reports.Tell(volume, EventType.Normal, "VolumeDelete", reason);
            else
            {
                reports.CountFailure(volume);
                reports.Tell(volume, EventType.Warning, "VolumeFailedDelete", reason);
            }
            return Outcome.Retry(reason);
        }
        var outcome = await objects.Delete(volume, stop);
        if (outcome.Kind is OutcomeKind.Retry)
        {
            reports.CountFailure(volume);
            return outcome;
        }
        reports.CountSuccess(volume, started);
        Observer?.Deleted(volume);
        Log.Deleted(log, volume.Name, InTreeTranslation.HandleOf(volume));
        return outcome;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Deleted volume: {PV} {VolumeHandle}")]
        public static partial void Deleted(ILogger logger, string pv, string? volumeHandle);
    }
}
