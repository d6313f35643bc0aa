using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Sidecars.EmbeddedCluster.Controllers;

namespace Sidecars.EmbeddedCluster.Tests.Controllers;

/// <summary>What the scheduler remembers of nodes that were given back.</summary>
internal sealed class NodesTriedTests : ControllerTest
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void A_node_given_back_pauses_longer_each_time_and_at_most_ten_seconds()
    {
        MakeClass(mode: "WaitForFirstConsumer");
        var claim = new Claim(MakeClaim());
        var tried = new NodesTried(_time);
        foreach (var seconds in (double[])[1, 2, 4, 8, 10, 10])
        {
            Assert.That(tried.PauseBefore([claim], "other"), Is.Null);
            tried.Told(claim, "a");
            Assert.That(tried.TakeReturned(claim), Is.True);
            Assert.That(tried.TakeReturned(claim), Is.False, "told once");
            Assert.That(tried.PauseBefore([claim], "a"), Is.EqualTo(TimeSpan.FromSeconds(seconds)));
            _time.Advance(TimeSpan.FromSeconds(seconds));
            Assert.That(tried.PauseBefore([claim], "a"), Is.Null);
        }

        Assert.That(tried.Returns([claim], "a"), Is.EqualTo(6));
        tried.Forget(claim.Stored.Uid);
        Assert.That(tried.Returns([claim], "a"), Is.Zero);
    }

    [Test]
    public void A_claim_that_has_its_node_still_gives_nothing_back()
    {
        MakeClass(mode: "WaitForFirstConsumer");
        MakeClaim();
        var claim = new Claim(Storage.Patch(
            "persistentvolumeclaims", "default", "claim", PatchKind.Merge,
            JsonNode.Parse("""{"metadata":{"annotations":{"volume.kubernetes.io/selected-node":"a"}}}""")!).Value);
        var tried = new NodesTried(_time);
        tried.Told(claim, "a");
        Assert.That(tried.TakeReturned(claim), Is.False);
    }
}
