using Microsoft.Extensions.Time.Testing;
using Sidecars.ExternalProvisioner.NodeDeployment;

namespace Sidecars.ExternalProvisioner.Tests.NodeDeployment;

/// <summary>How long a node waits before it takes a claim (provisioner contract 9.4).</summary>
internal sealed class TakingTurnsTests
{
    private readonly FakeTimeProvider _time = new();

    [TestCase(0.0, new[] { 20.0, 40, 60, 60, 60 })]
    [TestCase(0.5, new[] { 10.0, 30, 50, 50, 50 })]
    [TestCase(0.999, new[] { 0.02, 20.02, 40.02, 40.02, 40.02 })]
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
        var turns = Turns(() => ++draws / 10.0);
        Assert.That(turns.Remaining("u").TotalSeconds, Is.EqualTo(18).Within(0.001));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(turns.Remaining("u").TotalSeconds, Is.EqualTo(8).Within(0.001));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.That((turns.Remaining("u"), turns.Remaining("other").TotalSeconds > 0), Is.EqualTo((TimeSpan.Zero, true)));
        turns.Forget("u");
        Assert.That(turns.Remaining("u").TotalSeconds, Is.GreaterThan(0), "begun anew");
    }

    private TakingTurns Turns(Func<double> random) => new(new NodeDeploymentOptions(), _time, random);
}
