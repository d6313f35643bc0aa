using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Migration;

namespace Sidecars.ExternalAttacher.Volumes;

/// <summary>
/// Lets go of a volume that is being deleted, or that went back to its built-in plugin, once none of our attachments names it
/// (attacher contract 13). The end of the last attachment brings the volume here again.
/// </summary>
internal sealed partial class VolumeReconciler(DriverFacts driver, Caches caches, VolumeMarks marks, ILogger<VolumeReconciler> log)
{
    public async ValueTask<Outcome> Reconcile(string name, CancellationToken stop)
    {
        if (caches.FindVolume(name) is not { } volume || !IsToBeReleased(volume, driver)) return Outcome.Done;
        var (keeper, error) = await marks.Remove(volume, stop);
        if (error is not null) return Outcome.Retry($"cannot take finalizer {driver.Finalizer} off PersistentVolume {name}: {error}");
        if (keeper is null) Log.Released(log, name);
        else Log.StillAttached(log, name, keeper.Name);
        return Outcome.Done;
    }

    /// <summary>Whether the volume carries our mark for nothing, apart from attachments.</summary>
    public static bool IsToBeReleased(PersistentVolume volume, DriverFacts driver) =>
        volume.HasFinalizer(driver.Finalizer)
        && (volume.IsBeingDeleted || (volume.Spec.IsMigratable && volume.Annotation(MigrationMarks.MigratedTo) != driver.Name));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The volume is kept while an attachment names it {PV} {VolumeAttachment}")]
        public static partial void StillAttached(ILogger logger, string pv, string volumeAttachment);

        [LoggerMessage(2, LogLevel.Information, "Took the finalizer off the volume {PV}")]
        public static partial void Released(ILogger logger, string pv);
    }
}
