using System.Net.Http.Headers;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>
/// Writes what becomes of contents (snapshotter contract 5.7). A write that would change nothing is not made, and nothing is read before it: the
/// cache has what we wrote ourselves, and the answer to each write is folded in before the method returns. A shutdown ends the waiting for a server
/// that wants to be spared, and not a write: what a driver did has to be known to the next process.
/// </summary>
internal sealed class ContentWriter<T>(ContentCache<T> cache, ApiClient api, OwnWrites<T> writes, TimeProvider time) where T : KubeObject, new()
{
    /// <summary>Tries of one write while others keep changing the same content.</summary>
    private const int MostTries = 5;

    private ContentKeys Keys => cache.Kind.Keys;

    /// <summary>
    /// From now on the driver may be at work for it. Not set where there is nothing to take any more by the state it would land on: it is to be
    /// deleted, or was taken meanwhile. That it was not set before is proven by the version it was set on.
    /// </summary>
    public Task<WriteResult<T>> Mark(T content, CancellationToken stop) => Write(content, null, c =>
    {
        var view = cache.Kind.View(c);
        if (view.IsBeingCreated || view.IsToBeDeleted || view.NotedHandle is not null) return null;
        return ContentPatch.Annotation(c, Keys.BeingCreated, WellKnown.Yes);
    }, stop);

    /// <summary>The driver is not at work for it.</summary>
    public Task<WriteResult<T>> Unmark(T content, CancellationToken stop) => Write(content, null, c =>
    {
        if (!cache.Kind.View(c).IsBeingCreated) return null;
        return ContentPatch.Annotation(c, Keys.BeingCreated, null);
    }, stop);

    /// <summary>What the driver said.</summary>
    public Task<WriteResult<T>> Note(T content, DriverAnswer<T> answer, CancellationToken stop) =>
        Write(content, "status", c => ContentPatch.Status(c, json => answer.Changes(c, json)), stop);

    /// <summary>What is wrong; one that turns out to be ready by now stays ready, because the failure is older than that.</summary>
    public Task<WriteResult<T>> NoteError(T content, string message, CancellationToken stop) => Write(content, "status", c =>
    {
        if (cache.Kind.View(c) is { IsReady: true } || cache.Kind.View(c).ErrorMessage == message) return null;
        return ContentPatch.Error(c, message, time.GetUtcNow());
    }, stop);

    /// <summary>Nothing of it is at the driver any more.</summary>
    public Task<WriteResult<T>> Clear(T content, CancellationToken stop) =>
        Write(content, "status", c => ContentPatch.Clear(c, cache.Kind.GoneWithSnapshot), stop);

    /// <summary>Takes our finalizer off; nothing of ours keeps it then.</summary>
    public async Task<WriteResult<T>> Release(T content, CancellationToken stop)
    {
        for (var attempt = 1; content.HasFinalizer(Keys.Finalizer); attempt++)
        {
            var patch = ContentPatch.Release(content, Keys.Finalizer);
            var written = await Send(content, content, null, patch, MediaTypes.JsonPatch, stop);
            // Somebody else changed the list: the finalizer stands elsewhere by now.
            if (attempt < MostTries && written.Failure is { IsConflict: true } or { Code: 422 }) written = await Read(content, stop);
            if (written.Now is not { } now) return written;
            content = now;
        }
        return content;
    }

    /// <summary>
    /// Sends what is to be written on the content as it is, and where somebody else was faster, what is to be written on it as it is then. Null is
    /// nothing.
    /// </summary>
    private async Task<WriteResult<T>> Write(T content, string? subresource, Func<T, ReadOnlyMemory<byte>?> patchOf, CancellationToken stop)
    {
        var meant = content;
        for (var attempt = 1; ; attempt++)
        {
            if (patchOf(content) is not { } patch) return content;
            var written = await Send(meant, content, subresource, patch, MediaTypes.MergePatch, stop);
            if (written.Failure is { IsConflict: true } && attempt < MostTries)
            {
                var read = await Read(meant, stop);
                if (read.Now is not { } now) return read;
                // The watch will not tell of it: the store has it by now.
                if (!cache.Kind.IsSameWish(now, content)) writes.LookAgain(content.Key);
                content = now;
                continue;
            }
            return written;
        }
    }

    private async Task<WriteResult<T>> Send(
        T meant, T content, string? subresource, ReadOnlyMemory<byte> patch, MediaTypeHeaderValue type, CancellationToken stop)
    {
        var taken = WriteResult<T>.Gone;
        await writes.Watched(content, async () =>
        {
            var answer = await api.PatchAsync(cache.Kind.Resource, content.Key, subresource, patch, type, stop);
            // Of one that is gone nothing would ever be done again.
            if (answer.Failure is { } refused) answer = await api.SurelyAsync(cache.Kind.Resource, meant.Key, meant.Uid, refused, stop);
            taken = Taken(meant, answer);
            return answer;
        });
        return taken;
    }

    private async Task<WriteResult<T>> Read(T content, CancellationToken stop) =>
        Taken(content, await api.GetAsync(cache.Kind.Resource, content.Key, stop));

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
