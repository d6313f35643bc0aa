using Sidecars.EmbeddedCluster;
using Sidecars.ExternalProvisioner.Requests;

namespace Sidecars.ExternalProvisioner.Tests.Scenarios;

/// <summary>In a cluster that binds and releases as a real one does, each volume is asked for once and deleted once.</summary>
internal sealed class NoRepeatedCallTests : RigTest
{
    private const int Many = 200;

    [Test]
    public async Task Two_hundred_claims_are_two_hundred_calls_each_way()
    {
        var rig = await Started(new RigOptions
        {
            HasControllers = true,
            Provisioner = new ProvisionerOptions { Naming = new VolumeNaming("pvc", VolumeNaming.WholeUid) },
        });
        rig.World.Add(new TestClass());
        var names = Enumerable.Range(0, Many).Select(i => $"claim-{i}").ToList();
        foreach (var name in names) rig.World.Add(new TestClaim(name).Unassigned());
        foreach (var name in names) await rig.World.Until(World.Claims, name, c => World.Text(c, "status", "phase") == "Bound");
        Assert.That(rig.World.All(World.Volumes), Has.Count.EqualTo(Many));

        var volumes = rig.World.All(World.Volumes).Select(v => World.Text(v, "metadata", "name")).ToList();
        foreach (var name in names) rig.World.Delete(World.Claims, name);
        foreach (var volume in volumes) await rig.World.UntilGone(World.Volumes, volume);

        Assert.That(rig.Calls("CreateVolume").Select(c => World.Text(c, "name")), Is.Unique.And.Exactly(Many).Items);
        Assert.That(rig.Calls("DeleteVolume").Select(c => World.Text(c, "volume_id")), Is.Unique.And.Exactly(Many).Items);
        Assert.That(Writes("create"), Is.EqualTo(Many));
        Assert.That(Writes("delete"), Is.EqualTo(Many));
        Assert.That(Writes("patch"), Is.EqualTo(Many));

        int Writes(string verb) => rig.Cluster.Requests.Count(new RequestMatch { Verb = verb, Resource = World.Volumes });
    }
}
