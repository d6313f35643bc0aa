using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.Kubernetes.Objects;
using Sidecars.ExternalAttacher.Requests;
using Sidecars.Kubernetes.Control;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>
/// Detaches (attacher contract 9). An attachment that carries our mark is never let go before the driver has said that the volume is
/// unpublished, be it that it was never attached: a publish call may have taken effect all the same. No error of the driver counts
/// as success.
/// </summary>
internal sealed partial class DetachReconciler(
    Caches caches, OrderComposer composer, DriverCalls calls, AttachmentWriter writer, AttachmentMemory memory, string finalizer, ILogger<DetachReconciler> log)
{
    public async ValueTask<Outcome> Reconcile(string name, CancellationToken stop)
    {
        if (caches.FindAttachment(name) is not { IsBeingDeleted: true } attachment) return Outcome.Done;
        if (!attachment.HasFinalizer(finalizer) && !memory.Forced.Contains(attachment)) return Outcome.Done;

        var (order, error) = await composer.ToUnpublish(attachment, stop);
        if (order is null) return await Failed(attachment, CsiError.Local(error!), stop);
        var answer = await calls.Unpublish(order, stop);
        if (!answer.IsOk) return await Failed(attachment, answer.Error, stop);

        // The attachment may have changed while the driver worked; the mark is taken off what is there now.
        var written = await writer.Detached(caches.FindAttachment(name) is { } now && now.Uid == attachment.Uid ? now : attachment, stop);
        if (written.Failure is { } failure) return await Failed(attachment, CsiError.Local($"could not mark as detached: {failure.Message}"), stop);
        memory.Forced.Remove(attachment);
        memory.Waiting.Finished(attachment);
        Log.Detached(log, name, order.Request.VolumeId, order.Request.NodeId);
        return Outcome.Done;
    }

    private async Task<Outcome> Failed(VolumeAttachment attachment, CsiError error, CancellationToken stop)
    {
        var written = await writer.DetachFailed(attachment, error, stop);
        if (written.IsGone) return Outcome.Done;
        if (written.Failure is { } failure) Log.ErrorNotSaved(log, attachment.Name, failure.ToString());
        return memory.Waiting.Failed(attachment, error.Text);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Detached {VolumeAttachment} {VolumeHandle} {NodeID}")]
        public static partial void Detached(ILogger logger, string volumeAttachment, string volumeHandle, string nodeID);

        [LoggerMessage(2, LogLevel.Error, "Failed to save the detach error {VolumeAttachment} {Err}")]
        public static partial void ErrorNotSaved(ILogger logger, string volumeAttachment, string err);
    }
}
