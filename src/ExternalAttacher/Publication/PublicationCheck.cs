using Microsoft.Extensions.Logging;
using Sidecars.ExternalAttacher.Attachments;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Publication;

/// <summary>
/// Compares the attachments with what the driver lists, again and again, and has those done anew that differ (attacher contract 10).
/// Only an attachment that did not change while the driver was asked is judged, and one that is being worked on or waits for its next
/// try is left to that: the list may simply be older than it.
/// </summary>
internal sealed partial class PublicationCheck(
    Caches caches, PublishedVolumes published, Expectations expectations, Lanes lanes, ForcedAttachments forced, ILogger<PublicationCheck> log)
{
    public async Task RunAsync(TimeSpan pause, TimeProvider time, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Pass(stop);
                await Pause.For(pause, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    public async Task Pass(CancellationToken stop)
    {
        var before = caches.Attachments.Snapshot().Where(a => IsSettled(a)).ToList();
        var (nodes, error) = await published.List(stop);
        if (nodes is null)
        {
            if (error is not null) Log.ListFailed(log, error);
            return;
        }
        foreach (var attachment in before)
        {
            if (caches.FindAttachment(attachment.Name)?.Metadata.ResourceVersion != attachment.Metadata.ResourceVersion || !IsSettled(attachment)) continue;
            var (place, problem) = await expectations.Of(attachment, stop);
            if (place is not { } expected)
            {
                Log.Skipped(log, attachment.Name, problem!);
                continue;
            }
            var isPublished = nodes.GetValueOrDefault(expected.Handle)?.Contains(expected.NodeId) ?? false;
            if (isPublished == attachment.Status.Attached) continue;
            Log.Differs(log, attachment.Name, expected.Handle, expected.NodeId, attachment.Status.Attached, isPublished);
            forced.Add(attachment);
            lanes.Add(attachment);
        }
    }

    /// <summary>
    /// Nothing is under way for it: attached and wanted, or being deleted and released. The others have work and a pause of their own, those
    /// too that were found to differ before and could not be put right yet.
    /// </summary>
    private bool IsSettled(VolumeAttachment attachment) =>
        caches.IsOurs(attachment)
        && (attachment.IsBeingDeleted ? !attachment.HasFinalizer(expectations.Finalizer) : attachment.Status.Attached)
        && !forced.Contains(attachment)
        && !lanes.IsInHand(attachment.Name);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Failed to list the driver's volumes, comparing again later {Err}")]
        public static partial void ListFailed(ILogger logger, string err);

        [LoggerMessage(2, LogLevel.Warning, "Cannot compare the attachment with the driver's list {VolumeAttachment} {Reason}")]
        public static partial void Skipped(ILogger logger, string volumeAttachment, string reason);

        [LoggerMessage(3, LogLevel.Error, "The attachment and the driver's list differ, doing it again {VolumeAttachment} {VolumeHandle} {NodeID} {Attached} {Published}")]
        public static partial void Differs(ILogger logger, string volumeAttachment, string volumeHandle, string nodeID, bool attached, bool published);
    }
}
