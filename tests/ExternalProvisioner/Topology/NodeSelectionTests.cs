using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Topology;

/// <summary>From where a volume can be reached. Terms are parted by "or", requirements by "and".</summary>
internal sealed class NodeSelectionTests
{
    [TestCase("zone In z1", "zone=z1", true)]
    [TestCase("zone In z2,z1", "zone=z1", true)]
    [TestCase("zone In z2", "zone=z1", false)]
    [TestCase("zone In z1 and rack In r1", "zone=z1", false)]
    [TestCase("zone In z1 and rack In r1", "zone=z1 rack=r1", true)]
    [TestCase("zone In z2 or zone In z1", "zone=z1", true)]
    [TestCase("zone NotIn z2", "zone=z1", true)]
    [TestCase("zone NotIn z1", "zone=z1", false)]
    [TestCase("rack NotIn r1", "zone=z1", true)]
    [TestCase("zone Exists", "zone=z1", true)]
    [TestCase("rack Exists", "zone=z1", false)]
    [TestCase("rack DoesNotExist", "zone=z1", true)]
    [TestCase("n Gt 3", "n=4", true)]
    [TestCase("n Gt 3", "n=3", false)]
    [TestCase("n Lt 3", "n=2", true)]
    [TestCase("n Lt x", "n=2", false)]
    [TestCase("n Gt 3", "zone=z1", false)]
    [TestCase("zone Like z1", "zone=z1", false)]
    [TestCase("", "zone=z1", false, Description = "a term without requirements selects nothing")]
    [TestCase("zone In z2", "", true, Description = "nothing is known of the place")]
    [TestCase(null, "zone=z1", true, Description = "reached from everywhere")]
    public void A_volume_is_reached_where_one_of_its_terms_selects_the_place(string? affinity, string place, bool isReached)
    {
        var terms = affinity?.Split(" or ").Select(term => new NodeSelectorTerm
        {
            MatchExpressions = [.. term.Split(" and ", StringSplitOptions.RemoveEmptyEntries).Select(e => e.Split(' ')).Select(e =>
                new NodeSelectorRequirement { Key = e[0], Operator = e[1], Values = e.Length > 2 ? e[2].Split(',') : null })],
        });
        var wanted = terms is null ? null : new VolumeNodeAffinity { Required = new NodeSelector { NodeSelectorTerms = [.. terms] } };
        var here = TopologyTerm.Of(place.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(e => e.Split('=')).Select(e => KeyValuePair.Create(e[0], e[1])));
        Assert.That(NodeSelection.Reaches(wanted, here), Is.EqualTo(isReached));
    }
}
