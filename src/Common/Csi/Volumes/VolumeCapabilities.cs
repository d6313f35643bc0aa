using Csi.V1;

namespace Sidecars.Csi;

/// <summary>Composes the capability of a volume from the parts of a PersistentVolume or claim; defaults are the caller's business.</summary>
public static class VolumeCapabilities
{
    /// <summary>
    /// A volume of volumeMode <c>Block</c> has no filesystem and no mount flags, whatever is given; any other is mounted. An empty
    /// <paramref name="fsType"/> leaves the choice to the driver.
    /// </summary>
    public static VolumeCapability Compose(
        bool isBlock, string? fsType, IEnumerable<string>? mountFlags, VolumeCapability.Types.AccessMode.Types.Mode mode)
    {
        var capability = new VolumeCapability { AccessMode = new VolumeCapability.Types.AccessMode { Mode = mode } };
        if (isBlock)
        {
            capability.Block = new VolumeCapability.Types.BlockVolume();
            return capability;
        }

        capability.Mount = new VolumeCapability.Types.MountVolume { FsType = fsType ?? "" };
        capability.Mount.MountFlags.AddRange(mountFlags ?? []);
        return capability;
    }
}
