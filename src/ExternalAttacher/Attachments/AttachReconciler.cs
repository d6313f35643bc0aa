using System.Text;
using Google.Protobuf.Collections;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.Kubernetes.Objects;
using Sidecars.ExternalAttacher.Requests;
using Sidecars.Kubernetes.Control;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>
/// Attaches (attacher contract 8): composes the call, marks the attachment so that it cannot go without being detached, publishes,
/// and notes the outcome. A node that came back under its old name is left by its former id first: the note of that id is all that is known
/// of what may be published there. An attachment counts as attached only after the driver said so; whatever else it said leaves the mark,
/// and with it the detach to come.
/// </summary>
internal sealed partial class AttachReconciler(
    Caches caches, OrderComposer composer, DriverCalls calls, AttachmentWriter writer, AttachmentMemory memory, ILogger<AttachReconciler> log)
{
    /// <summary>Most the API server keeps of what a driver says for the node, in bytes of keys and values.</summary>
    private const int LongestMetadata = 256 * 1024;

    public async ValueTask<Outcome> Reconcile(string name, CancellationToken stop)
    {
        if (caches.FindAttachment(name) is not { IsBeingDeleted: false } attachment) return Outcome.Done;
        if (attachment.Status.Attached && !memory.Forced.Contains(attachment)) return Outcome.Done;

        var (order, error) = await composer.ToPublish(attachment, stop);
        if (order is null) return await Failed(attachment, CsiError.Local(error!), null, stop);

        if (order.FormerNodeId is { } former && await Leave(attachment, order.UndoAt(former), stop) is { } still)
            return await Failed(attachment, still, order.UndoAt(former), stop);

        var prepared = await writer.Prepare(attachment, order.Request.NodeId, stop);
        if (prepared.Failure is { } refused) return await Failed(attachment, CsiError.Local($"could not save VolumeAttachment: {refused.Message}"), null, stop);
        if (prepared.Now is not { IsBeingDeleted: false } marked) return Outcome.Done; // it goes to the other lane

        var answer = await calls.Publish(order, stop);
        return answer.IsOk
            ? await Succeeded(marked, order, answer.Response.PublishContext, stop)
            : await Failed(marked, answer.Error, order.UndoAt(order.Request.NodeId), stop);
    }

    /// <summary>Null once nothing is published to the node by the name it had, else why that is not certain.</summary>
    private async Task<CsiError?> Leave(VolumeAttachment attachment, UnpublishOrder former, CancellationToken stop)
    {
        var answer = await calls.Unpublish(former, stop);
        if (!answer.IsOk && !DriverCalls.IsUnknownNode(answer.Error)) return answer.Error;
        Log.Left(log, attachment.Name, former.Request.VolumeId, former.Request.NodeId);
        return null;
    }

    private async Task<Outcome> Succeeded(VolumeAttachment attachment, PublishOrder order, MapField<string, string> metadata, CancellationToken stop)
    {
        var size = metadata.Sum(m => Encoding.UTF8.GetByteCount(m.Key) + Encoding.UTF8.GetByteCount(m.Value));
        if (size > LongestMetadata)
            return await Failed(attachment, CsiError.Local(
                $"the driver published the volume, but its publish context has {size} bytes and the API server keeps at most {LongestMetadata}; the driver has to send less"), order.UndoAt(order.Request.NodeId), stop);

        var written = await writer.Attached(attachment, metadata, stop);
        if (written.Failure is { } failure)
            return memory.Waiting.Failed(attachment, $"published, but VolumeAttachment {attachment.Name} cannot be marked as attached: {failure}");
        memory.Forced.Remove(attachment);
        memory.Waiting.Attached(attachment);
        if (HasVanished(written, attachment)) return Abandon(attachment, order.UndoAt(order.Request.NodeId));
        Log.Attached(log, attachment.Name, order.Request.VolumeId, order.Request.NodeId);
        return Outcome.Done;
    }

    /// <param name="attachment">The attachment.</param>
    /// <param name="error">What failed.</param>
    /// <param name="undo">What takes the call back, where it was made: whatever the answer, the volume may be published.</param>
    /// <param name="stop">Ends waiting.</param>
    private async Task<Outcome> Failed(VolumeAttachment attachment, CsiError error, UnpublishOrder? undo, CancellationToken stop)
    {
        var written = await writer.AttachFailed(attachment, error, stop);
        if (HasVanished(written, attachment)) return undo is { Undeliverable: null } ? Abandon(attachment, undo) : Outcome.Done;
        if (written.Failure is { } failure) Log.ErrorNotSaved(log, attachment.Name, failure.ToString());
        return memory.Waiting.Failed(attachment, error.Text);
    }

    /// <summary>Taken away by force, mark and all; where there was nothing to write, only the watch has told of it.</summary>
    private bool HasVanished(WriteResult written, VolumeAttachment attachment) => written.IsGone || caches.FindAttachment(attachment.Name)?.Uid != attachment.Uid;

    /// <summary>Nobody will ask for the detach of this one any more; the detach lane does it of its own accord.</summary>
    private Outcome Abandon(VolumeAttachment attachment, UnpublishOrder undo)
    {
        Log.Vanished(log, attachment.Name, undo.Request.VolumeId, undo.Request.NodeId);
        memory.Abandoned.Add(new AbandonedVolume(attachment, undo));
        return Outcome.Done;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Attached {VolumeAttachment} {VolumeHandle} {NodeID}")]
        public static partial void Attached(ILogger logger, string volumeAttachment, string volumeHandle, string nodeID);

        [LoggerMessage(2, LogLevel.Error, "Failed to save the attach error {VolumeAttachment} {Err}")]
        public static partial void ErrorNotSaved(ILogger logger, string volumeAttachment, string err);

        [LoggerMessage(3, LogLevel.Warning, "The attachment vanished while the driver published its volume, which is unpublished again {VolumeAttachment} {VolumeHandle} {NodeID}")]
        public static partial void Vanished(ILogger logger, string volumeAttachment, string volumeHandle, string nodeID);

        [LoggerMessage(4, LogLevel.Warning, "The node has another id than the one the volume may be published to, which was unpublished first {VolumeAttachment} {VolumeHandle} {NodeID}")]
        public static partial void Left(ILogger logger, string volumeAttachment, string volumeHandle, string nodeID);
    }
}
