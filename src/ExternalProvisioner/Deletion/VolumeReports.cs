using Sidecars.ExternalProvisioner.Metrics;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Deletion;

/// <summary>Tells users, by events on their volumes, and dashboards, by counters, what becomes of deletions (provisioner contract 9).</summary>
internal sealed class VolumeReports(EventRecorder events, OperationMetrics metrics, TimeProvider time)
{
    /// <summary>The clock of durations.</summary>
    public TimeProvider Time => time;

    public void Tell(PersistentVolume volume, EventType type, string reason, string message) =>
        events.Record(ObjectReference.To(volume, "PersistentVolume", "v1"), type, reason, message);

    public void CountFailure(PersistentVolume volume) => metrics.DeleteFailed(volume.Spec.StorageClassName);

    /// <param name="volume">The volume that is gone.</param>
    /// <param name="started">When the attempt began, a time stamp of <see cref="Time"/>.</param>
    public void CountSuccess(PersistentVolume volume, long started) => metrics.Deleted(volume.Spec.StorageClassName, time.GetElapsedTime(started));
}
