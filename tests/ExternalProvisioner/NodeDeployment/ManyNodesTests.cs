using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests.NodeDeployment;

/// <summary>Ten of the published program, each for a node of its own, beside one cluster.</summary>
internal sealed class ManyNodesTests
{
    private const int Nodes = 10;
    private const int Claims = 30;

    [Test]
    public async Task No_claim_is_provisioned_twice_and_each_names_the_node_that_did()
    {
        await using var rig = await ProcessRig.PrepareAsync(ProvisionerProgram.Name);
        var world = new World(rig.Cluster.Storage);
        world.Add(new TestClass());
        for (var i = 0; i < Nodes; i++)
        {
            await ProcessRig.Populated(rig.Start(new Dictionary<string, string> { ["NODE_NAME"] = $"n{i}" },
                "--node-deployment", "--node-deployment-base-delay=300ms", "--node-deployment-max-delay=1s", "-v=2"));
        }
        var claims = Enumerable.Range(0, Claims).Select(i => world.Add(new TestClaim($"claim-{i}"))).ToList();
        foreach (var claim in claims) await world.UntilProvisioned(claim);

        Assert.That(rig.Driver.Calls.Of("CreateVolume").Select(c => World.Text(c.Request, "name")), Is.EquivalentTo(claims.Select(c => $"pvc-{c.Uid}")));
        foreach (var claim in claims)
        {
            var node = World.Text(world.Find(World.Claims, claim.Name), "metadata", "annotations", "volume.kubernetes.io/selected-node");
            var volume = world.Find(World.Volumes, $"pvc-{claim.Uid}");
            Assert.That(World.Text(volume, "spec", "csi", "volumeAttributes", "storage.kubernetes.io/csiProvisionerIdentity"), Does.EndWith($"-{node}"));
        }
    }
}
