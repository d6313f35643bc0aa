using Csi.V1;
using Sidecars.Csi;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Requests;

/// <summary>A call that is ready to be made.</summary>
/// <param name="Request">What is asked.</param>
/// <param name="IsMigrated">Whether it is measured as one of a translated volume.</param>
internal sealed record ExpandOrder(ControllerExpandVolumeRequest Request, bool IsMigrated);

/// <summary>Composes ControllerExpandVolume from a volume (resizer contract 7); what cannot be composed is an error text.</summary>
internal sealed class ExpandRequests(DriverFacts driver, CallSecrets secrets)
{
    public async Task<(ExpandOrder? Order, string? Error)> Compose(PersistentVolume volume, Quantity size, CancellationToken stop)
    {
        var isMigrated = volume.Spec.Csi is null;
        if (isMigrated && !driver.IsMigrationTarget) return (null, $"volume {volume.Name} is not migrated to CSI");
        var (details, error) = isMigrated ? InTreeTranslation.Translate(volume) : (volume.Spec, null);
        if (details?.Csi is not { } source) return (null, $"failed to translate volume {volume.Name} of a built-in plugin: {error}");
        if (string.IsNullOrEmpty(source.VolumeHandle)) return (null, "empty volume handle");
        if (!size.TryGetValue(out var bytes)) return (null, $"the size {size} is more than a driver can be asked for");
        if (!AccessModes.TryCombine(details.AccessModes ?? [], driver.HasSingleNodeMultiWriter, out var mode, out var modesError))
            return (null, $"failed to map access modes of volume {volume.Name}: {modesError}");
        var (values, secretError) = await secrets.Read(source.ControllerExpandSecretRef, stop);
        if (values is null) return (null, secretError);
        var request = new ControllerExpandVolumeRequest
        {
            VolumeId = source.VolumeHandle,
            CapacityRange = new CapacityRange { RequiredBytes = bytes },
            VolumeCapability = VolumeCapabilities.Compose(details.VolumeMode is WellKnown.Block, source.FsType, details.MountOptions, mode),
            Secrets = { values.ToDictionary() },
        };
        return (new ExpandOrder(request, isMigrated), null);
    }
}
