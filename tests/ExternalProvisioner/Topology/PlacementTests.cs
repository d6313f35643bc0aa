using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Topology;

/// <summary>
/// Where volumes are asked for: every row of the table in the provisioner contract 5.8, its 13 numbers 32 to 43, and clusters whose nodes are not alike.
/// Places are written as in <c>zone=1 rack=A</c> and set apart by a bar.
/// </summary>
internal sealed class PlacementTests
{
    private const string Prefix = "error generating accessibility requirements: ";

    // name, labels, keys (- is a node without the driver)
    private static readonly string[] s_even = ["n1;zone=1 rack=A;zone rack", "n2;zone=1 rack=B;zone rack", "n3;zone=2 rack=A;zone rack"];
    private static readonly string[] s_zones = ["n1;zone=1;zone", "n2;zone=2;zone", "n3;zone=2;zone", "n4;zone=3;zone", "n5;zone=4;zone"];
    private static readonly string[] s_uneven = ["n1;zone=1;zone", "n2;zone=2 rack=B;zone rack", "n3;;-", "n4;zone=4;", "n5;zone=5 rack=E;-"];

    private static IEnumerable<TestCaseData> Immediate() =>
    [
        // 35, 41: each place once; the claim's name says where to begin
        Case("The_cluster", s_zones, "x-testset-1", null, "zone=1|zone=2|zone=3|zone=4", "zone=1|zone=2|zone=3|zone=4"),
        Case("The_next_of_the_set", s_zones, "testset-2", null, "zone=1|zone=2|zone=3|zone=4", "zone=2|zone=3|zone=4|zone=1"),
        Case("What_the_class_allows", s_even, "testset-2", "zone=2,1 rack=B,A",
            "rack=A zone=1|rack=A zone=2|rack=B zone=1|rack=B zone=2", "rack=A zone=2|rack=B zone=1|rack=B zone=2|rack=A zone=1"),
        Case("What_the_class_allows_needs_no_node", [], "testset-1", "zone=9", "zone=9", "zone=9"),
        Case("What_the_class_allows_twice", s_even, "testset-1", "zone=1|zone=1,2", "zone=1|zone=2", "zone=1|zone=2"),
        Case("A_class_that_allows_no_place", s_even, "testset-1", "", null, null),
        Case("An_uneven_cluster_goes_by_the_keys_most_nodes_have", [.. s_uneven, "n6;zone=6;zone"], "testset-1", null, "zone=1|zone=2|zone=4|zone=5|zone=6", "zone=2|zone=4|zone=5|zone=6|zone=1"),
        Case("Of_equals_the_first_keys_count", s_uneven, "testset-1", null, "rack=B zone=2|rack=E zone=5", "rack=B zone=2|rack=E zone=5"),
        Case("Keys_no_node_is_labelled_with_do_not_count", ["n1;;rack", "n2;;rack", "n3;zone=3;zone"], "testset-1", null, "zone=3", "zone=3"),
    ];

    [TestCaseSource(nameof(Immediate))]
    public void Without_a_node(string[] nodes, string claim, string? allowed, string? requisite, string? preferred)
    {
        Expect(Ask(nodes, claim, allowed, null), requisite, preferred);
        Expect(Ask(nodes, claim, allowed, null, isStrict: true), requisite, preferred); // which says nothing without a node
    }

    [TestCase(null, null)] // 40
    [TestCase("zone=2,1", "zone=1|zone=2")]
    public void Without_a_node_and_without_immediate_topology_only_the_class_counts(string? allowed, string? requisite)
    {
        Expect(Ask(s_even, "testset-1", allowed, null, forImmediate: false), requisite, requisite);
        Expect(Ask([], "testset-1", allowed, null, forImmediate: false), requisite, requisite); // 43
    }

    private static IEnumerable<TestCaseData> Delayed() =>
    [
        Case("The_cluster_from_the_selected_place_on", s_even, "n3", null, // 36
            "rack=A zone=1|rack=A zone=2|rack=B zone=1", "rack=A zone=2|rack=B zone=1|rack=A zone=1", "rack=A zone=2"),
        Case("What_the_class_allows_from_the_selected_place_on", s_even, "n3", "zone=1,2 rack=A,B", // 37
            "rack=A zone=1|rack=A zone=2|rack=B zone=1|rack=B zone=2", "rack=A zone=2|rack=B zone=1|rack=B zone=2|rack=A zone=1", "rack=A zone=2"),
        Case("What_the_class_allows_by_fewer_keys", ["n1;zone=1 disk=ssd;zone disk", "n2;zone=2 disk=hdd;zone disk"], "n1", "zone=1", "zone=1", "zone=1", "disk=ssd zone=1"), // 38
        Case("The_first_allowed_place_of_several", s_even, "n3", "rack=A|zone=2", "rack=A|zone=2", "rack=A|zone=2", "rack=A zone=2"),
        Case("An_uneven_cluster_goes_by_the_selected_nodes_keys", s_uneven, "n2", null, "rack=B zone=2|rack=E zone=5", "rack=B zone=2|rack=E zone=5", "rack=B zone=2"),
        Case("And_by_those_of_another", s_uneven, "n1", null, "zone=1|zone=2|zone=4|zone=5", "zone=1|zone=2|zone=4|zone=5", "zone=1"),
    ];

