using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Patches;

/// <summary>
/// Writes objects of one kind. What is written stands in the store before a method returns, so that no attempt ever starts from before it; what the
/// server says is gone is gone there too.
/// </summary>
internal sealed class ObjectWriter<T>(ApiClient api, Resource<T> resource, ObjectStore<T> store, OwnWrites<T>? own = null) where T : KubeObject, new()
{
    public Task<ApiResult<T>> Patch(T item, ReadOnlyMemory<byte> patch, string? subresource, CancellationToken stop)
    {
        return own is null ? Write() : own.Watched(item, Write);

        async Task<ApiResult<T>> Write() =>
            await Taken(item, await api.PatchAsync(resource, item.Key, subresource, patch, MediaTypes.MergePatch, stop), stop);
    }

    public async Task<ApiResult<T>> Create(T item, CancellationToken stop)
    {
        var created = await api.CreateAsync(resource, item, stop);
        if (created.IsSuccess) store.Fold(created.Value);
        return created;
    }

    /// <summary>The object as the server has it, whatever the store says: for the moments in which being wrong would cost somebody his
    /// data.</summary>
    public async Task<ApiResult<T>> Read(ObjectKey key, CancellationToken stop)
    {
        var read = await api.GetAsync(resource, key, stop);
        if (read.IsSuccess) store.Fold(read.Value);
        return read;
    }

    /// <summary>The object by that name as it is known, or null; or that it cannot be read.</summary>
    public (T? Item, string? Unknown) Known(ObjectKey key) =>
        store.IsUnreadable(key) ? (null, $"{typeof(T).Name} {key} cannot be read; correct it") : (store.Find(key), null);

    /// <summary>
    /// The object by that name, or null where there is none; or why nobody knows. What the store has is taken where that settles the matter, else the
    /// server itself has to say: the store may be behind, and something is about to be concluded that cannot be taken back.
    /// </summary>
    public async Task<(T? Item, string? Unknown)> FindSurely(ObjectKey key, Func<T?, bool> settles, CancellationToken stop)
    {
        var (known, unreadable) = Known(key);
        if (unreadable is not null || settles(known)) return (known, unreadable);
        var read = await Read(key, stop);
        return read.Failure is { IsNotFound: false, IsUnaddressable: false } failure
            ? (null, $"cannot tell whether there is a {typeof(T).Name} {key}: {failure}") : (read.Value, null);
    }

    /// <summary>Asks for the deletion of the object in the state it is known in: whoever changed it meanwhile may have taken the reason
    /// away.</summary>
    public async Task<ApiFailure?> Delete(T item, CancellationToken stop)
    {
        var deleted = await api.DeleteAsync(resource, item.Key, item.Uid, item.Metadata.ResourceVersion, stop);
        var failure = deleted.Failure is { } refused ? await api.SurelyAsync(resource, item.Key, item.Uid, refused, stop) : null;
        if (failure is { IsNotFound: false, IsOtherUid: false }) return failure;
        if (failure is not null || !IsHeld(deleted.Value!)) store.FoldDeletion(item.Key, item.Uid);
        return null;
    }

    /// <summary>What to do after a write that failed: nothing where the object is gone, else the same again by what it is then.</summary>
    public static Outcome After(ApiFailure failure, string what) => failure.IsNotFound ? Outcome.Done : Outcome.Retry($"{what}: {failure}");

    private async Task<ApiResult<T>> Taken(T item, ApiResult<T> answer, CancellationToken stop)
    {
        if (answer.Failure is { } refused) answer = await api.SurelyAsync(resource, item.Key, item.Uid, refused, stop);
        if (answer.IsSuccess && answer.Value.Uid == item.Uid && (!answer.Value.IsBeingDeleted || IsHeld(answer.Value))) store.Fold(answer.Value);
        else if (answer.IsSuccess || answer.Failure.IsNotFound) store.FoldDeletion(item.Key, item.Uid);
        return answer;
    }

    private static bool IsHeld(KubeObject item) => item.Metadata.Finalizers is { Length: > 0 };
}
