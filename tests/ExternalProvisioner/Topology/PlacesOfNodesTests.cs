using FsCheck;
using FsCheck.Fluent;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Topology;

/// <summary>What the nodes together say never depends on the order in which they were seen.</summary>
internal sealed class PlacesOfNodesTests
{
    private sealed record SeenNode(string Name, string? Labels, string? Keys);

    private static readonly string[] s_keys = ["rack", "zone", "disk"];

    // Nodes without the driver, with other keys, in another order of keys, without a label, or not there at all.
    private static readonly Gen<SeenNode[]> s_clusters =
        from nodes in (
            from labels in Gen.SubListOf(s_keys)
            from values in Gen.ArrayOf(Gen.Choose(1, 3), labels.Count)
            from keys in Gen.SubListOf(s_keys)
            from shuffled in Gen.Shuffle(keys)
            from kind in Gen.Choose(0, 9)
            select (Labels: kind is 0 ? null : string.Join(' ', labels.Zip(values, (l, v) => $"{l}={v}")), Keys: kind is 1 ? null : string.Join(' ', shuffled))).ArrayOf()
        select nodes.Select((n, i) => new SeenNode($"n{i}", n.Labels, n.Keys)).ToArray();

    [Test]
    public void The_order_of_nodes_never_matters() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(s_clusters.SelectMany(c => Gen.Shuffle(c), (nodes, other) => (nodes, other)).ToArbitrary(), seen => All(seen.nodes).SequenceEqual(All(seen.other))));

    [Test]
    public void What_was_seen_in_between_never_matters() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(s_clusters.SelectMany(_ => s_clusters, (nodes, before) => (nodes, before)).ToArbitrary(), seen => All(seen.nodes).SequenceEqual(All(seen.nodes, seen.before))));

    [TestCase("zone|zone|rack zone", "zone|rack zone")]
    [TestCase("zone rack|rack zone|zone", "rack zone|zone")]
    [TestCase("zone||rack||", "rack|zone")]
    [TestCase("||", "")]
    public void What_most_nodes_have_comes_first_and_of_equals_the_first_byte_by_byte(string keys, string order) =>
        Assert.That(string.Join('|', PlacesOfNodes.KeysInOrder(keys.Split('|').Select(NodesInMemory.Words)).Select(PlacesOfNodes.NameOf)), Is.EqualTo(order));

    [Test]
    public void A_node_that_changes_is_looked_at_again_and_no_other_time()
    {
        var nodes = new NodesInMemory().Add("n1", "zone=1", "zone").Add("n2", "zone=2", "zone");
        var cluster = new ClusterTopology(nodes.Topology);
        var before = cluster.By(["zone"]);
        Assert.That(cluster.By(["zone"]), Is.SameAs(before));
        Assert.That(cluster.ByKeysOfMost().Places, Is.SameAs(before));
        nodes.SetLabels("n2", "zone=3");
        Assert.That(cluster.By(["zone"]), Is.EqualTo((TopologyTerm[])[NodesInMemory.Term("zone=1"), NodesInMemory.Term("zone=3")]));
        nodes.Remove("n1");
        Assert.That(cluster.ByKeysOfMost().Places, Is.EqualTo((TopologyTerm[])[NodesInMemory.Term("zone=3")]));
    }

    [Test]
    public void A_fixed_node_is_known_without_a_watch()
    {
        var nodes = NodeTopology.Fixed("n1", NodesInMemory.Term("zone=1 rack=A"));
        Assert.That((nodes.IsKnown("n1"), nodes.IsKnown("n2"), nodes.IsPlaced("n1")), Is.EqualTo((true, false, true)));
        Assert.That(nodes.DriverNodes, Is.EqualTo((string[])["n1"]));
        Assert.That(new Placement(nodes, new ClusterTopology(nodes), new TopologyOptions()).Of("claim", new StorageClass(), "n1").Requirement!.Requisite,
            Is.EqualTo((TopologyTerm[])[NodesInMemory.Term("zone=1 rack=A")]));
    }

    /// <summary>All that is asked of a cluster, for claims without a node and for one at each node.</summary>
    private static List<string> All(SeenNode[] nodes, SeenNode[]? before = null)
    {
        var known = new NodesInMemory();
        var placement = new Placement(known.Topology, new ClusterTopology(known.Topology), new TopologyOptions());
        foreach (var (name, labels, keys) in before ?? []) known.Add(name, labels, keys);
        if (before is not null) _ = placement.Of("claim", new StorageClass(), null);
        foreach (var (name, _, _) in before ?? []) known.Remove(name);
        foreach (var (name, _, keys) in nodes) known.SetKeys(name, keys);
        foreach (var (name, labels, _) in nodes)
        {
            if (labels is not null) known.SetLabels(name, labels);
        }
        return [.. nodes.Select(n => n.Name).Order(StringComparer.Ordinal).Prepend(null).Select(n => Text(placement.Of("testset-1", new StorageClass(), n)))];
    }

    private static string Text((PlaceRequirement? Requirement, ProvisionFailure? Failure) answer) =>
        answer.Failure?.Message ?? string.Join(' ', answer.Requirement!.Requisite) + " from " + answer.Requirement.Preferred.First();
}
