using Sidecars.ExternalProvisioner.Capacity;
using Sidecars.ExternalProvisioner.Topology;

namespace Sidecars.ExternalProvisioner.Tests.Capacity;

internal sealed class SegmentCountTests
{
    private readonly SegmentCount _segments = new();

    [Test]
    public void A_segment_comes_with_its_first_node_and_goes_with_its_last()
    {
        Assert.That(_segments.Put("n1", Zone("a")), Is.EqualTo((Zone("a"), (TopologyTerm?)null)));
        Assert.That(_segments.Put("n2", Zone("a")), Is.EqualTo(((TopologyTerm?)null, (TopologyTerm?)null)));
        Assert.That(_segments.Put("n1", Zone("b")), Is.EqualTo((Zone("b"), (TopologyTerm?)null)), "n2 is still there");
        Assert.That(_segments.Put("n2", Zone("b")), Is.EqualTo(((TopologyTerm?)null, Zone("a"))));
        Assert.That(_segments.Put("n1", null), Is.EqualTo(((TopologyTerm?)null, (TopologyTerm?)null)));
        Assert.That(_segments.All, Is.EqualTo((TopologyTerm[])[Zone("b")]));
        Assert.That(_segments.Put("n2", null), Is.EqualTo(((TopologyTerm?)null, Zone("b"))));
        Assert.That(_segments.All, Is.Empty);
    }

    [Test]
    public void A_node_that_moves_takes_its_segment_along()
    {
        _segments.Put("n1", Zone("a"));
        Assert.That(_segments.Put("n1", Zone("b")), Is.EqualTo((Zone("b"), Zone("a"))));
    }

    [Test]
    public void What_is_told_twice_counts_once()
    {
        _segments.Put("n1", Zone("a"));
        _segments.Put("n1", Zone("a"));
        _segments.Put("n2", null);
        Assert.That(_segments.Put("n1", null), Is.EqualTo(((TopologyTerm?)null, Zone("a"))));
    }

    [Test]
    public void Everywhere_is_a_segment_as_any_other()
    {
        Assert.That(_segments.Put("n1", TopologyTerm.Everywhere).Came, Is.EqualTo(TopologyTerm.Everywhere));
        Assert.That(_segments.Put("n2", Zone("a")).Came, Is.EqualTo(Zone("a")));
    }

    private static TopologyTerm Zone(string zone) => TopologyTerm.Of([new("zone", zone)]);
}
