using System.Collections.Concurrent;
using Csi.V1;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Deletion;

/// <summary>
/// Has the driver delete a volume (provisioner contract 8.4, steps 1 to 6), and remembers that it did until the object is gone too: within
/// one process it is asked once, and a later step that fails is repeated alone.
/// </summary>
internal sealed class DriverDeletion(DriverFacts driver, DriverCalls calls, Caches caches, DeletionSecrets secrets)
{
    private readonly ConcurrentDictionary<string, byte> _done = new(StringComparer.Ordinal); // by the uid of the object

    /// <summary>Null once the driver has deleted it, now or before; else why it has not.</summary>
    public async Task<NotDeleted?> Delete(PersistentVolume volume, CancellationToken stop)
    {
        if (_done.ContainsKey(volume.Uid)) return null;
        if (await Ask(volume, stop) is { } reason) return reason;
        _done[volume.Uid] = 0;
        return null;
    }

    /// <summary>To be told when an object is gone, so that nothing is remembered of it.</summary>
    public void Forget(PersistentVolume gone) => _done.TryRemove(gone.Uid, out _);

    private async Task<NotDeleted?> Ask(PersistentVolume volume, CancellationToken stop)
    {
        var (handle, isMigrated, unknown) = HandleOf(volume);
        if (handle is null) return NotDeleted.Failed(unknown!);
        if (CapabilityCheck.Basic(driver.Plugin, driver.Controller) is { } refused) return NotDeleted.Failed(refused);
        // Before any secret is fetched: an attached volume is the common case of a delayed deletion.
        if (driver.Attaches && caches.AttachmentsByVolume.First(volume.Name) is { } attachment) return NotDeleted.While(attachment, volume);

        var (values, error) = await secrets.Of(volume, stop);
        if (error is not null) return NotDeleted.Failed(error);
        var request = new DeleteVolumeRequest { VolumeId = handle };
        if (values is not null) request.Secrets.Add(values.ToDictionary());
        var answer = await calls.Delete(request, isMigrated, calls.Timeout, stop);
        return answer.IsOk ? null : NotDeleted.Failed(answer.Error.Text);
    }

    /// <summary>The driver's name of the volume, translated where a built-in plugin of old made it.</summary>
    private static (string? Handle, bool IsMigrated, string? Error) HandleOf(PersistentVolume volume)
    {
        if (!volume.Spec.IsMigratable) return (volume.Spec.Csi?.VolumeHandle, false, "invalid CSI PV");
        var (translated, error) = InTreeTranslation.Translate(volume);
        return translated?.Csi?.VolumeHandle is { } handle
            ? (handle, true, null)
            : (null, true, $"failed to translate in-tree PersistentVolume {volume.Name} to CSI: {error}");
    }
}
