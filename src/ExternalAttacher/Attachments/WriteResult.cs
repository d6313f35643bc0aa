using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Http;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>What became of a write to an attachment: it stands, it failed, or the attachment is gone and nothing is left to write.</summary>
/// <param name="Now">The attachment as it is now; null where it is gone or the write failed.</param>
/// <param name="Failure">Why the write failed.</param>
internal readonly record struct WriteResult(VolumeAttachment? Now, ApiFailure? Failure)
{
    public static WriteResult Gone => default;

    public bool IsGone => Now is null && Failure is null;

    public static implicit operator WriteResult(VolumeAttachment now) => new(now, null);

    public static implicit operator WriteResult(ApiFailure failure) => new(null, failure);
}
