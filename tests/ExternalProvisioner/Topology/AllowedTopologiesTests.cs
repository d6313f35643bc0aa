using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Topology;

/// <summary>What a class allows, as places (provisioner contract 5.8). Terms are written as in <c>zone=1,2 rack=A</c>, and set apart by a bar.</summary>
internal sealed class AllowedTopologiesTests
{
    [TestCase("zone=1", "zone=1")]
    [TestCase("zone=2,1", "zone=2|zone=1")]
    [TestCase("zone=1,2 rack=A,B", "zone=1 rack=A|zone=1 rack=B|zone=2 rack=A|zone=2 rack=B")]
    [TestCase("zone=1|zone=2 rack=A,B", "zone=1|zone=2 rack=A|zone=2 rack=B")]
    [TestCase("zone=1|zone=1", "zone=1|zone=1")]
    [TestCase("", "")]
    [TestCase("|zone=1", "zone=1")]
    [TestCase("zone= rack=A", "")]
    public void Every_combination_within_a_term_is_a_place(string allowed, string places) =>
        Assert.That(AllowedTopologies.Flatten(Terms(allowed)), Is.EqualTo(places.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(NodesInMemory.Term)));

    internal static List<TopologySelectorTerm> Terms(string text) => [.. text.Split('|').Select(t => new TopologySelectorTerm
    {
        MatchLabelExpressions = [.. NodesInMemory.Words(t).Select(r => r.Split('=')).Select(r => new TopologySelectorRequirement { Key = r[0], Values = r[1].Split(',', StringSplitOptions.RemoveEmptyEntries) })],
    })];
}
