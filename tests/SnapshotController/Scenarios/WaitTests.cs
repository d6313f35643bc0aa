namespace Sidecars.SnapshotController.Tests.Scenarios;

/// <summary>A wait of more than half a minute says what is awaited.</summary>
internal sealed class WaitTests : RigTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(31);

    [TestCase("", "csi-snapshotter sidecar of driver csi.example.com to take up")]
    [TestCase("marked", "driver csi.example.com to answer the call")]
    [TestCase("refused", "it failed last with: no space")]
    [TestCase("unready", "to make its snapshot snap-of-")]
    public async Task Of_the_driver_or_its_sidecar(string state, string awaited)
    {
        var rig = await Started(RigOptions.WithStandingClock with { Controller = new SnapshotControllerOptions { BoundPause = TimeSpan.Zero } });
        var content = await Begun(rig, "s");
        if (state is "marked") rig.World.Patch(World.Contents, content, $$$"""{"metadata":{"annotations":{"{{{WellKnown.BeingCreated}}}":"yes"} } }""");
        if (state is "refused") rig.World.Refused(content, "no space");
        if (state is "unready") rig.World.Taken(content, ready: false);
        var text = rig.World.UntilEventObject("s", "SnapshotDelayed", awaited);
        await Told(rig, text, content);
    }

    /// <summary>With a number or a time in it each failure of a driver has other words, and it is the same wait all the same.</summary>
    [Test]
    public async Task Of_a_driver_that_says_something_else_each_time()
    {
        var rig = await Started(RigOptions.WithStandingClock with { Controller = new SnapshotControllerOptions { BoundPause = TimeSpan.Zero } });
        var content = await Begun(rig, "s");
        var told = rig.World.UntilEventObject("s", "SnapshotDelayed", "driver csi.example.com to take the snapshot, which is tried again; it failed last with: busy, request ");
        for (var request = 1; request < 9 && !told.IsCompleted; request++)
        {
            rig.World.Refused(content, $"busy, request {request}");
            await rig.World.UntilError("s", $"busy, request {request}");
            rig.Advance(s_patience / 2);
        }
        await told;
    }

    /// <summary>The sidecars that run on nodes pass over a content without a label, so that it is not they who are awaited.</summary>
    [Test]
    public async Task Of_a_node_that_reaches_the_volume()
    {
        var rig = await Prepared(RigOptions.WithStandingClock with { Controller = new SnapshotControllerOptions { BoundPause = TimeSpan.Zero, IsDistributed = true } });
        rig.World.AddClass("snap");
        rig.World.AddClaimOfZone("a", "z");
        await rig.Run();
        var content = await Begun(rig, "s");
        await Told(rig, rig.World.UntilEventObject("s", "SnapshotDelayed", "awaited: a node that the affinity of PersistentVolume pv-a selects"), content);
    }

    [Test]
    public async Task Of_the_content_to_go()
    {
        var (rig, content) = await Ready(RigOptions.WithStandingClock with { Controller = new SnapshotControllerOptions { BoundPause = TimeSpan.Zero } });
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.Until(World.Contents, content, World.IsBeingDeleted);
        await Told(rig, rig.World.UntilEventObject("s", "SnapshotDeletionDelayed", $"VolumeSnapshotContent {content} to go"), content);
    }

    /// <summary>A restore tool may copy the owner of a member, or bring a member back without its group.</summary>
    [Test]
    public async Task Of_a_group_that_a_snapshot_looks_like_a_member_of()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        rig.World.AddGroupMember("s", "gone");
        await rig.World.Until(World.Snapshots, "s", s => World.Finalizers(s).Contains(WellKnown.SourceFinalizer));
        await Fenced(rig, "fence");
        var told = rig.World.UntilEventObject("s", "SnapshotDelayed", "VolumeGroupSnapshot default/gone, which owns this snapshot, to have its content made");
        rig.Advance(s_patience);
        await told;
    }

    private static Task<string> Fenced(ControllerRig rig, string name)
    {
        rig.World.AddSnapshot(name, claim: "none");
        return rig.World.UntilError(name, "");
    }

    /// <summary>Moves the clock on, and has the snapshot looked at by a change of its content, until it is told.</summary>
    private static async Task Told(ControllerRig rig, Task told, string content)
    {
        for (var look = 0; look < 8 && !told.IsCompleted; look++)
        {
            rig.World.Patch(World.Contents, content, $$$"""{"metadata":{"annotations":{"look":"{{{look}}}"} } }""");
            var next = $"fence-{look}";
            rig.World.AddSnapshot(next, claim: "none");
            await rig.World.UntilError(next, ""); // behind it
            rig.Advance(s_patience);
        }
        await told;
    }
}
