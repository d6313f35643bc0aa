using Microsoft.Extensions.Time.Testing;
using Sidecars.ExternalProvisioner.NodeDeployment;

namespace Sidecars.ExternalProvisioner.Tests.NodeDeployment;

/// <summary>How long a node waits before it takes a claim (provisioner contract 9.4).</summary>
internal sealed class TakingTurnsTests
{
    private readonly FakeTimeProvider _time = new();

    [TestCase(0.0, new[] { 0.0, 40, 60, 60, 60 })]
    [TestCase(0.5, new[] { 10.0, 30, 50, 50, 50 })]
    [TestCase(0.999, new[] { 19.98, 20.02, 40.02, 40.02, 40.02 })]
    public void The_wait_grows_to_its_cap_and_is_in_part_left_to_chance(double random, double[] expected)
    {
        var turns = Turns(() => random);
        Assert.That(turns.Remaining("u").TotalSeconds, Is.EqualTo(expected[0]).Within(0.001));
        foreach (var next in expected[1..]) Assert.That(turns.Again("u").TotalSeconds, Is.EqualTo(next).Within(0.001));
        for (var i = 0; i < 100; i++) turns.Again("u");
        Assert.That(turns.Again("u").TotalSeconds, Is.EqualTo(expected[^1]).Within(0.001), "whatever the number");
    }

    [Test]
    public void A_wait_runs_from_the_first_question_and_is_not_drawn_again_by_the_next()
    {
        var draws = 0;
        var turns = Turns(() => (10 - ++draws) / 10.0);
        Assert.That(turns.Remaining("u").TotalSeconds, Is.EqualTo(18).Within(0.001));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(turns.Remaining("u").TotalSeconds, Is.EqualTo(8).Within(0.001));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.That((turns.Remaining("u"), turns.Remaining("other").TotalSeconds > 0), Is.EqualTo((TimeSpan.Zero, true)));
        turns.Forget("u");
        Assert.That(turns.Remaining("u").TotalSeconds, Is.GreaterThan(0), "begun anew");
    }

    [Test]
    public void Nodes_that_know_each_other_take_one_turn_each_with_a_pause_between_them()
    {
        string[] names = ["n1", "n2", "n3", "n4"];
        var delays = new List<double>();
        foreach (var name in names)
        {
            var known = new KnownNodes(name);
            foreach (var other in names) known.See(other);
            foreach (var chance in (double[])[0, 0.999]) delays.Add(new TakingTurns(new NodeDeploymentOptions(), known, _time, () => chance).Remaining("u").TotalSeconds);
        }
        Assert.That(delays.Order(), Is.EqualTo((double[])[0, 2.5, 5, 7.5, 10, 12.5, 15, 17.5]).Within(0.01));
    }

    [Test]
    public void Each_node_is_first_for_its_share_of_the_claims()
    {
        var known = new KnownNodes("n1");
        foreach (var other in (string[])["n2", "n3", "n4"]) known.See(other);
        var first = Enumerable.Range(0, 4000).Count(i => known.TurnFor($"0f1e2d3c-{i:x4}-4a5b-8c9d-112233445566") is (0, 4));
        Assert.That(first, Is.InRange(900, 1100));
    }

    [Test]
    public void A_wait_is_as_long_as_what_is_known_by_then_makes_it()
    {
        var (known, grew) = (new KnownNodes("n1"), 0);
        known.Grew += () => grew++;
        var turns = new TakingTurns(new NodeDeploymentOptions(), known, _time, () => 0.5);
        Assert.That(turns.Remaining("u").TotalSeconds, Is.EqualTo(10).Within(0.001));
        for (var i = 2; i <= 100; i++) known.See($"n{i}");
        var (turn, of) = known.TurnFor("u");
        Assert.That(turns.Remaining("u").TotalSeconds, Is.EqualTo(20.0 * (turn + 0.25) / of).Within(0.001));
        Assert.That((of, turns.Waiting, grew), Is.EqualTo((100, (string[])["u"], grew)));
        Assert.That(grew, Is.InRange(5, 12), "told now and then, not for every node");
    }

    [Test]
    public void A_node_that_had_its_turn_lets_others_come_first()
    {
        var turns = Turns(() => 0.5);
        turns.Had("u");
        Assert.That(turns.Remaining("u").TotalSeconds, Is.EqualTo(30).Within(0.001));
        turns.Forget("u");
        Assert.That(turns.Remaining("u").TotalSeconds, Is.EqualTo(10).Within(0.001));
    }

    private TakingTurns Turns(Func<double> random) => new(new NodeDeploymentOptions(), new KnownNodes("n1"), _time, random);
}
