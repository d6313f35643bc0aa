using System.Collections.Concurrent;
using Sidecars.ExternalAttacher.Objects;
using Sidecars.ExternalAttacher.Patches;
using Sidecars.Kubernetes.Http;

namespace Sidecars.ExternalAttacher.Volumes;

/// <summary>
/// Puts our finalizer on volumes and takes it off (attacher contract 8.1 and 13). One volume is written by one at a time, so that
/// attachments of it on many nodes cost one write; a write that met a change of somebody else is made again from the volume as it
/// is then, and no user hears of it.
/// </summary>
internal sealed class VolumeMarks(Caches caches, ApiClient api, string finalizer)
{
    /// <summary>Tries of one write while others keep changing the same list.</summary>
    private const int MostTries = 5;

    private readonly ConcurrentDictionary<string, Task<string?>> _adding = new(StringComparer.Ordinal);

    /// <summary>Puts it on, unless it is there; null, or why it could not.</summary>
    public async ValueTask<string?> Add(Volume volume, CancellationToken stop)
    {
        if (volume.HasFinalizer(finalizer)) return null;
        var mine = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_adding.GetOrAdd(volume.Name, mine.Task) is var adding && adding != mine.Task) return await adding.WaitAsync(stop);
        string? error = "interrupted";
        try
        {
            // Between the look of the caller and now another attachment may have written it.
            var newest = caches.FindVolume(volume.Name) is { } known && !ReferenceEquals(known.Spec, VolumeDetails.Elsewhere) ? known : volume;
            return error = await Put(newest);
        }
        finally
        {
            _adding.TryRemove(volume.Name, out _);
            mine.SetResult(error);
        }
    }

    /// <summary>Takes it off a volume being deleted or migrated back; null, or why it could not. A volume that is gone is what was wanted.</summary>
    public async Task<string?> Remove(Volume volume)
    {
        for (var attempt = 1; volume.HasFinalizer(finalizer); attempt++)
        {
            var (now, failure) = await Write(volume, FinalizerSteps.Remove(volume.Metadata.Finalizers!, finalizer), attempt);
            if (now is null) return failure is null or { IsNotFound: true } ? null : failure.Message;
            if (now.IsBeingDeleted != volume.IsBeingDeleted) return null; // another one of the same name
            volume = now;
        }
        return null;
    }

    private async Task<string?> Put(Volume volume)
    {
        for (var attempt = 1; !volume.HasFinalizer(finalizer); attempt++)
        {
            var (now, failure) = await Write(volume, FinalizerSteps.Add(volume.Metadata.Finalizers, finalizer), attempt);
            if (now is null) return failure?.Message;
            if (now.IsBeingDeleted) return "the volume is being deleted meanwhile";
            volume = now;
        }
        return null;
    }

    /// <summary>
    /// Sends a patch: nothing back where it stands, the failure where it is final, or the volume as it is now where somebody else was
    /// faster. Not stopped by a shutdown: the request is short, and what it did would be unknown.
    /// </summary>
    private async Task<(Volume? Now, ApiFailure? Failure)> Write(Volume volume, ReadOnlyMemory<byte> patch, int attempt)
    {
        var patched = await api.PatchAsync(AttacherResources.Volumes, volume.Key, null, patch, MediaTypes.JsonPatch, CancellationToken.None);
        if (patched.IsSuccess)
        {
            caches.Volumes.Fold(patched.Value);
            return (null, null);
        }
        if (attempt == MostTries || !IsOvertaken(patched.Failure)) return (null, patched.Failure);
        // Not folded: a store trims what it takes, and the next patch is made from the whole list.
        var read = await api.GetAsync(AttacherResources.Volumes, volume.Key, CancellationToken.None);
        return (read.Value, read.Failure);
    }

    /// <summary>The test of a patch failed, or the server saw two writers at once.</summary>
    private static bool IsOvertaken(ApiFailure failure) => failure.IsConflict || failure.Code is 422;
}
