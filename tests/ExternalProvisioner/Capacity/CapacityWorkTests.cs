using Sidecars.ExternalProvisioner.Capacity;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Capacity;

/// <summary>What capacity is published of, and by which key an object belongs to it.</summary>
internal sealed class CapacityWorkTests
{
    private readonly CapacityWork _work = new();

    [Test]
    public void It_is_every_class_in_every_segment()
    {
        Assert.That(_work.ClassChanged("fast", counts: true), Is.Empty, "there is no segment yet");
        Assert.That(Put("n1", "a"), Is.EqualTo((string[])["fast{zone=a}"]));
        Assert.That(Put("n2", "b"), Is.EqualTo((string[])["fast{zone=b}"]));
        Assert.That(_work.ClassChanged("slow", counts: true), Is.EquivalentTo((string[])["slow{zone=a}", "slow{zone=b}"]));
        Assert.That(_work.All, Is.EquivalentTo((string[])["fast{zone=a}", "fast{zone=b}", "slow{zone=a}", "slow{zone=b}"]));
        Assert.That(_work.OfClass("fast"), Is.EquivalentTo((string[])["fast{zone=a}", "fast{zone=b}"]));
        Assert.That(_work.OfSegment(Zone("b")), Is.EquivalentTo((string[])["fast{zone=b}", "slow{zone=b}"]));
        Assert.That((_work.OfClass("none").Count, _work.OfSegment(Zone("c")).Count), Is.EqualTo((0, 0)));
        Assert.That((_work.Find("slow{zone=b}")!.StorageClass, _work.Find("slow{zone=b}")!.Segment), Is.EqualTo(("slow", Zone("b"))));
    }

    [Test]
    public void What_goes_is_told_and_found_no_more()
    {
        _work.ClassChanged("fast", counts: true);
        _work.ClassChanged("slow", counts: true);
        Put("n1", "a");
        Assert.That(Put("n1", "b"), Is.EquivalentTo((string[])["fast{zone=a}", "fast{zone=b}", "slow{zone=a}", "slow{zone=b}"]), "moved");
        Assert.That(_work.ClassChanged("slow", counts: false), Is.EqualTo((string[])["slow{zone=b}"]));
        Assert.That(_work.ClassChanged("slow", counts: false), Is.Empty);
        Assert.That((_work.Find("slow{zone=b}"), _work.Find("fast{zone=a}"), _work.Count), Is.EqualTo(((CapacityItem?)null, (CapacityItem?)null, 1)));
        Assert.That(Put("n1", null), Is.EqualTo((string[])["fast{zone=b}"]));
        Assert.That(_work.Count, Is.Zero);
    }

    private static IEnumerable<TestCaseData> Objects() =>
    [
        new TestCaseData(new LabelSelector(), "fast{}").SetName("No_labels_are_everywhere"),
        new TestCaseData(new LabelSelector { MatchLabels = StringMap.Empty }, "fast{}").SetName("And_so_is_an_empty_map"),
        new TestCaseData(new LabelSelector { MatchLabels = StringMap.From([new("zone", "z"), new("rack", "r")]) }, "fast{rack=r, zone=z}").SetName("Labels_in_any_order"),
        new TestCaseData(null, "fast{?}").SetName("No_selector_is_nowhere"),
        new TestCaseData(new LabelSelector { MatchExpressions = PresenceOnly.Present }, "fast{?}").SetName("Expressions_are_no_place"),
    ];

    [TestCaseSource(nameof(Objects))]
    public void An_object_is_for_one_item(LabelSelector? nodes, string key) =>
        Assert.That(CapacityItem.KeyOf(new CsiStorageCapacity { StorageClassName = "fast", NodeTopology = nodes }), Is.EqualTo(key));

    [Test]
    public void The_key_of_an_item_is_that_of_its_object()
    {
        var item = new CapacityItem(TopologyTerm.Of([new("zone", "z"), new("rack", "r")]), "fast");
        Assert.That(item.Key, Is.EqualTo("fast{rack=r, zone=z}"));
        Assert.That(new CapacityItem(TopologyTerm.Everywhere, "fast").Key, Is.EqualTo("fast{}"));
    }

    private IReadOnlyList<string> Put(string node, string? zone) => _work.NodeChanged(node, () => zone is null ? null : Zone(zone));

    private static TopologyTerm Zone(string zone) => TopologyTerm.Of([new("zone", zone)]);
}
