using Csi.V1;
using Sidecars.Csi;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ExternalResizer.Tests;

/// <summary>In which words a missing right is told: what is lost without it.</summary>
internal sealed class RightsTests
{
    [TestCase(true, "growth of volumes")]
    [TestCase(false, "change of attributes classes")]
    public void Claims_and_volumes_are_needed_for_what_the_driver_can_do(bool expands, string feature)
    {
        var capable = new ControllerCapabilities(new ControllerGetCapabilitiesResponse
        {
            Capabilities = { new ControllerServiceCapability { Rpc = new() { Type = ControllerRpc.ModifyVolume } } },
        });
        var rights = ResizerRights.Of(new ResizerOptions(), capable, expands).Where(r => r.Resource.StartsWith("persistentvolume", StringComparison.Ordinal)).ToList();
        Assert.That(rights, Has.Count.EqualTo(3));
        Assert.That(rights.Select(r => r.Feature), Is.All.EqualTo(feature));
    }
}
