using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Control;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>
/// Unpublishes what attachments that vanished have left behind, before the detach lane turns to the attachment that has the name now.
/// Where another attachment answers for the same volume on the same node, its own detach does it, and nothing is taken from under it.
/// </summary>
internal sealed partial class AbandonedReconciler(
    Caches caches, DriverCalls calls, AbandonedVolumes abandoned, string finalizer,
    Func<string, CancellationToken, ValueTask<Outcome>> next, ILogger<AbandonedReconciler> log)
{
    public async ValueTask<Outcome> Reconcile(string name, CancellationToken stop)
    {
        string? failed = null;
        foreach (var volume in abandoned.Of(name)) failed = await Unpublish(volume, stop) ?? failed;
        var outcome = await next(name, stop);
        return outcome.Kind is OutcomeKind.Done && failed is not null ? Outcome.Retry(failed) : outcome;
    }

    /// <summary>Null, or why the volume still counts as published.</summary>
    private async ValueTask<string?> Unpublish(AbandonedVolume volume, CancellationToken stop)
    {
        var (attachment, request) = (volume.Of, volume.Order.Request);
        if (Heir(attachment) is { } heir)
        {
            Log.Inherited(log, attachment.Name, request.VolumeId, request.NodeId, heir.Uid);
        }
        else
        {
            var answer = await calls.Unpublish(volume.Order, stop);
            if (!answer.IsOk)
                return $"VolumeAttachment {attachment.Name} (uid {attachment.Uid}) vanished while its volume {request.VolumeId} was published to node {request.NodeId}, and it cannot be unpublished: {answer.Error.Text}";
            Log.Unpublished(log, attachment.Name, request.VolumeId, request.NodeId);
        }
        abandoned.Remove(volume);
        return null;
    }

    /// <summary>
    /// The attachment that answers for the volume on that node by now. One of the same name does so from its mark on: before that it is not
    /// published, as one name is never in two hands.
    /// </summary>
    private VolumeAttachment? Heir(VolumeAttachment gone)
    {
        var same = caches.FindAttachment(gone.Name);
        IEnumerable<VolumeAttachment> candidates = gone.Spec.Source?.PersistentVolumeName is { } volume ? caches.AttachmentsByVolume.All(volume)
            : same?.Spec.Source?.InlineVolumeSpec?.Csi?.VolumeHandle == gone.Spec.Source?.InlineVolumeSpec?.Csi?.VolumeHandle && same is not null ? [same]
            : [];
        return candidates.FirstOrDefault(a => a.Uid != gone.Uid && a.Spec.NodeName == gone.Spec.NodeName && (a.Name != gone.Name || a.HasFinalizer(finalizer)));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Unpublished the volume of an attachment that vanished {VolumeAttachment} {VolumeHandle} {NodeID}")]
        public static partial void Unpublished(ILogger logger, string volumeAttachment, string volumeHandle, string nodeID);

        [LoggerMessage(2, LogLevel.Information, "The volume of an attachment that vanished belongs to another one on that node now {VolumeAttachment} {VolumeHandle} {NodeID} {UID}")]
        public static partial void Inherited(ILogger logger, string volumeAttachment, string volumeHandle, string nodeID, string uid);
    }
}
