using Sidecars.ExternalProvisioner.Capacity;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Capacity;

internal sealed class AffinityPlacesTests
{
    [Test]
    public void Without_affinity_a_volume_is_everywhere()
    {
        Assert.That(AffinityPlaces.Of(new PersistentVolume()), Is.Null);
        Assert.That(AffinityPlaces.Of(Volume()), Is.Null);
    }

    [Test]
    public void Each_term_with_single_values_is_a_place()
    {
        var places = AffinityPlaces.Of(Volume(Term(("zone", "In", ["a"]), ("rack", "In", ["r"])), Term(("zone", "In", ["b", "c"])), Term(("zone", "NotIn", ["d"])), Term(("zone", "In", ["e"]))));
        Assert.That(places!.Select(p => p.ToString()), Is.EqualTo((string[])["{rack=r, zone=a}", "{zone=e}"]));
    }

    private static PersistentVolume Volume(params NodeSelectorTerm[] terms) =>
        new() { Spec = new VolumeSpec { NodeAffinity = new VolumeNodeAffinity { Required = new NodeSelector { NodeSelectorTerms = [.. terms] } } } };

    private static NodeSelectorTerm Term(params (string Key, string Operator, string[] Values)[] expressions) =>
        new() { MatchExpressions = [.. expressions.Select(e => new NodeSelectorRequirement { Key = e.Key, Operator = e.Operator, Values = e.Values })] };
}
