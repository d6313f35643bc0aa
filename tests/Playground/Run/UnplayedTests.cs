namespace Sidecars.Playground.Tests.Run;

/// <summary>What a run says it left out.</summary>
internal sealed class UnplayedTests
{
    [Test]
    public void The_whole_story_has_no_groups() =>
        Assert.That(Unplayed.Of(new PlaygroundOptions { Once = true }), Is.EqualTo("Not played: groups of snapshots (the playground's driver takes none)."));

    [Test]
    public void Manifests_of_one_s_own_are_the_story() => Assert.That(Unplayed.Of(new PlaygroundOptions { Files = ["f"] }), Is.Null);

    [TestCase(true, ", a driver that is lost")]
    [TestCase(false, "")]
    public void With_somebody_else_s_driver_it_ends_with_the_pod_and_says_how_to_see_more(bool once, string lost) => Assert.That(
        Unplayed.Of(new PlaygroundOptions { Once = once, CsiAddress = "/csi.sock" }),
        Is.EqualTo($"Not played: snapshots, restored and cloned claims, growth, attributes classes, groups of snapshots{lost}; -f plays manifests of your own."));
}
