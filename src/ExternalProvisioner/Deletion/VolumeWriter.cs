using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Deletion;

/// <summary>Changes the object of a volume that is deleted, or may come to that (provisioner contract 8.2 and 8.4, steps 7 and 8).</summary>
internal sealed class VolumeWriter(Caches caches, ApiClient api)
{
    /// <summary>Puts our finalizer on it.</summary>
    public Task<Outcome> Hold(PersistentVolume volume, CancellationToken stop) =>
        Patch(volume, FinalizerPatch.Add(volume.Uid, volume.Metadata.Finalizers, WellKnown.VolumeFinalizer), stop);

    /// <summary>Takes our finalizer off.</summary>
    public Task<Outcome> LetGo(PersistentVolume volume, CancellationToken stop) =>
        Patch(volume, FinalizerPatch.Remove(volume.Uid, volume.Metadata.Finalizers!, WellKnown.VolumeFinalizer), stop);

    /// <summary>Deletes the object, and takes our finalizer off it; one that others hold is their concern.</summary>
    public async Task<Outcome> Delete(PersistentVolume volume, CancellationToken stop)
    {
        var deleted = await api.DeleteAsync(Resources.PersistentVolumes, volume.Key, volume.Uid, stop);
        if (deleted.Failure is { IsOtherUid: true }) return Gone(volume); // another of its name is nobody we know
        if (!deleted.IsSuccess && !deleted.Failure.IsNotFound)
            return Outcome.Retry($"deleting PersistentVolume {volume.Name} after its volume was deleted: {deleted.Failure}");
        if (volume.Metadata.Finalizers is null or []) return Gone(volume);
        return volume.HasFinalizer(WellKnown.VolumeFinalizer) ? await LetGo(volume, stop) : Outcome.Done;
    }

    private async Task<Outcome> Patch(PersistentVolume volume, ReadOnlyMemory<byte> patch, CancellationToken stop)
    {
        var patched = await api.PatchAsync(Resources.PersistentVolumes, volume.Key, null, patch, MediaTypes.StrategicMergePatch, stop);
        if (patched.IsSuccess)
        {
            // What is left of an object that was only held by our finalizer is its last state, not a new one.
            if (patched.Value.IsBeingDeleted && patched.Value.Metadata.Finalizers is null or []) return Gone(patched.Value);
            caches.Volumes.Fold(patched.Value);
            return Outcome.Done;
        }
        return patched.Failure.IsNotFound ? Gone(volume) : Outcome.Retry($"changing the finalizer of PersistentVolume {volume.Name}: {patched.Failure}");
    }

    /// <summary>The watch will say so too, but a further event of before that must not bring the volume up again.</summary>
    private Outcome Gone(PersistentVolume volume)
    {
        caches.Volumes.FoldDeletion(volume.Key, volume.Uid);
        return Outcome.Done;
    }
}
