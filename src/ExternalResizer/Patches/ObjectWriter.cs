using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Patches;

/// <summary>
/// Writes claims and volumes, and shows what was written in the caches at once. A write that was made from a state somebody has changed meanwhile is
/// made again from the state of then, without the driver being asked again and without any user hearing of it.
/// </summary>
internal sealed class ObjectWriter(Caches caches, ApiClient api)
{
    /// <summary>Tries of one write while others keep changing the same object.</summary>
    public const int MostTries = 5;

    public Task<ApiResult<PersistentVolumeClaim>> Patch(PersistentVolumeClaim claim, ReadOnlyMemory<byte> patch, CancellationToken stop) =>
        Write(caches.Claims, claim.Key, () => api.PatchAsync(Resources.PersistentVolumeClaims, claim.Key, "status", patch, MediaTypes.StrategicMergePatch, stop));

    /// <summary>
    /// Patches a claim as it is by then: the patch is made anew from each state. One that needs none any more is as good as written: the write before may
    /// have taken effect, and others have gone on from it.
    /// </summary>
    public async Task<ApiResult<PersistentVolumeClaim>> Patch(PersistentVolumeClaim claim, Func<PersistentVolumeClaim, ReadOnlyMemory<byte>?> patch, CancellationToken stop)
    {
        for (var tries = 1; ; tries++)
        {
            if (patch(claim) is not { } body) return claim;
            var patched = await Patch(claim, body, stop);
            if (patched.IsSuccess || !patched.Failure.IsConflict || tries == MostTries) return patched;
            var read = await Reread(claim, stop);
            if (!read.IsSuccess) return read;
            claim = read.Value;
        }
    }

    /// <summary>The claim as the server has it now.</summary>
    public async Task<ApiResult<PersistentVolumeClaim>> Reread(PersistentVolumeClaim claim, CancellationToken stop)
    {
        var read = await api.GetAsync(Resources.PersistentVolumeClaims, claim.Key, stop);
        if (read.IsSuccess) caches.Claims.Fold(read.Value);
        return read.IsSuccess && read.Value.Uid != claim.Uid ? ApiFailure.Succeeded(Resources.PersistentVolumeClaims.Plural, claim.Key, claim.Uid) : read;
    }

    public Task<ApiResult<PersistentVolume>> Patch(PersistentVolume volume, ReadOnlyMemory<byte> patch, CancellationToken stop) =>
        Write(caches.Volumes, volume.Key, () => api.PatchAsync(Resources.PersistentVolumes, volume.Key, null, patch, MediaTypes.StrategicMergePatch, stop));

    private static async Task<ApiResult<T>> Write<T>(ObjectStore<T> store, ObjectKey key, Func<Task<ApiResult<T>>> send) where T : KubeObject, new()
    {
        using var write = store.BeginWrite(key);
        var answer = await send();
        if (answer.IsSuccess) write.Answered(answer.Value);
        return answer;
    }
}
