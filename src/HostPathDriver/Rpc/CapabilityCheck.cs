using Csi.V1;
using Sidecars.HostPathDriver.State;
using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.HostPathDriver.Rpc;

/// <summary>
/// What a volume capability must hold to mean anything here: an access type, an access mode this driver knows, and no mount group,
/// which the driver does not offer. Every known mode is supported, because all readers and writers of a directory are on one machine.
/// </summary>
internal static class CapabilityCheck
{
    /// <summary>Checks the capabilities of one volume; true when they ask for a block device. Mixing both access types is refused.</summary>
    public static bool AsksForBlock(IReadOnlyCollection<VolumeCapability> capabilities)
    {
        if (capabilities.Count == 0) throw Refuse.InvalidArgument("volume_capabilities is missing.");
        foreach (var capability in capabilities) One(capability, "volume_capabilities");
        var isBlock = capabilities.First().AccessTypeCase == VolumeCapability.AccessTypeOneofCase.Block;
        if (capabilities.Any(capability => capability.AccessTypeCase == VolumeCapability.AccessTypeOneofCase.Block != isBlock))
            throw Refuse.InvalidArgument("volume_capabilities mixes block and mount access; a volume is one or the other.");
        return isBlock;
    }

    /// <summary>Checks the single capability of a call on an existing volume; the access type must be the volume's.</summary>
    public static Mode ForVolume(VolumeCapability? capability, VolumeRecord volume)
    {
        if (capability is null) throw Refuse.InvalidArgument("volume_capability is missing.");
        One(capability, "volume_capability");
        if (!Fits(capability, volume))
        {
            var kind = volume.IsBlock ? "block" : "mount";
            throw Refuse.InvalidArgument($"Volume {volume.Id} was made for {kind} access; the call asks for the other access type.");
        }

        return capability.AccessMode.Mode;
    }

    public static bool Fits(VolumeCapability capability, VolumeRecord volume) =>
        capability.AccessTypeCase == VolumeCapability.AccessTypeOneofCase.Block == volume.IsBlock;

    /// <summary>True for the modes with which several nodes may have the volume.</summary>
    public static bool IsMultiNode(Mode mode) =>
        mode is Mode.MultiNodeReaderOnly or Mode.MultiNodeSingleWriter or Mode.MultiNodeMultiWriter;

    /// <summary>True for the modes with which a node may publish the volume at several paths (wire contract 8.4).</summary>
    public static bool AllowsSeveralPaths(Mode mode) => IsMultiNode(mode) || mode is Mode.SingleNodeMultiWriter;

    private static void One(VolumeCapability capability, string field)
    {
        if (capability.AccessTypeCase == VolumeCapability.AccessTypeOneofCase.None)
            throw Refuse.InvalidArgument($"{field} has no access type (block or mount).");
        if (capability.AccessMode is not { } accessMode || accessMode.Mode == Mode.Unknown)
            throw Refuse.InvalidArgument($"{field} has no access mode.");
        if (!Enum.IsDefined(accessMode.Mode))
            throw Refuse.InvalidArgument($"{field} has the access mode {(int)accessMode.Mode}, which this driver does not know.");
        if (capability.Mount is { VolumeMountGroup.Length: > 0 })
            throw Refuse.InvalidArgument($"{field} has a volume_mount_group, but this driver does not offer VOLUME_MOUNT_GROUP.");
    }
}
