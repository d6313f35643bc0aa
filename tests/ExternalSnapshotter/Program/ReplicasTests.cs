using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalSnapshotter.Tests.Program;

/// <summary>Two replicas of the published program, of which one works.</summary>
internal sealed class ReplicasTests
{
    private static readonly string[] s_hasty =
    [
        "--leader-election", "--leader-election-namespace=default", "--leader-election-lease-duration=10s", "--leader-election-renew-deadline=8s",
        "--leader-election-retry-period=500ms", "-v=4",
    ];

    [Test]
    public async Task When_the_leader_is_killed_in_the_midst_of_a_call_the_other_makes_it_again_and_there_is_one_snapshot()
    {
        await using var rig = await ProcessRig.PrepareAsync(SnapshotterProgram.Name);
        var world = new World(rig.Cluster.Storage);
        world.AddSnapshotKinds();
        world.AddClass("snap");
        PublishedProgram[] both = [rig.Start(In("pod-one"), s_hasty), rig.Start(In("pod-two"), s_hasty)];
        var acquired = both.Select(p => p.WaitForErrorLine(l => l.Contains("Successfully acquired lease", StringComparison.Ordinal))).ToArray();
        var first = both[Array.IndexOf(acquired, await Task.WhenAny(acquired))];
        using var gate = rig.Driver.Hold("CreateSnapshot");
        world.Add(new TestContent());
        await gate.Entered.WithinLimit();
        first.Kill();
        await first.WaitForExit();
        world.DeleteByUser("c"); // nobody is there to see it
        gate.Release();
        await world.UntilGone(World.Contents, "c");
        Assert.That(rig.Driver.Calls.Of("CreateSnapshot").Select(c => World.Text(c.Request, "name")), Is.EqualTo((string[])[$"snapshot-{TestContent.Uid}", $"snapshot-{TestContent.Uid}"]));
        Assert.That(World.Text(rig.Driver.Calls.Of("DeleteSnapshot").Single().Request, "snapshot_id"), Is.EqualTo($"snap-of-snapshot-{TestContent.Uid}"));
    }

    private static Dictionary<string, string> In(string pod) => new() { ["POD_NAME"] = pod };
}
