using Csi.V1;
using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.Csi.Tests.Volumes;

public sealed class VolumeCapabilitiesTests
{
    [Test]
    public void A_block_volume_has_neither_filesystem_nor_mount_flags()
    {
        var capability = VolumeCapabilities.Compose(isBlock: true, "ext4", ["ro"], Mode.MultiNodeMultiWriter);
        Assert.That(capability.AccessTypeCase, Is.EqualTo(VolumeCapability.AccessTypeOneofCase.Block));
        Assert.That(capability.AccessMode.Mode, Is.EqualTo(Mode.MultiNodeMultiWriter));
    }

    [Test]
    public void A_mounted_volume_carries_filesystem_and_flags_in_order()
    {
        var capability = VolumeCapabilities.Compose(isBlock: false, "xfs", ["ro", "noatime"], Mode.SingleNodeWriter);
        Assert.That(capability.Mount.FsType, Is.EqualTo("xfs"));
        Assert.That(capability.Mount.MountFlags, Is.EqualTo(new[] { "ro", "noatime" }));
    }

    [Test]
    public void Without_a_filesystem_the_mount_is_present_and_empty() =>
        Assert.That(VolumeCapabilities.Compose(false, null, null, Mode.SingleNodeWriter).Mount, Is.EqualTo(new VolumeCapability.Types.MountVolume()));
}
