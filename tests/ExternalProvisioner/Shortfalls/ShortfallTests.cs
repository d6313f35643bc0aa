using Sidecars.Csi;
using Sidecars.EmbeddedCluster;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Shortfalls;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;
using PluginService = Csi.V1.PluginCapability.Types.Service.Types.Type;

namespace Sidecars.ExternalProvisioner.Tests.Shortfalls;

/// <summary>What is said at the start of a driver and a cluster that cannot give all that claims may ask for.</summary>
internal sealed class ShortfallTests : RigTest
{
    private static readonly ControllerRpc[] s_all = [ControllerRpc.CreateDeleteVolume, ControllerRpc.CreateDeleteSnapshot, ControllerRpc.CloneVolume, ControllerRpc.ModifyVolume];

    private static readonly ProvisionerOptions s_default = new() { Naming = new VolumeNaming("pvc", VolumeNaming.WholeUid) };

    [Test]
    public void A_driver_that_can_all_of_it_falls_short_of_nothing() => Assert.That(Told(s_default, s_all), Is.Empty);

    [TestCase(ControllerRpc.CreateDeleteSnapshot, "No volumes from snapshots: the driver does not announce CREATE_DELETE_SNAPSHOT")]
    [TestCase(ControllerRpc.CloneVolume, "No clones: the driver does not announce CLONE_VOLUME")]
    [TestCase(ControllerRpc.ModifyVolume, "No volumes of attributes classes: the driver does not announce MODIFY_VOLUME")]
    public void What_a_driver_does_not_announce_may_be_meant(ControllerRpc lacking, string told)
    {
        var shortfall = Told(s_default, [.. s_all.Where(capability => capability != lacking)]).Single();
        Assert.That((shortfall.ToString(), shortfall.IsMeant), Is.EqualTo((told, true)));
    }

    [Test]
    public void A_driver_that_makes_no_volumes_is_told_of_that_alone_and_is_set_up_wrong()
    {
        var shortfall = Told(s_default, [ControllerRpc.CloneVolume]).Single();
        Assert.That(shortfall.ToString(), Does.StartWith("No volumes at all: CSI driver does not support dynamic provisioning: controller CREATE_DELETE_VOLUME"));
        Assert.That(shortfall.IsMeant, Is.False);
    }

    [Test]
    public void Flags_against_the_driver_are_a_mistake()
    {
        var isOff = s_default with { UsesTopology = false };
        Assert.That(Told(isOff, s_all), Is.Empty, "the driver has none");
        var driver = new DriverFacts("d", new PluginCapabilities(PluginService.ControllerService, PluginService.VolumeAccessibilityConstraints), new ControllerCapabilities(s_all), "i");
        var shortfall = DriverShortfalls.Of(driver, isOff).Single();
        Assert.That((shortfall.What, shortfall.IsMeant), Is.EqualTo(("No choice of place", false)));

        var isAsked = Told(s_default with { AttributesClasses = AttributesClassUse.Always }, [.. s_all.Where(c => c is not ControllerRpc.ModifyVolume)]).Single();
        Assert.That((isAsked.What, isAsked.IsMeant), Is.EqualTo(("No volumes of attributes classes", false)));
        Assert.That(Told(s_default with { AttributesClasses = AttributesClassUse.Never }, [.. s_all.Where(c => c is not ControllerRpc.ModifyVolume)]), Is.Empty);
    }

    [Test]
    public async Task A_cluster_without_the_kinds_is_told_of_once_with_what_to_install()
    {
        var rig = await Started(Rig(crossesNamespaces: true));
        var lines = new[]
        {
            await Line(rig, "No volumes from snapshots"), await Line(rig, "No volumes from sources of other namespaces"), await Line(rig, "No clones"),
        };
        Assert.That(lines[0], Does.Contain("snapshot.storage.k8s.io/v1").And.Contain("install the snapshot-controller"));
        Assert.That(lines[1], Does.Contain("ReferenceGrants").And.Contain("CrossNamespaceVolumeDataSource"));
        await rig.World.UntilProvisioned(Claim(rig));
        Assert.That(rig.Log.Lines.Count(line => line.Contains("What claims of this driver do not get here", StringComparison.Ordinal)), Is.EqualTo(4), "the driver modifies nothing either");
    }

    [Test]
    public async Task A_cluster_with_the_kinds_is_not_spoken_of()
    {
        var rig = await Prepared(Rig(crossesNamespaces: false));
        rig.World.AddSnapshotKinds();
        await rig.Run();
        await Line(rig, "No clones");
        await rig.World.UntilProvisioned(Claim(rig));
        Assert.That(rig.Log.Lines, Has.None.Contains("No volumes from snapshots"));
    }

    private static IEnumerable<Shortfall> Told(ProvisionerOptions options, ControllerRpc[] capabilities) =>
        DriverShortfalls.Of(new DriverFacts("d", new PluginCapabilities(PluginService.ControllerService), new ControllerCapabilities(capabilities), "identity"), options);

    private static Task<string> Line(ProvisionerRig rig, string text) => rig.Log.WaitForLine(line => line.Contains(text, StringComparison.Ordinal));

    private static RigOptions Rig(bool crossesNamespaces)
    {
        var options = RigOptions.WithCapabilities("CREATE_DELETE_VOLUME", "CREATE_DELETE_SNAPSHOT");
        return options with { Provisioner = options.Provisioner with { Sources = new() { CrossesNamespaces = crossesNamespaces } } };
    }

    private static StoredObject Claim(ProvisionerRig rig)
    {
        rig.World.Add(new TestClass());
        return rig.World.Add(new TestClaim());
    }
}
