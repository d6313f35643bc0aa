using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalSnapshotter.Tests.Program;

/// <summary>
/// The published program is killed at every step it takes in the life of snapshots and of groups, once before the step takes effect and once after,
/// before the program learns of it; started again, it has to end with one snapshot for each content, and after their deletion with none left at the
/// driver. The steps are those that a run without kills is seen to take, so a step that comes later is walked too.
/// </summary>
internal sealed class KillWalkTests
{
    private static readonly string[] s_names = ["one", "two"];

    private static readonly string[] s_ofSingles =
        ["patch volumesnapshotcontents", "patch volumesnapshotcontents/status", "CreateSnapshot", "DeleteSnapshot"];

    private static readonly string[] s_ofGroups =
        ["patch volumegroupsnapshotcontents", "patch volumegroupsnapshotcontents/status", "CreateVolumeGroupSnapshot", "DeleteVolumeGroupSnapshot"];

    [Test]
    public Task Killed_at_any_step_it_leaves_each_content_one_snapshot_and_none_behind() => Walk(WalkedKind.Single, Live,
        [.. s_ofSingles, "watch volumesnapshotcontents", "watch volumesnapshotclasses", "get secrets", "Probe", "GetPluginInfo",
            "ControllerGetCapabilities"]);

    [Test]
    public Task Killed_at_any_step_and_its_snapshot_deleted_before_it_is_back_it_leaves_none_behind() =>
        Walk(WalkedKind.Single, LiveBriefly, s_ofSingles, (kind, world) => kind.DeleteByUser(world, "one"));

    [Test]
    public Task Killed_at_any_step_and_class_and_secret_gone_before_it_is_back_it_leaves_none_behind() =>
        Walk(WalkedKind.Single, LiveWithoutClass, s_ofSingles, TakeAllAway);

    [Test]
    public Task Killed_at_any_step_it_releases_what_was_there_before_it_and_deletes_it_by_its_handle_alone() =>
        Walk(WalkedKind.Single, LiveAsGiven, [.. s_ofSingles.Except(["CreateSnapshot"])]);

    [Test]
    public Task Killed_at_any_step_it_leaves_no_group_behind() => Walk(WalkedKind.Group, Live,
        [.. s_ofGroups, "watch volumegroupsnapshotcontents", "watch volumegroupsnapshotclasses", "get secrets", "GroupControllerGetCapabilities"]);

    [Test]
    public Task Killed_at_any_step_and_its_group_deleted_before_it_is_back_it_leaves_none_behind() =>
        Walk(WalkedKind.Group, LiveBriefly, s_ofGroups, (kind, world) => kind.DeleteByUser(world, "one"));

    [Test]
    public Task Killed_at_any_step_and_class_and_secret_of_the_group_gone_before_it_is_back_it_leaves_none_behind() =>
        Walk(WalkedKind.Group, LiveWithoutClass, s_ofGroups, TakeAllAway);

    private static Task Walk(WalkedKind kind, Func<WalkedKind, ProcessRig, Task> live, string[] known, Action<WalkedKind, World>? meanwhile = null) =>
        new KillWalk(kind.Prepare, Start, rig => live(kind, rig), rig => meanwhile?.Invoke(kind, new World(rig.Cluster.Storage))).Walk(known);

    private static PublishedProgram Start(ProcessRig rig) => rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=4");

    /// <summary>The life of two snapshots, whatever happens to the program, and what has to be true at its stations.</summary>
    private static async Task Live(WalkedKind kind, ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        foreach (var name in s_names) kind.Add(world, name);
        foreach (var name in s_names) await kind.UntilSettled(world, name);
        Assert.That(kind.AtDriver(rig), Is.EquivalentTo(s_names.Select(kind.Handle)));
        Assert.That(s_names.Select(n => NotedOn(world.Find(kind.Resource, n))), Is.EqualTo(s_names.Select(kind.Handle)));

        foreach (var name in s_names) kind.DeleteByUser(world, name);
        foreach (var name in s_names) await world.UntilGone(kind.Resource, name);
        Assert.That(kind.AtDriver(rig), Is.Empty, "left at the driver");
    }

    /// <summary>
    /// The life of a snapshot that may be deleted at any time, not in the midst of its writes though: which of them it would have to make anew then
    /// is a matter of chance, and no step of the walk.
    /// </summary>
    private static async Task LiveBriefly(WalkedKind kind, ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        kind.Add(world, "one");
        await kind.UntilSettledOrDeleted(world, "one");
        kind.DeleteByUser(world, "one");
        await world.UntilGone(kind.Resource, "one");
        Assert.That(kind.AtDriver(rig), Is.Empty, "left at the driver");
    }

    /// <summary>The same, and its class and its secret go too; where it cannot go without them it says so, and goes when they are back.</summary>
    private static async Task LiveWithoutClass(WalkedKind kind, ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        kind.Add(world, "one");
        await kind.UntilSettledOrDeleted(world, "one");
        TakeAllAway(kind, world);
        await kind.UntilGoneOrHeldUp(world, "one");
        kind.PutBack(world);
        await world.UntilGone(kind.Resource, "one");
        Assert.That(kind.AtDriver(rig), Is.Empty, "left at the driver");
    }

    private static async Task LiveAsGiven(WalkedKind kind, ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        kind.AddGiven(world, "one");
        await kind.UntilSettled(world, "one");
        kind.DeleteByUser(world, "one");
        await world.UntilGone(kind.Resource, "one");
        var deleted = rig.Driver.Calls.Of(kind.Delete).Where(c => c.Code is StatusCode.OK).Select(c => World.Text(c.Request, kind.Id)).ToList();
        Assert.That(deleted, Is.All.EqualTo("old"));
        Assert.That(deleted, Has.Count.InRange(1, 2), "again only where nobody knew that it was done");
        Assert.That(rig.Driver.Calls.Of(kind.Create), Is.Empty);
    }

    private static void TakeAllAway(WalkedKind kind, World world)
    {
        kind.TakeAway(world);
        kind.DeleteByUser(world, "one");
    }

    private static string NotedOn(JsonObject? content) =>
        World.Text(content, "status", "snapshotHandle") is { Length: > 0 } single ? single
            : World.Text(content, "status", "volumeGroupSnapshotHandle");
}
