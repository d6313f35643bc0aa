using Grpc.Core;
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
        Assert.That(rig.Driver.Calls.Of("CreateSnapshot").Select(c => World.Text(c.Request, "name")),
            Is.EqualTo((string[])[$"snapshot-{TestContent.Uid}", $"snapshot-{TestContent.Uid}"]));
        Assert.That(World.Text(rig.Driver.Calls.Of("DeleteSnapshot").Single().Request, "snapshot_id"),
            Is.EqualTo($"snap-of-snapshot-{TestContent.Uid}"));
    }

    [Test]
    public async Task When_the_lease_is_lost_in_the_midst_of_a_call_that_the_driver_goes_on_with_nothing_is_deleted_before_that_and_nothing_left_after_it()
    {
        await using var rig = await ProcessRig.PrepareAsync(SnapshotterProgram.Name);
        var world = new World(rig.Cluster.Storage);
        world.AddSnapshotKinds();
        world.AddClass("snap");
        var first = rig.Start(In("pod-one"), s_hasty);
        await first.WaitForErrorLine(l => l.Contains("Successfully acquired lease", StringComparison.Ordinal));
        using var gate = rig.Driver.Hold("CreateSnapshot");
        world.Add(new TestContent());
        await gate.Entered.WithinLimit();

        // The driver goes on with it whoever hangs up, and tells others so.
        rig.Driver.Hold("CreateSnapshot").Release();
        rig.Driver.Answer("CreateSnapshot", DriverRule.Fail(StatusCode.Aborted, "an operation for it is pending"));
        world.Patch("leases", "external-snapshotter-leader-csi-example-com", """{"spec":{"holderIdentity":"pod-two"} }""");
        var second = rig.Start(In("pod-two"), [.. s_hasty, "--retry-interval-start=50ms", "--retry-interval-max=200ms"]);
        world.DeleteByUser("c");
        Assert.That(await first.WaitForExit(), Is.EqualTo(1));
        await rig.Driver.WaitForCalls("CreateSnapshot", 4);
        Assert.That(rig.Driver.Calls.Of("DeleteSnapshot"), Is.Empty, "what is being taken cannot be deleted");
        Assert.That(World.IsBeingCreated(world.Find(World.Contents, "c")!), Is.True);

        rig.Driver.Answer("CreateSnapshot");
        await world.UntilGone(World.Contents, "c");
        Assert.That(rig.Driver.Calls.All.Select(c => c.Method).Last(), Is.EqualTo("DeleteSnapshot"));
        Assert.That(World.Text(rig.Driver.Calls.Of("DeleteSnapshot").Single().Request, "snapshot_id"),
            Is.EqualTo($"snap-of-snapshot-{TestContent.Uid}"));
        Assert.That(second.HasExited, Is.False);
    }

    private static Dictionary<string, string> In(string pod) => new() { ["POD_NAME"] = pod };
}