    [TestCaseSource(nameof(Delayed))]
    public void With_a_node(string[] nodes, string node, string? allowed, string requisite, string preferred, string strict)
    {
        Expect(Ask(nodes, "claim", allowed, node), requisite, preferred);
        Expect(Ask(nodes, "claim", allowed, node, forImmediate: false), requisite, preferred); // which says nothing with a node
        Expect(Ask(nodes, "claim", allowed, node, isStrict: true), strict, strict);
    }

    [Test]
    public void With_a_node_and_a_class_that_allows_no_place_only_strictness_refuses()
    {
        Expect(Ask(s_even, "claim", "", "n1"), null, null);
        Expect(Ask(s_even, "claim", "", "n1", isStrict: true), Prefix + "selected node n1 topology {rack=A, zone=1} is not in allowed topologies: []");
    }

    [Test] // 39
    public void A_selected_node_where_the_class_allows_nothing_is_named()
    {
        Expect(Ask(s_even, "claim", "zone=2", "n1"), Prefix + "topology {rack=A, zone=1} from selected node n1 is not in requisite: [{zone=2}]");
        Expect(Ask(s_even, "claim", "zone=2", "n1", isStrict: true), Prefix + "selected node n1 topology {rack=A, zone=1} is not in allowed topologies: [{zone=2}]");
    }

    [TestCase(new string[0], "no available topology found")] // 43
    [TestCase(new[] { "n1;zone=1;-", "n2;zone=2;" }, "no available topology found")]
    [TestCase(new[] { "n1;;zone", "n2;rack=B;rack zone" }, "topologyKeys [rack zone] were not found on any nodes")]
    public void Without_places_there_is_no_request(string[] nodes, string problem) => Expect(Ask(nodes, "claim", null, null), Prefix + problem);

    [TestCase("n3", "no topology key found for node n3")]
    [TestCase("n4", "no topology key found for node n4")]
    [TestCase("n6", "topology labels from selected node n6 [zone=6] does not match topology keys from CSINode [rack zone]: the node lacks rack")]
    [TestCase("n7", "topology labels from selected node n7 [] does not match topology keys from CSINode [zone]: there is no Node n7")]
    public void A_selected_node_without_a_place_is_named(string node, string problem) =>
        Expect(Ask([.. s_uneven, "n6;zone=6;zone rack", "n7;!;zone"], "claim", null, node), Prefix + problem);

    [Test] // 32
    public void A_selected_node_that_is_not_there_is_to_be_replaced()
    {
        var (requirement, failure) = Ask(s_even, "claim", null, "n9");
        Assert.That((requirement, failure!.State), Is.EqualTo(((PlaceRequirement?)null, ProvisionState.Reschedule)));
        Assert.That(failure.Message, Does.StartWith("failed to get selected CSINode n9: csinode.storage.k8s.io \"n9\" not found"));
    }

    [Test]
    public void The_driver_is_told_the_places_in_both_orders()
    {
        var csi = Ask(s_even, "claim", null, "n3").Requirement!.ToCsi();
        Assert.That(csi.Requisite.Select(Zone), Is.EqualTo((string[])["1A", "2A", "1B"]));
        Assert.That(csi.Preferred.Select(Zone), Is.EqualTo((string[])["2A", "1B", "1A"]));

        static string Zone(global::Csi.V1.Topology topology) => topology.Segments["zone"] + topology.Segments["rack"];
    }

    private static (PlaceRequirement? Requirement, ProvisionFailure? Failure) Ask(
        string[] nodes, string claim, string? allowed, string? node, bool isStrict = false, bool forImmediate = true)
    {
        var known = new NodesInMemory();
        foreach (var parts in nodes.Select(n => n.Split(';'))) known.SetKeys(parts[0], parts[2] is "-" ? null : parts[2]);
        foreach (var parts in nodes.Select(n => n.Split(';')).Where(p => p[1] is not "!")) known.SetLabels(parts[0], parts[1]);
        var options = new TopologyOptions { IsStrict = isStrict, ForImmediate = forImmediate };
        return new Placement(known.Topology, new ClusterTopology(known.Topology), options)
            .Of(claim, new StorageClass { AllowedTopologies = allowed is null ? null : AllowedTopologiesTests.Terms(allowed) }, node);
    }

    private static void Expect((PlaceRequirement? Requirement, ProvisionFailure? Failure) answer, string? requisite, string? preferred)
    {
        Assert.That(answer.Failure, Is.Null);
        Assert.That(answer.Requirement?.Requisite, Is.EqualTo(Places(requisite)));
        Assert.That(answer.Requirement?.Preferred, Is.EqualTo(Places(preferred)));
    }

    private static void Expect((PlaceRequirement? Requirement, ProvisionFailure? Failure) answer, string problem)
    {
        Assert.That((answer.Requirement, answer.Failure!.State), Is.EqualTo(((PlaceRequirement?)null, ProvisionState.NoChange)));
        Assert.That(answer.Failure.Message, Does.StartWith(problem));
    }

    private static IEnumerable<TopologyTerm>? Places(string? text) => text?.Split('|').Select(NodesInMemory.Term);

    private static TestCaseData Case(string name, string[] nodes, params object?[] arguments) => new TestCaseData([nodes, .. arguments]).SetName("{m}_" + name);
}
