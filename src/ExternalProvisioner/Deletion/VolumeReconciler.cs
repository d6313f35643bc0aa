using System.Collections.Concurrent;
using Csi.V1;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.ExternalProvisioner.Metrics;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Deletion;

/// <summary>
/// Deletes the volumes of our driver that nobody claims any more, and keeps our finalizer on the others as long as they may come
/// to that (provisioner contract 8). The order is fixed: the driver's volume first, then the object, then the finalizer; so a
/// crash between any two of them is made good by doing it again. Within one process the driver is asked once: a later step that
/// fails is repeated alone.
/// </summary>
internal sealed partial class VolumeReconciler(
    DriverFacts driver, TimeSpan timeout, Caches caches, ApiClient api, Controller.ControllerClient controller, CsiCall calls, DeletionSecrets secrets,
    EventRecorder events, OperationMetrics metrics, TimeProvider time, ILogger<VolumeReconciler> log)
{
    // Volumes the driver has deleted, by the uid of their object, until the object is gone too.
    private readonly ConcurrentDictionary<string, byte> _deletedAtDriver = new(StringComparer.Ordinal);

    /// <summary>To be told when an object is gone, so that nothing is remembered of it.</summary>
    public void Forget(PersistentVolume gone) => _deletedAtDriver.TryRemove(gone.Uid, out _);

    public async ValueTask<Outcome> Reconcile(string name, CancellationToken stop)
    {
        if (caches.Volumes.Find(new ObjectKey(null, name)) is not { } volume) return Outcome.Done;
        if (!VolumeOwnership.IsOurs(volume, driver.Name)) return Outcome.Done;

        if (VolumeOwnership.NeedsFinalizer(volume)) return await Patch(volume, FinalizerPatch.Add(volume.Metadata.Finalizers, WellKnown.VolumeFinalizer), stop);
        if (VolumeOwnership.ShedsFinalizer(volume)) return await Patch(volume, FinalizerPatch.Remove(volume.Metadata.Finalizers!, WellKnown.VolumeFinalizer), stop);
        if (!VolumeOwnership.IsToBeDeleted(volume)) return Outcome.Done;
        return await Delete(volume, stop);
    }

    private async Task<Outcome> Delete(PersistentVolume volume, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        if (!_deletedAtDriver.ContainsKey(volume.Uid) && await DeleteAtDriver(volume, stop) is { } problem)
        {
            metrics.DeleteFailed(volume.Spec.StorageClassName);
            events.Record(ObjectReference.To(volume, "PersistentVolume", "v1"), EventType.Warning, "VolumeFailedDelete", problem);
            return Outcome.Retry(problem);
        }

        _deletedAtDriver[volume.Uid] = 0;
        var deleted = await api.DeleteAsync(Resources.PersistentVolumes, volume.Key, stop);
        if (!deleted.IsSuccess && !deleted.Failure.IsNotFound)
        {
            metrics.DeleteFailed(volume.Spec.StorageClassName);
            return Outcome.Retry($"deleting PersistentVolume {volume.Name} after its volume was deleted: {deleted.Failure}");
        }
        var outcome = volume.Metadata.Finalizers is null or [] ? Gone(volume)
            : !volume.HasFinalizer(WellKnown.VolumeFinalizer) ? Outcome.Done // held by others, and no longer our concern
            : await Patch(volume, FinalizerPatch.Remove(volume.Metadata.Finalizers!, WellKnown.VolumeFinalizer), stop);
        if (outcome.Kind is OutcomeKind.Retry)
        {
            metrics.DeleteFailed(volume.Spec.StorageClassName);
            return outcome;
        }
        metrics.Deleted(volume.Spec.StorageClassName, time.GetElapsedTime(started));
        Log.Deleted(log, volume.Name, volume.Spec.Csi!.VolumeHandle);
        return outcome;
    }

    /// <summary>Null is success.</summary>
    private async Task<string?> DeleteAtDriver(PersistentVolume volume, CancellationToken stop)
    {
        if (volume.Spec.Csi is not { VolumeHandle: { } handle }) return "invalid CSI PV";
        if (CapabilityCheck.Basic(driver.Plugin, driver.Controller) is { } refused) return refused;
        // Before any secret is fetched: an attached volume is the common case of a delayed deletion.
        if (driver.Attaches && caches.AttachmentsByVolume.First(volume.Name) is { } attachment)
            return $"persistentvolume {volume.Name} is still attached to node {attachment.Spec.NodeName}";

        var (values, error) = await secrets.Of(volume, stop);
        if (error is not null) return error;
        var request = new DeleteVolumeRequest { VolumeId = handle };
        if (values is not null) request.Secrets.Add(values.ToDictionary());
        var answer = await calls.InvokeAsync(controller.DeleteVolumeAsync, request, timeout, stop);
        return answer.IsOk ? null : answer.Error.Text;
    }

    private async Task<Outcome> Patch(PersistentVolume volume, ReadOnlyMemory<byte> patch, CancellationToken stop)
    {
        var patched = await api.PatchAsync(Resources.PersistentVolumes, volume.Key, null, patch, MediaTypes.StrategicMergePatch, stop);
        if (patched.IsSuccess)
        {
            // What is left of an object that was only held by our finalizer is its last state, not a new one.
            if (patched.Value.IsBeingDeleted && patched.Value.Metadata.Finalizers is null or []) return Gone(patched.Value);
            caches.Volumes.Fold(patched.Value);
            return Outcome.Done;
        }
        return patched.Failure.IsNotFound ? Gone(volume) : Outcome.Retry($"changing the finalizer of PersistentVolume {volume.Name}: {patched.Failure}");
    }

    /// <summary>The watch will say so too, but a further event of before that must not delete the volume a second time.</summary>
    private Outcome Gone(PersistentVolume volume)
    {
        caches.Volumes.FoldDeletion(volume.Key, volume.Uid);
        return Outcome.Done;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Deleted volume: {PV} {VolumeHandle}")]
        public static partial void Deleted(ILogger logger, string pv, string? volumeHandle);
    }
}
