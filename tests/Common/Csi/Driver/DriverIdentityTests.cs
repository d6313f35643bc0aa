using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Tests.Support;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;
using GroupRpc = Csi.V1.GroupControllerServiceCapability.Types.RPC.Types.Type;
using PluginService = Csi.V1.PluginCapability.Types.Service.Types.Type;

namespace Sidecars.Csi.Tests.Driver;

public sealed class DriverIdentityTests
{
    private ScriptedDriver _driver = null!;
    private CsiConnection _connection = null!;
    private DriverIdentity _identity = null!;

    [SetUp]
    public async Task Connect()
    {
        _driver = await ScriptedDriver.StartNewAsync(new ScriptedDriverOptions
        {
            PluginCapabilities = ["CONTROLLER_SERVICE", "ONLINE"],
            GroupControllerCapabilities = ["CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT"],
        });
        _connection = await CsiConnection.ConnectAsync(
            new CsiConnectionOptions { Address = _driver.Address }, NullLogger.Instance, TimeProvider.System, CancellationToken.None).WithinLimit();
        _identity = new DriverIdentity(_connection.Invoker, new CsiCall(TimeProvider.System), TestTimeouts.Limit);
    }

    [TearDown]
    public async Task Disconnect()
    {
        _connection.Dispose();
        await _driver.DisposeAsync();
    }

    [Test]
    public async Task The_name_is_the_drivers() =>
        Assert.That((await _identity.NameAsync(CancellationToken.None).WithinLimit()).Response, Is.EqualTo("csi.example.com"));

    [Test]
    public async Task An_empty_name_is_an_error()
    {
        _driver.Answer("GetPluginInfo", DriverRule.Answer("{}"));
        var result = await _identity.NameAsync(CancellationToken.None).WithinLimit();
        Assert.That(result.Error!.Text, Is.EqualTo("driver name is empty"));
    }

    [Test]
    public async Task A_failure_of_the_driver_passes_through()
    {
        _driver.Answer("GetPluginInfo", DriverRule.Fail(StatusCode.Internal, "oops"));
        Assert.That((await _identity.NameAsync(CancellationToken.None).WithinLimit()).Error!.Text, Is.EqualTo("rpc error: code = Internal desc = oops"));
    }

    [Test]
    public async Task Capabilities_are_read_into_sets()
    {
        var plugin = new PluginCapabilities((await _identity.PluginCapabilitiesAsync(CancellationToken.None).WithinLimit()).Response!);
        Assert.That((plugin.HasControllerService, plugin.HasTopology, plugin.HasGroupControllerService), Is.EqualTo((true, false, false)));

        var controller = new ControllerCapabilities((await _identity.ControllerCapabilitiesAsync(CancellationToken.None).WithinLimit()).Response!);
        Assert.That(controller.Has(ControllerRpc.CloneVolume), Is.True);
        Assert.That(controller.Has(ControllerRpc.GetCapacity), Is.False);

        var groups = new GroupControllerCapabilities((await _identity.GroupControllerCapabilitiesAsync(CancellationToken.None).WithinLimit()).Response!);
        Assert.That(groups.Has(GroupRpc.CreateDeleteGetVolumeGroupSnapshot), Is.True);
    }

    [Test]
    public void Entries_of_another_kind_are_skipped_and_unknown_ones_kept()
    {
        // A service of number 99, an expansion ONLINE (number 1 of another enum), an entry of nothing, a service of UNKNOWN.
        var plugin = new PluginCapabilities(global::Csi.V1.GetPluginCapabilitiesResponse.Parser.ParseFrom(
            Convert.FromHexString("0a040a020863" + "0a0412020801" + "0a00" + "0a020a00")));
        Assert.That(plugin.Has((PluginService)99), Is.True);
        Assert.That(plugin.Has(PluginService.Unknown), Is.True);
        Assert.That(plugin.HasControllerService, Is.False);

        var controller = new ControllerCapabilities(global::Csi.V1.ControllerGetCapabilitiesResponse.Parser.ParseFrom(Convert.FromHexString("0a040a0208630a00")));
        Assert.That(controller.Has((ControllerRpc)99), Is.True);
        Assert.That(controller.Has(ControllerRpc.Unknown), Is.False);
    }

    [Test]
    public void An_empty_answer_and_the_default_have_nothing()
    {
        Assert.That(new ControllerCapabilities(new global::Csi.V1.ControllerGetCapabilitiesResponse()).Has(ControllerRpc.CreateDeleteVolume), Is.False);
        Assert.That(default(ControllerCapabilities).Has(ControllerRpc.CreateDeleteVolume), Is.False);
        Assert.That(default(PluginCapabilities).HasTopology, Is.False);
    }

    [Test]
    public void Sets_can_be_made_from_names_alone()
    {
        Assert.That(new PluginCapabilities(PluginService.VolumeAccessibilityConstraints).HasTopology, Is.True);
        Assert.That(new ControllerCapabilities(ControllerRpc.ModifyVolume).Has(ControllerRpc.ModifyVolume), Is.True);
    }
}
