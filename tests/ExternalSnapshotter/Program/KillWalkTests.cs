using Grpc.Core;
using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalSnapshotter.Tests.Program;

/// <summary>
/// The published program is killed at every step it takes in the life of snapshots, once before the step takes effect and once after, before the program
/// learns of it; started again, it has to end with one snapshot for each content, and after their deletion with none left at the driver. The steps are
/// those that a run without kills is seen to take, so a step that comes later is walked too.
/// </summary>
internal sealed class KillWalkTests
{
    private static readonly string[] s_names = ["one", "two"];

    [Test]
    public Task Killed_at_any_step_it_leaves_each_content_one_snapshot_and_none_behind() => new KillWalk(Prepare, Start, Live).Walk(
        "watch volumesnapshotcontents", "watch volumesnapshotclasses", "get secrets", "patch volumesnapshotcontents", "patch volumesnapshotcontents/status",
        "Probe", "GetPluginInfo", "ControllerGetCapabilities", "CreateSnapshot", "DeleteSnapshot");

    [Test]
    public Task Killed_at_any_step_and_its_snapshot_deleted_before_it_is_back_it_leaves_none_behind() => new KillWalk(Prepare, Start, LiveBriefly, DeleteOne).Walk(
        "patch volumesnapshotcontents", "patch volumesnapshotcontents/status", "CreateSnapshot", "DeleteSnapshot");

    [Test]
    public Task Killed_at_any_step_it_leaves_no_group_behind() => new KillWalk(PrepareGroups, Start, LiveInGroup).Walk(
        "watch volumegroupsnapshotcontents", "watch volumegroupsnapshotclasses", "patch volumegroupsnapshotcontents", "patch volumegroupsnapshotcontents/status",
        "GroupControllerGetCapabilities", "CreateVolumeGroupSnapshot", "DeleteVolumeGroupSnapshot");

    private static async Task<ProcessRig> Prepare()
    {
        var rig = await ProcessRig.PrepareAsync(SnapshotterProgram.Name);
        var world = new World(rig.Cluster.Storage);
        world.AddSnapshotKinds(groups: false);
        world.AddSecret("s", ("k", "v"u8.ToArray()));
        world.AddClass("snap");
        // Some trouble, so that the steps of a second attempt are taken too.
        rig.Driver.Answer("CreateSnapshot", DriverRule.Fail(StatusCode.Internal), DriverRule.Fail(StatusCode.DeadlineExceeded), DriverRule.Default);
        rig.Driver.Answer("DeleteSnapshot", DriverRule.Fail(StatusCode.Internal), DriverRule.Default);
        return rig;
    }

    private static async Task<ProcessRig> PrepareGroups()
    {
        var rig = await ProcessRig.PrepareAsync(SnapshotterProgram.Name, RigOptions.Grouping.Driver);
        var world = new World(rig.Cluster.Storage);
        world.AddSnapshotKinds();
        world.AddGroupClass("group");
        rig.Driver.Answer("CreateVolumeGroupSnapshot", DriverRule.Fail(StatusCode.Internal), DriverRule.Default);
        rig.Driver.Answer("DeleteVolumeGroupSnapshot", DriverRule.Fail(StatusCode.Internal), DriverRule.Default);
        return rig;
    }

    private static PublishedProgram Start(ProcessRig rig) => rig.Start("--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=4");

    /// <summary>The life of two snapshots, whatever happens to the program, and what has to be true at its stations.</summary>
    private static async Task Live(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        foreach (var name in s_names) world.Add(new TestContent(name).BoundTo(name).WithSecret());
        foreach (var name in s_names) await world.UntilSettled(name);
        Assert.That(AtDriver(rig, "CreateSnapshot", "DeleteSnapshot", "snapshot_id"), Is.EquivalentTo(s_names.Select(Handle)));
        Assert.That(s_names.Select(n => World.Text(world.Find(World.Contents, n), "status", "snapshotHandle")), Is.EqualTo(s_names.Select(Handle)));

        foreach (var name in s_names) world.DeleteByUser(name);
        foreach (var name in s_names) await world.UntilGone(World.Contents, name);
        Assert.That(AtDriver(rig, "CreateSnapshot", "DeleteSnapshot", "snapshot_id"), Is.Empty, "snapshots left at the driver");
    }

    /// <summary>The life of a snapshot that may be deleted at any time.</summary>
    private static async Task LiveBriefly(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        world.Add(new TestContent("one").BoundTo("one"));
        // Not in the midst of its writes: which of them it would have to make anew then is a matter of chance, and no step of the walk.
        await world.UntilOrGone(World.Contents, "one", c => c["metadata"]!["deletionTimestamp"] is not null
            || (World.Text(c, "status", "snapshotHandle").Length > 0 && c["metadata"]!["annotations"]?[ContentKeys.OfSingle.BeingCreated] is null));
        DeleteOne(rig);
        await world.UntilGone(World.Contents, "one");
        Assert.That(AtDriver(rig, "CreateSnapshot", "DeleteSnapshot", "snapshot_id"), Is.Empty, "snapshots left at the driver");
    }

    private static void DeleteOne(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        if (world.Find(World.Contents, "one") is { } there && there["metadata"]!["annotations"]?[ContentKeys.OfSingle.BeingDeleted] is null) world.DeleteByUser("one");
    }

    private static async Task LiveInGroup(ProcessRig rig)
    {
        var world = new World(rig.Cluster.Storage);
        world.Add(new TestGroup());
        await world.Until(World.Groups, "gc", c => World.Status(c)?["readyToUse"]?.GetValue<bool>() is true && !World.IsBeingCreated(c));
        Assert.That(AtDriver(rig, "CreateVolumeGroupSnapshot", "DeleteVolumeGroupSnapshot", "group_snapshot_id"), Has.Count.EqualTo(1));
        world.DeleteGroupByUser("gc");
        await world.UntilGone(World.Groups, "gc");
        Assert.That(AtDriver(rig, "CreateVolumeGroupSnapshot", "DeleteVolumeGroupSnapshot", "group_snapshot_id"), Is.Empty, "groups left at the driver");
    }

    /// <summary>
    /// What is at the driver when every call counts that took one, whatever was answered but a refusal for good, and only those to delete that went well: the
    /// worst case for us.
    /// </summary>
    private static HashSet<string> AtDriver(ProcessRig rig, string create, string delete, string id)
    {
        var prefix = create is "CreateSnapshot" ? "snap-of-" : "group-of-";
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var call in rig.Driver.Calls.All)
        {
            if (call.Method == create && call.Code is not StatusCode.Internal) taken.Add(prefix + World.Text(call.Request, "name"));
            if (call.Method == delete && call.Code is StatusCode.OK) taken.Remove(World.Text(call.Request, id));
        }
        return taken;
    }

    private static string Handle(string name) => $"snap-of-snapshot-{name}";
}
