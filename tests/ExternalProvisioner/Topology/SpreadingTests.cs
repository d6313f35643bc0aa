using Sidecars.ExternalProvisioner.Topology;

namespace Sidecars.ExternalProvisioner.Tests.Topology;

/// <summary>Which place a claim begins with (provisioner contract 5.8; 13 number 41).</summary>
internal sealed class SpreadingTests
{
    [TestCase("testset", 1633848515u)]
    [TestCase("web", 1181096325u)]
    [TestCase("data", 1959470013u)]
    [TestCase("myclaim", 1862193917u)]
    public void The_hash_is_the_originals(string name, uint hash) => Assert.That(Spreading.Hash(name), Is.EqualTo(hash));

    [TestCase("x-testset-1", 0)] // 41
    [TestCase("y-testset-1", 0)]
    [TestCase("testset-2", 1)]
    [TestCase("testset-3", 2)]
    [TestCase("a-b-testset-4", 3)]
    [TestCase("testset-5", 0)]
    public void Claims_of_a_set_go_round_the_places_whatever_their_templates_are_called(string claim, int first) =>
        Assert.That(Spreading.FirstOf(4, claim), Is.EqualTo(first));

    [TestCase("testset", 1633848515u % 7)]
    [TestCase("myclaim", 1862193917u % 7)]
    [TestCase("web-4294967295", (1181096325u - 1) % 7)] // wraps round
    [TestCase("-3", (2166136261u + 3) % 7)] // no name before the number: the hash of nothing
    public void The_place_is_the_hash_and_the_number_of_the_claim(string claim, long first) => Assert.That(Spreading.FirstOf(7, claim), Is.EqualTo(first));

    [TestCase("web-4294967296")] // more than a number of a set can be
    [TestCase("web-1a")]
    [TestCase("web-")]
    [TestCase("web-+1")]
    public void What_does_not_end_in_a_number_is_a_name_as_a_whole(string claim) =>
        Assert.That(Spreading.FirstOf(1009, claim), Is.EqualTo(Spreading.Hash(claim) % 1009));
}
