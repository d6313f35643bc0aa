using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Requests;

/// <summary>Where the volume of an attachment is described: in a PersistentVolume, or in the attachment itself.</summary>
/// <param name="Volume">The PersistentVolume; null for an inline volume.</param>
/// <param name="Inline">The inline volume; null for a PersistentVolume.</param>
internal sealed record VolumeOrigin(PersistentVolume? Volume, VolumeSpec? Inline);

/// <summary>A volume as the driver knows it.</summary>
/// <param name="Details">Its description; the CSI part is there.</param>
/// <param name="IsMigrated">Whether it was translated from a built-in plugin of old.</param>
internal sealed record DriverVolume(VolumeSpec Details, bool IsMigrated)
{
    public CsiVolumeSource Csi => Details.Csi!;
}

/// <summary>Finds the volume of an attachment (attacher contract 8, steps 1, 2, 5 and 6).</summary>
internal sealed class VolumeOrigins(Caches caches, ApiClient api)
{
    public async ValueTask<(VolumeOrigin? Origin, string? Error)> Find(VolumeAttachment attachment, CancellationToken stop)
    {
        var source = attachment.Spec.Source;
        switch (source?.PersistentVolumeName, source?.InlineVolumeSpec)
        {
            case (not null, not null):
                return (null, "both InlineCSIVolumeSource and PersistentVolumeName specified in VA source");
            case (null, null):
                return (null, "neither InlineCSIVolumeSource nor PersistentVolumeName specified in VA source");
            case (null, { } inline):
                return inline.Csi is null ? (null, "inline volume spec contains nil CSI source") : (new VolumeOrigin(null, inline), null);
            case ({ } name, null):
                return caches.FindVolume(name) is { } volume && caches.IsKnown(volume) ? (new VolumeOrigin(volume, null), null) : await Read(name, stop);
        }
    }

    /// <summary>The driver's view of it, translated where it is a volume of a built-in plugin.</summary>
    public static (DriverVolume? Volume, string? Error) Resolve(VolumeOrigin origin)
    {
        if (origin.Inline is { } inline) return (new DriverVolume(inline, false), null);
        var volume = origin.Volume!;
        if (volume.Spec.IsMigratable)
        {
            var (translated, error) = InTreeTranslation.Translate(volume);
            return translated is null ? (null, $"failed to translate in tree pv to CSI: {error}") : (new DriverVolume(translated, true), null);
        }
        return volume.Spec.Csi is null
            ? (null, "pv spec contained non-csi source that was not migrated")
            : (new DriverVolume(volume.Spec, false), null);
    }

    /// <summary>
    /// A volume that looked like somebody else's, and so was not kept: the attachment decides. Or one of which nothing is known yet: its attachment may
    /// come by another watch before it, and users would read of a failure where nothing is wrong.
    /// </summary>
    private async Task<(VolumeOrigin?, string?)> Read(string name, CancellationToken stop)
    {
        var read = await api.GetAsync(Resources.PersistentVolumes, new ObjectKey(null, name), stop);
        return read.IsSuccess ? (new VolumeOrigin(read.Value, null), null)
            : (null, read.Failure.IsNotFound ? $"persistentvolume \"{name}\" not found" : $"cannot read persistentvolume \"{name}\": {read.Failure.Message}");
    }
}
