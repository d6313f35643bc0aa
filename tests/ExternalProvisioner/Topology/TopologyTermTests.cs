using Sidecars.ExternalProvisioner.Topology;

namespace Sidecars.ExternalProvisioner.Tests.Topology;

/// <summary>Places and their order (provisioner contract 5.8).</summary>
internal sealed class TopologyTermTests
{
    [Test]
    public void Terms_with_the_same_entries_are_equal_in_whatever_order_they_came()
    {
        Assert.That(Term("b=2 a=1"), Is.EqualTo(Term("a=1 b=2")));
        Assert.That(Term("b=2 a=1").GetHashCode(), Is.EqualTo(Term("a=1 b=2").GetHashCode()));
        Assert.That(Term("b=2 a=1").ToString(), Is.EqualTo("{a=1, b=2}"));
        Assert.That(Term("a=1 b=2"), Is.Not.EqualTo(Term("a=1 b=3")));
        Assert.That(Term(""), Is.EqualTo(TopologyTerm.Everywhere));
    }

    [TestCase("", "a=1", true)]
    [TestCase("a=1", "a=1", true)]
    [TestCase("b=2", "a=1 b=2", true)]
    [TestCase("b=1", "a=1 b=2", false)]
    [TestCase("a=1 b=2", "b=2", false)]
    public void A_term_is_part_of_another_when_all_its_entries_are(string one, string other, bool isPart) =>
        Assert.That(Term(one).IsPartOf(Term(other)), Is.EqualTo(isPart));

    [Test]
    public void Fewer_entries_come_first_and_then_the_first_that_differs_decides_byte_by_byte()
    {
        string[] sorted = ["", "b=9", "a=1 b=1", "a=1 b=2", "a=2 b=1", "A=1 a=1 b=1", "a-b=1 a.b=1 a/b=1"];
        var terms = sorted.Select(Term).Reverse().Order().ToList();
        Assert.That(terms, Is.EqualTo(sorted.Select(Term)));
    }

    [Test]
    public void The_driver_is_told_the_segments() =>
        Assert.That(Term("zone=z rack=r").ToCsi().Segments, Is.EquivalentTo(new Dictionary<string, string> { ["zone"] = "z", ["rack"] = "r" }));

    private static TopologyTerm Term(string entries) =>
        TopologyTerm.Of(entries.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(e => e.Split('=')).Select(e => KeyValuePair.Create(e[0], e[1])));
}
