using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>
/// Whether a change of an attachment is worth a look (attacher contract 5). What we write ourselves is not, our errors and our marks:
/// a look would defeat the pause after a failure, and the cache may not have heard yet what else we wrote. A change of any other label,
/// annotation or finalizer is, by which users ask for another try.
/// </summary>
internal static class AttachmentDifference
{
    public static bool Matters(VolumeAttachment? old, VolumeAttachment now, string finalizer) =>
        old is null || old.Uid != now.Uid
        || old.IsBeingDeleted != now.IsBeingDeleted
        || (old.Status.Attached && !now.Status.Attached)
        || old.MarksHash != now.MarksHash
        || !FinalizersOfOthers(old, finalizer).SequenceEqual(FinalizersOfOthers(now, finalizer));

    private static IEnumerable<string> FinalizersOfOthers(VolumeAttachment attachment, string finalizer) =>
        (attachment.Metadata.Finalizers ?? []).Where(f => f != finalizer);
}
