using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>
/// Writes what becomes of contents (snapshotter contract 5.7). A write that would change nothing is not made, and nothing is read before it: the
/// cache has what we wrote ourselves, and the answer to each write is folded in before the method returns. A shutdown ends the waiting for a server
/// that wants to be spared, and not a write: what a driver did has to be known to the next process.
/// </summary>
internal sealed class ContentWriter<T>(ContentCache<T> cache, ApiClient api, TimeProvider time) where T : KubeObject, new()
{
    /// <summary>Tries of one write while others keep changing the same content.</summary>
    private const int MostTries = 5;

    private ContentKeys Keys => cache.Kind.Keys;

    /// <summary>From now on the driver may be at work for it.</summary>
    public Task<WriteResult<T>> Mark(T content, CancellationToken stop) => content.Annotation(Keys.BeingCreated) is not null
        ? Task.FromResult<WriteResult<T>>(content)
        : Merge(content, null, ContentPatch.Annotation(content, Keys.BeingCreated, WellKnown.Yes), stop);

    /// <summary>The driver is not at work for it.</summary>
    public Task<WriteResult<T>> Unmark(T content, CancellationToken stop) =>
        Merge(content, null, ContentPatch.Annotation(content, Keys.BeingCreated, null), stop);

    /// <summary>What the driver said.</summary>
    public Task<WriteResult<T>> Note(T content, DriverAnswer<T> answer, CancellationToken stop) =>
        ContentPatch.Status(content, json => answer.Changes(content, json)) is { } patch
            ? Merge(content, "status", patch, stop)
            : Task.FromResult<WriteResult<T>>(content);

    /// <summary>What is wrong.</summary>
    public Task<WriteResult<T>> NoteError(T content, string message, CancellationToken stop) =>
        Merge(content, "status", ContentPatch.Error(content, message, time.GetUtcNow()), stop);

    /// <summary>Nothing of it is at the driver any more.</summary>
    public Task<WriteResult<T>> Clear(T content, CancellationToken stop) =>
        Merge(content, "status", ContentPatch.Clear(content, cache.Kind.GoneWithSnapshot), stop);

    /// <summary>Takes our finalizer off; nothing of ours keeps it then.</summary>
    public async Task<WriteResult<T>> Release(T content, CancellationToken stop)
    {
        for (var attempt = 1; content.HasFinalizer(Keys.Finalizer); attempt++)
        {
            var patch = ContentPatch.Release(content, Keys.Finalizer);
            var written = Taken(content, await api.PatchAsync(cache.Kind.Resource, content.Key, null, patch, MediaTypes.JsonPatch, stop));
            // Somebody else changed the list: the finalizer stands elsewhere by now.
            if (attempt < MostTries && written.Failure is { } refused && (refused.IsConflict || refused.Code is 422)) written = await Read(content, stop);
            if (written.Now is not { } now) return written;
            content = now;
        }
        return content;
    }

    private async Task<WriteResult<T>> Merge(T content, string? subresource, ReadOnlyMemory<byte> patch, CancellationToken stop)
    {
        var sent = await api.PatchAsync(cache.Kind.Resource, content.Key, subresource, patch, MediaTypes.MergePatch, stop);
        // A server refuses a patch that names another uid as a conflict or as invalid; only a look tells which object has the name by now.
        if (sent.Failure is { } refused && (refused.Code is 422 || refused.IsConflict) && (await Read(content, stop)).IsGone) return WriteResult<T>.Gone;
        return Taken(content, sent);
    }

    private async Task<WriteResult<T>> Read(T content, CancellationToken stop) => Taken(content, await api.GetAsync(cache.Kind.Resource, content.Key, stop));

    private WriteResult<T> Taken(T content, ApiResult<T> answer)
    {
        if (!answer.IsSuccess)
        {
            if (!answer.Failure.IsNotFound) return answer.Failure;
            cache.Store.FoldDeletion(content.Key, content.Uid);
            return WriteResult<T>.Gone;
        }
        var now = answer.Value;
        if (now.Uid != content.Uid) return WriteResult<T>.Gone; // another one of the same name
        // Nothing keeps it any more: the server removed it with this answer.
        if (now is { IsBeingDeleted: true, Metadata.Finalizers: not { Length: > 0 } }) cache.Store.FoldDeletion(now.Key, now.Uid);
        else cache.Store.Fold(now);
        return now;
    }
}
