using Sidecars.Kubernetes.Http;

namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>What became of a write to a content: it stands, it failed, or the content is gone and nothing is left to write.</summary>
/// <param name="Now">The content as it is now; null where it is gone or the write failed.</param>
/// <param name="Failure">Why the write failed.</param>
internal readonly record struct WriteResult<T>(T? Now, ApiFailure? Failure) where T : class
{
    public static WriteResult<T> Gone => default;

    public bool IsGone => Now is null && Failure is null;

    public static implicit operator WriteResult<T>(T now) => new(now, null);

    public static implicit operator WriteResult<T>(ApiFailure failure) => new(null, failure);
}
