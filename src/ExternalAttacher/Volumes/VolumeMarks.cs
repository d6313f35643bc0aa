using Sidecars.Kubernetes.Objects;
using Sidecars.ExternalAttacher.Patches;
using Sidecars.Kubernetes.Http;

namespace Sidecars.ExternalAttacher.Volumes;

/// <summary>
/// Puts our finalizer on volumes and takes it off (attacher contract 8.1 and 13). One volume is looked at and written by one at a
/// time, so that attachments of it on many nodes cost one write, and the mark of an attachment that begins cannot go with the end of
/// another. A write that met a change of somebody else is made again from the volume as it is then, and no user hears of it; none
/// lands on a successor of the same name.
/// </summary>
internal sealed class VolumeMarks(Caches caches, ApiClient api, string finalizer)
{
    /// <summary>Tries of one write while others keep changing the same list.</summary>
    private const int MostTries = 5;

    private readonly NamedGates _gates = new();

    /// <summary>Puts it on, unless it is there; null, or why it could not.</summary>
    public async ValueTask<string?> Add(PersistentVolume volume, CancellationToken stop)
    {
        using var inside = await _gates.Enter(volume.Name, stop);
        // Between the look of the caller and now somebody else may have written it.
        var newest = caches.FindVolume(volume.Name) is { } known && caches.IsKnown(known) ? known : volume;
        for (var attempt = 1; ; attempt++)
        {
            if (newest.Uid != volume.Uid) return "it was deleted meanwhile, and made anew under the same name";
            if (newest.HasFinalizer(finalizer)) return null;
            if (newest.IsBeingDeleted) return "the volume is being deleted meanwhile";
            var (now, failure) = await Write(newest, FinalizerSteps.Add(newest.Uid, newest.Metadata.Finalizers, finalizer), attempt, stop);
            if (now is null) return failure?.Message;
            newest = now;
        }
    }

    /// <summary>
    /// Takes it off a volume being deleted or migrated back, unless one of our attachments names it by now; nothing, that attachment, or
    /// why it could not. A volume that is gone is what was wanted.
    /// </summary>
    public async Task<(VolumeAttachment? Keeper, string? Error)> Remove(PersistentVolume volume, CancellationToken stop)
    {
        using var inside = await _gates.Enter(volume.Name, stop);
        var uid = volume.Uid;
        for (var attempt = 1; volume.HasFinalizer(finalizer) && volume.Uid == uid; attempt++)
        {
            if (caches.AttachmentsByVolume.First(volume.Name) is { } keeper) return (keeper, null);
            var (now, failure) = await Write(volume, FinalizerSteps.Remove(uid, volume.Metadata.Finalizers!, finalizer), attempt, stop);
            if (now is null) return (null, failure is null or { IsNotFound: true } ? null : failure.Message);
            volume = now;
        }
        return (null, null);
    }

    /// <summary>
    /// Sends a patch: nothing back where it stands, the failure where it is final, or the volume as it is now where somebody else was
    /// faster.
    /// </summary>
    private async Task<(PersistentVolume? Now, ApiFailure? Failure)> Write(PersistentVolume volume, ReadOnlyMemory<byte> patch, int attempt, CancellationToken stop)
    {
        var patched = await api.PatchAsync(Resources.PersistentVolumes, volume.Key, null, patch, MediaTypes.JsonPatch, stop);
        if (patched.IsSuccess)
        {
            caches.Volumes.Fold(patched.Value);
            return (null, null);
        }
        if (attempt == MostTries || !IsOvertaken(patched.Failure)) return (null, patched.Failure);
        var read = await api.GetAsync(Resources.PersistentVolumes, volume.Key, stop);
        return (read.Value, read.Failure);
    }

    /// <summary>The test of a patch failed, or the server saw two writers at once.</summary>
    private static bool IsOvertaken(ApiFailure failure) => failure.IsConflict || failure.Code is 422;
}
