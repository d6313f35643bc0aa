using Sidecars.Csi;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;
using GroupRpc = Csi.V1.GroupControllerServiceCapability.Types.RPC.Types.Type;
using Service = Csi.V1.PluginCapability.Types.Service.Types.Type;

namespace Sidecars.Playground.Tests.Run;

/// <summary>What follows from what a driver's services say of themselves.</summary>
internal sealed class DriverTraitsTests
{
    [TestCase(ControllerRpc.PublishUnpublishVolume, "Attach")]
    [TestCase(ControllerRpc.ExpandVolume, "Expand")]
    [TestCase(ControllerRpc.CreateDeleteSnapshot, "Snapshot")]
    [TestCase(ControllerRpc.CloneVolume, "Clone")]
    [TestCase(ControllerRpc.ModifyVolume, "Modify")]
    [TestCase(ControllerRpc.GetCapacity, "Capacity")]
    public void A_controller_s_word_is_one_ability(ControllerRpc word, string ability) =>
        Assert.That(Names(DriverTraits.Of(default, new ControllerCapabilities(word), default, nodesExpand: false)), Is.EqualTo((string[])[ability]));

    [Test]
    public void Topology_is_the_plugin_s_groups_are_the_group_controller_s_and_growth_may_be_the_node_s_alone() => Assert.Multiple(() =>
    {
        Assert.That(Names(DriverTraits.Of(new PluginCapabilities(Service.VolumeAccessibilityConstraints), default, default, false)), Is.EqualTo((string[])["Topology"]));
        Assert.That(
            Names(DriverTraits.Of(default, default, new GroupControllerCapabilities(GroupRpc.CreateDeleteGetVolumeGroupSnapshot), false)),
            Is.EqualTo((string[])["GroupSnapshot"]));
        Assert.That(Names(DriverTraits.Of(default, default, default, nodesExpand: true)), Is.EqualTo((string[])["Expand"]));
        Assert.That(DriverTraits.Of(default, default, default, nodesExpand: false), Is.Empty);
    });

    private static IEnumerable<string> Names(IEnumerable<DriverAbility> abilities) => abilities.Select(ability => $"{ability}");
}
