using Csi.V1;
using static Sidecars.HostPathDriver.Tests.RunningDriver;

namespace Sidecars.HostPathDriver.Tests.Sanity;

internal sealed class IdentityTests : DriverTest
{
    [Test]
    public async Task Plugin_info_has_a_valid_name_and_a_version()
    {
        var info = await Ok(Driver.Identity.GetPluginInfoAsync(new()));
        Assert.Multiple(() =>
        {
            Assert.That(info.Name, Is.EqualTo("hostpath.csi.sidecars.dev"));
            Assert.That(info.Name, Does.Match("^[a-zA-Z0-9]([-a-zA-Z0-9.]{0,61}[a-zA-Z0-9])?$"));
            Assert.That(info.VendorVersion, Does.Match(@"^\d+\.\d+\.\d+$"));
        });
    }

    /// <summary>Every sidecar ends with the connection to its driver.</summary>
    [Test]
    public void A_connection_that_is_quiet_is_not_closed() => Assert.That(Driver.QuietLimit, Is.InRange(TimeSpan.FromDays(1), TimeSpan.FromDays(365)));

    [Test]
    public async Task Plugin_offers_a_controller_topology_and_online_expansion()
    {
        var capabilities = (await Ok(Driver.Identity.GetPluginCapabilitiesAsync(new()))).Capabilities;
        Assert.Multiple(() =>
        {
            Assert.That(capabilities.Where(c => c.Service is not null).Select(c => c.Service.Type), Is.EquivalentTo(new[]
            {
                PluginCapability.Types.Service.Types.Type.ControllerService,
                PluginCapability.Types.Service.Types.Type.VolumeAccessibilityConstraints,
            }));
            Assert.That(
                capabilities.Single(c => c.VolumeExpansion is not null).VolumeExpansion.Type,
                Is.EqualTo(PluginCapability.Types.VolumeExpansion.Types.Type.Online));
        });
    }

    [Test]
    public async Task Probe_says_ready() =>
        Assert.That((await Ok(Driver.Identity.ProbeAsync(new()))).Ready, Is.True);

    [Test]
    public async Task Probe_fails_once_the_state_directory_is_gone()
    {
        Directory.Delete(Driver.Options.StateDirectory, recursive: true);
        var status = await Refused(Driver.Identity.ProbeAsync(new()), Grpc.Core.StatusCode.FailedPrecondition);
        Assert.That(status.Detail, Does.Contain(Driver.Options.StateDirectory));
    }

    [Test]
    public async Task Node_info_names_the_node_and_its_topology()
    {
        var info = await Ok(Driver.Node.NodeGetInfoAsync(new()));
        Assert.Multiple(() =>
        {
            Assert.That(info.NodeId, Is.EqualTo("node-1"));
            Assert.That(info.MaxVolumesPerNode, Is.Zero);
            Assert.That(info.AccessibleTopology.Segments["topology.hostpath.csi.sidecars.dev/node"], Is.EqualTo("node-1"));
        });
    }

    [Test]
    public async Task Offered_capabilities_are_all_known_and_none_is_offered_twice()
    {
        var controller = (await Ok(Driver.Controller.ControllerGetCapabilitiesAsync(new()))).Capabilities.Select(c => c.Rpc.Type).ToList();
        var node = (await Ok(Driver.Node.NodeGetCapabilitiesAsync(new()))).Capabilities.Select(c => c.Rpc.Type).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(controller, Is.Unique.And.All.Not.EqualTo(ControllerServiceCapability.Types.RPC.Types.Type.Unknown));
            Assert.That(controller, Has.Count.EqualTo(15));
            Assert.That(node, Is.Unique.And.All.Not.EqualTo(NodeServiceCapability.Types.RPC.Types.Type.Unknown));
            Assert.That(node, Does.Contain(NodeServiceCapability.Types.RPC.Types.Type.StageUnstageVolume));
        });
    }
}
