using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.SnapshotController.Tests.Program;

/// <summary>
/// The published program is killed at every request it sends in the life of snapshots, once before the request takes effect and once after, before the program learns of it; started
/// again, it has to end with each snapshot ready and with one content, and after their deletion with nothing left but what policy Retain keeps, at the driver too, and no claim held.
/// </summary>
internal sealed class KillWalkTests
{
    [Test]
    public Task Killed_at_any_step_it_loses_no_snapshot_and_leaves_nothing_behind() => new KillWalk(Prepare, Start, Live).Walk(
        "list volumesnapshots", "watch volumesnapshots", "watch volumesnapshotcontents", "watch volumesnapshotclasses", "watch persistentvolumeclaims", "watch persistentvolumes",
        "patch volumesnapshots", "get persistentvolumeclaims", "update persistentvolumeclaims", "create volumesnapshotcontents", "patch volumesnapshots/status",
        "patch volumesnapshotcontents", "delete volumesnapshotcontents", "create events");

    /// <summary>The snapshots are deleted as soon as they are seen, whatever has come of them by then, and also while the program is away.</summary>
    [Test]
    public Task Killed_at_any_step_of_snapshots_that_are_deleted_meanwhile_it_leaves_nothing_behind() => new KillWalk(Prepare, Start, LiveBriefly, DeleteAll).Walk(
        "patch volumesnapshots", "create volumesnapshotcontents");

    private static async Task<ProcessRig> Prepare()
    {
        var rig = await ProcessRig.PrepareAsync(SnapshotControllerProgram.Name, talksToDriver: false);
        var world = new World(rig.Cluster.Storage);
        world.AddSnapshotKinds();
        world.AddClaim("a");
        world.AddClass("snap");
        world.AddClass("keep", "Retain");
        return rig;
    }

    private static PublishedProgram Start(ProcessRig rig) => rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=4", "--feature-gates=CSIVolumeGroupSnapshot=false");

    private static async Task Live(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        await using var sidecar = new PlayedSidecar(rig.Cluster.Storage);
        world.AddContent("old", "imported");
        var one = $"snapcontent-{world.AddSnapshot("one").Uid}";
        var two = $"snapcontent-{world.AddSnapshot("two", className: "keep").Uid}";
        world.AddImport("imported", "old", "snap");
        foreach (var name in (string[])["one", "two", "imported"]) await world.UntilReady(name);
        Assert.That(sidecar.Held, Is.EquivalentTo(new[] { one, two, "old" }), "one snapshot at the driver for each");

        foreach (var name in (string[])["one", "two", "imported"]) world.Delete(World.Snapshots, name);
        foreach (var name in (string[])["one", "two", "imported"]) await world.UntilGone(World.Snapshots, name);
        await world.UntilGone(World.Contents, one);
        await world.UntilGone(World.Contents, "old");
        Assert.That(sidecar.Held, Is.EqualTo(new[] { two }), "what policy Retain keeps");
        world.Delete(World.Contents, two);
        await world.UntilGone(World.Contents, two);
        world.Delete(World.Claims, "a");
        await world.UntilGone(World.Claims, "a");
    }

    private static async Task LiveBriefly(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        await using var sidecar = new PlayedSidecar(rig.Cluster.Storage);
        var content = $"snapcontent-{world.AddSnapshot("one").Uid}";
        await world.UntilOrGone(World.Snapshots, "one", s => World.Finalizers(s).Length > 0 || World.IsBeingDeleted(s));
        DeleteAll(rig);
        await world.UntilGone(World.Snapshots, "one");
        await world.UntilGone(World.Contents, content);
        Assert.That(sidecar.Held, Is.Empty, "snapshots left at the driver");
        world.Delete(World.Claims, "a");
        await world.UntilGone(World.Claims, "a");
    }

    private static void DeleteAll(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        if (world.Find(World.Snapshots, "one") is not null) world.Delete(World.Snapshots, "one");
    }
}
