using Sidecars.ExternalProvisioner.Metrics;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Claims;

/// <summary>Tells users, by events on their claims, and dashboards, by counters, what becomes of claims (provisioner contract 9).</summary>
internal sealed class ClaimReports(EventRecorder events, OperationMetrics metrics, TimeProvider time)
{
    /// <summary>The clock of durations.</summary>
    public TimeProvider Time => time;

    public void Tell(PersistentVolumeClaim claim, EventType type, string reason, string message, string? component = null) =>
        events.Record(ObjectReference.To(claim, "PersistentVolumeClaim", "v1"), type, reason, message, component);

    /// <summary>The claim waits for long: when it is looked at again at the latest, and why it has no volume yet.</summary>
    public void TellWait(PersistentVolumeClaim claim, TimeSpan delay, string reason) =>
        Tell(claim, EventType.Normal, "ProvisioningDelayed", $"the next attempt follows in {GoDuration.Format(delay)}, or as soon as the claim is changed or its class made anew: {reason}");

    /// <summary>Every attempt that made no volume counts, also one that found nothing to do: dashboards built on the original expect it so.</summary>
    public void CountFailure(PersistentVolumeClaim claim) => metrics.ProvisionFailed(claim.Spec.StorageClassName, claim.Spec.DataSource?.Kind);

    /// <param name="claim">The claim that has its volume.</param>
    /// <param name="started">When the attempt began, a time stamp of <see cref="Time"/>.</param>
    public void CountSuccess(PersistentVolumeClaim claim, long started) =>
        metrics.Provisioned(claim.Spec.StorageClassName, claim.Spec.DataSource?.Kind, time.GetElapsedTime(started));
}
