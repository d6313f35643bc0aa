using Sidecars.Csi;
using Sidecars.Kubernetes.Objects;
using Sidecars.ExternalAttacher.Patches;
using Sidecars.Kubernetes.Http;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>
/// Writes what becomes of attachments (attacher contract 8.1 and 9). A write that would change nothing is not made; what is written
/// stands in the cache before the method returns, so that no attempt ever starts from before it. A shutdown ends the waiting for a server
/// that wants to be spared, and not a write: what a driver did has to be known to the next process.
/// </summary>
internal sealed class AttachmentWriter(Caches caches, ApiClient api, DriverFacts driver, bool notesErrorCodes, TimeProvider time)
{
    /// <summary>Tries of one write while others keep changing the same attachment.</summary>
    private const int MostTries = 5;

    /// <summary>Our mark and the node's name, in one write. Answers "gone" also where deletion began meanwhile: then it is not attached.</summary>
    public async Task<WriteResult> Prepare(VolumeAttachment attachment, string nodeId, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (AttachmentPatch.Prepare(attachment, driver.Finalizer, nodeId) is not { } patch) return attachment;
            var written = await Send(attachment, null, patch, stop);
            if (!IsOvertaken(written, attempt)) return written;
            var read = await Read(attachment, stop);
            if (read.Now is not { IsBeingDeleted: false } now) return read.Failure is null ? WriteResult.Gone : read;
            attachment = now;
        }
    }

    /// <summary>Attached.</summary>
    public Task<WriteResult> Attached(VolumeAttachment attachment, IReadOnlyDictionary<string, string> metadata, CancellationToken stop) =>
        SendStatus(attachment, AttachmentPatch.Attached(attachment, metadata), stop);

    /// <summary>Why it could not be attached.</summary>
    public Task<WriteResult> AttachFailed(VolumeAttachment attachment, CsiError error, CancellationToken stop) =>
        SendStatus(attachment, AttachmentPatch.AttachFailed(attachment, FaultOf(error, notesErrorCodes), time.GetUtcNow()), stop);

    /// <summary>Why it could not be detached.</summary>
    public Task<WriteResult> DetachFailed(VolumeAttachment attachment, CsiError error, CancellationToken stop) =>
        SendStatus(attachment, AttachmentPatch.DetachFailed(attachment, FaultOf(error, notesCode: false), time.GetUtcNow()), stop);

    /// <summary>
    /// Detached: first the mark, after which nobody detaches it again, then the status, where the mark was not all that kept the
    /// attachment (attacher contract 9 step 5).
    /// </summary>
    public async Task<WriteResult> Detached(VolumeAttachment attachment, CancellationToken stop)
    {
        for (var attempt = 1; attachment.HasFinalizer(driver.Finalizer); attempt++)
        {
            var written = await Send(attachment, null, AttachmentPatch.Release(attachment, driver.Finalizer), stop);
            if (IsOvertaken(written, attempt)) written = await Read(attachment, stop);
            if (written.Now is not { } now) return written;
            attachment = now;
        }
        if (IsEnded(attachment)) return WriteResult.Gone;
        return await SendStatus(attachment, AttachmentPatch.Detached(attachment), stop);
    }

    private static AttachmentFault FaultOf(CsiError error, bool notesCode) =>
        new(ApiText.Cut(error.Text), notesCode && error.Code is { } code ? (int)code : null);

    private async Task<WriteResult> SendStatus(VolumeAttachment attachment, ReadOnlyMemory<byte>? patch, CancellationToken stop) =>
        patch is { } body ? await Send(attachment, "status", body, stop) : attachment;

    private async Task<WriteResult> Send(VolumeAttachment attachment, string? subresource, ReadOnlyMemory<byte> patch, CancellationToken stop)
    {
        var sent = await api.PatchAsync(Resources.VolumeAttachments, attachment.Key, subresource, patch, MediaTypes.MergePatch, stop);
        // A server refuses a patch that names another uid as a conflict or as invalid; only a look tells which object has the name by now.
        if (sent.Failure is { } refused && (refused.Code is 422 || (refused.IsConflict && subresource is not null)) && (await Read(attachment, stop)).IsGone) return WriteResult.Gone;
        return Taken(attachment, sent);
    }

    private async Task<WriteResult> Read(VolumeAttachment attachment, CancellationToken stop) =>
        Taken(attachment, await api.GetAsync(Resources.VolumeAttachments, attachment.Key, stop));

    private WriteResult Taken(VolumeAttachment attachment, ApiResult<VolumeAttachment> answer)
    {
        if (!answer.IsSuccess)
        {
            if (!answer.Failure.IsNotFound) return answer.Failure;
            caches.Attachments.FoldDeletion(attachment.Key, attachment.Uid);
            return WriteResult.Gone;
        }
        var now = answer.Value;
        if (now.Uid != attachment.Uid) return WriteResult.Gone; // another one of the same name
        if (IsEnded(now)) caches.Attachments.FoldDeletion(now.Key, now.Uid);
        else caches.Attachments.Fold(now);
        return now;
    }

    /// <summary>Nothing keeps it any more: the server removed it with this answer.</summary>
    private static bool IsEnded(VolumeAttachment attachment) => attachment.IsBeingDeleted && attachment.Metadata.Finalizers is not { Length: > 0 };

    private static bool IsOvertaken(WriteResult written, int attempt) => attempt < MostTries && written.Failure is { IsConflict: true };
}
