using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Placement;

namespace Sidecars.SnapshotController.Tests.Placement;

/// <summary>Which node's sidecar takes the snapshot of a volume (snapshot controller contract 9).</summary>
internal sealed class NodeOfVolumeTests
{
    [TestCase("zone In a", "n1")]
    [TestCase("zone In b", "n2")]
    [TestCase("zone In a b", "n1")]
    [TestCase("zone NotIn a", "n2")]
    [TestCase("zone Exists", "n1")]
    [TestCase("disk DoesNotExist", "n1")]
    [TestCase("size Gt 5", "n2")]
    [TestCase("size Lt 5", "n1")]
    [TestCase("size Gt x", null)]
    [TestCase("metadata.name In n2", "n2")]
    [TestCase("metadata.uid In n2", null)]
    [TestCase("zone Like a", null)]
    [TestCase("zone In c", null)]
    public void One_requirement(string requirement, string? node) => Assert.That(Find([Term(requirement)]), Is.EqualTo(node));

    [Test]
    public void All_of_a_term_and_any_of_several() => Assert.That(Find([Term("zone In a", "size Gt 5"), Term("zone In b", "size Gt 5")]), Is.EqualTo("n2"));

    [Test]
    public void A_term_without_requirements_selects_nothing() => Assert.That(Find([new NodeSelectorTerm()]), Is.Null);

    [Test]
    public void A_volume_that_is_bound_to_no_node() => Assert.That(NodeOfVolume.Find(null, Nodes()), Is.Null);

    private static string? Find(List<NodeSelectorTerm> terms) =>
        NodeOfVolume.Find(new VolumeNodeAffinity { Required = new NodeSelector { NodeSelectorTerms = terms } }, Nodes());

    private static NodeSelectorTerm Term(params string[] requirements)
    {
        var all = requirements.Select(r => r.Split(' ')).Select(r => new NodeSelectorRequirement { Key = r[0], Operator = r[1], Values = r[2..] }).ToList();
        return new NodeSelectorTerm { MatchExpressions = [.. all.Where(r => !r.Key!.StartsWith("metadata", StringComparison.Ordinal))], MatchFields = [.. all.Where(r => r.Key!.StartsWith("metadata", StringComparison.Ordinal))] };
    }

    private static IEnumerable<Node> Nodes() => [Node("n2", "b", "9"), Node("n1", "a", "1")];

    private static Node Node(string name, string zone, string size) => new() { Metadata = new ObjectMeta { Name = name, Labels = StringMap.From([new("zone", zone), new("size", size)]) } };
}
