using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests.Scenarios;

/// <summary>Groups of snapshots (snapshotter contract 8).</summary>
internal sealed class GroupTests : RigTest
{
    private const string Main = "volumegroupsnapshotcontents";
    private const string Status = "volumegroupsnapshotcontents/status";

    [Test]
    public async Task A_group_costs_one_call_and_three_requests()
    {
        var rig = await TakingGroup(new TestGroup());
        var content = await UntilSettled(rig);
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Main, Status, Main]));
        Assert.That(rig.Reads, Is.Empty);
        Assert.That(rig.Calls("CreateVolumeGroupSnapshot").Single().ToJsonString(), Is.EqualTo(
            $$"""{"name":"groupsnapshot-{{TestContent.Uid}}","source_volume_ids":["h2","h1"]}"""));
        Assert.That(content["status"]!.ToJsonString(), Is.EqualTo(
            $$"""{"volumeGroupSnapshotHandle":"group-of-groupsnapshot-{{TestContent.Uid}}","readyToUse":true,"creationTime":"2026-01-01T00:00:00Z","volumeSnapshotInfoList":["""
            + """{"volumeHandle":"h1","snapshotHandle":"snap-of-h1","creationTime":1767225600000000000,"readyToUse":true,"restoreSize":1073741824},"""
            + """{"volumeHandle":"h2","snapshotHandle":"snap-of-h2","creationTime":1767225600000000000,"readyToUse":true,"restoreSize":1073741824}]}"""));
        Assert.That(rig.World.EventsAbout("gc"), Is.Empty);
    }

    [Test]
    public async Task Parameters_names_and_the_secret_go_with_the_call()
    {
        var rig = await Prepared(RigOptions.Grouping.With(o => o with { ExtraCreateMetadata = true, GroupNaming = RigOptions.Naming("g", 4) }));
        rig.World.AddSecret("s", ("foo", "bar"u8.ToArray()));
        rig.World.AddGroupClass("group", new JsonObject { ["a"] = "b", ["csi.storage.k8s.io/group-snapshotter-secret-name"] = "s" });
        await rig.Run();
        rig.World.Add(new TestGroup().WithSecret());
        await UntilSettled(rig);
        Assert.That(rig.Calls("CreateVolumeGroupSnapshot").Single().ToJsonString(), Is.EqualTo(
            """{"name":"g-0b5e","source_volume_ids":["h2","h1"],"secrets":{"foo":"bar"},"parameters":{"a":"b","csi.storage.k8s.io/volumegroupsnapshot/name":"g","csi.storage.k8s.io/volumegroupsnapshot/namespace":"default","csi.storage.k8s.io/volumegroupsnapshotcontent/name":"gc"}}"""));
    }

    [Test]
    public async Task One_that_is_not_ready_is_asked_for_with_growing_pauses_and_costs_no_request()
    {
        var rig = await TakingGroup(new TestGroup(), RigOptions.Grouping with { ClockStands = true, Snapshotter = new SnapshotterOptions() },
            Group(false, false));
        foreach (var (calls, pause) in ((int, string)[])[(1, "00:00:01"), (2, "00:00:02"), (3, "00:00:04")])
        {
            await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal)
                && l.Contains("not ready to use yet", StringComparison.Ordinal) && l.Contains(pause, StringComparison.Ordinal));
            Assert.That(rig.Calls("CreateVolumeGroupSnapshot"), Has.Count.EqualTo(calls));
            if (calls is 3) rig.Driver.Answer("CreateVolumeGroupSnapshot", Group(true, true));
            rig.Advance(TimeSpan.Parse(pause, System.Globalization.CultureInfo.InvariantCulture));
        }
        var content = await rig.World.UntilReady("gc", Main);
        Assert.That(rig.Writes, Has.Count.EqualTo(4), "one more, to write that it is ready");
        Assert.That(content["status"]!["volumeSnapshotInfoList"]!.AsArray().Select(i => i!["readyToUse"]!.GetValue<bool>()), Is.All.True,
            "the snapshots in it are too");
    }

    [TestCase(StatusCode.Internal, false)]
    [TestCase(StatusCode.Unavailable, true)]
    public async Task A_failure_is_told_and_waits_its_pause(StatusCode code, bool staysMarked)
    {
        var rig = await TakingGroup(new TestGroup(), RigOptions.Grouping with { ClockStands = true,
            Snapshotter = new SnapshotterOptions { WorkerThreads = 1 } }, Fails(code, "no"), DriverRule.Default);
        Assert.That(await rig.World.UntilError("gc", resource: Main),
            Does.StartWith("Failed to create group snapshot: failed to take group snapshot of the volumes [h2 h1]: \"rpc error: code = "));
        await rig.World.UntilEventObject("gc", "GroupSnapshotCreationFailed", "no");
        Assert.That(World.IsBeingCreated(rig.World.Find(Main, "gc")!), Is.EqualTo(staysMarked));
        // The mark and the error were written, and the watch told of them before another group was taken.
        rig.World.Add(new TestGroup("gc2"));
        await UntilSettled(rig, "gc2");
        Assert.That(rig.Calls("CreateVolumeGroupSnapshot"), Has.Count.EqualTo(2), "one for each");
        rig.Advance(TimeSpan.FromSeconds(1));
        await UntilSettled(rig);
    }

    [Test]
    public async Task One_that_belongs_to_no_group_is_not_taken()
    {
        var rig = await TakingGroup(new TestGroup().Unbound());
        Assert.That(await rig.World.UntilError("gc", resource: Main), Does.Contain("not bound to a group snapshot"));
        Assert.That(rig.Calls("CreateVolumeGroupSnapshot"), Is.Empty);
    }

    [Test]
    public async Task It_goes_with_all_its_snapshots()
    {
        var rig = await Prepared(RigOptions.Grouping);
        rig.World.AddSecret("s", ("foo", "bar"u8.ToArray()));
        rig.World.Add(new TestGroup().Ready().WithSecret().OfClass("gone"));
        await rig.Run();
        rig.World.DeleteGroupByUser("gc");
        await rig.World.UntilGone(Main, "gc");
        Assert.That(rig.Calls("DeleteVolumeGroupSnapshot").Single().ToJsonString(), Is.EqualTo("""{"group_snapshot_id":"g","snapshot_ids":["s1","s2"],"secrets":{"foo":"bar"}}"""));
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Status, Main]));
        Assert.That(JsonNode.Parse(rig.Writes[0].Body)!["status"]!.ToJsonString(), Is.EqualTo("""{"volumeGroupSnapshotHandle":null,"readyToUse":null,"creationTime":null,"error":null}"""));
    }

    [Test]
    public async Task Retained_it_stays_at_the_driver()
    {
        var rig = await Prepared(RigOptions.Grouping);
        rig.World.Add(new TestGroup().Ready().Retained());
        await rig.Run();
        rig.World.DeleteGroupByUser("gc");
        await rig.World.UntilGone(Main, "gc");
        Assert.That(rig.Calls("DeleteVolumeGroupSnapshot"), Is.Empty);
    }

    [Test]
    public async Task Without_its_snapshots_it_cannot_be_deleted_and_says_what_to_do()
    {
        var rig = await Prepared(RigOptions.Grouping);
        rig.World.Add(new TestGroup().InState("""{"volumeGroupSnapshotHandle":"g","readyToUse":true}"""));
        await rig.Run();
        rig.World.DeleteGroupByUser("gc");
        await rig.World.UntilEventObject("gc", "GroupSnapshotDeleteError", "No snapshots found");
        Assert.That(rig.Calls("DeleteVolumeGroupSnapshot"), Is.Empty);
        Assert.That(World.Finalizers(rig.World.Find(Main, "gc")), Is.Not.Empty);
    }

    [Test]
    public async Task One_in_doubt_is_taken_first_and_then_deleted()
    {
        var rig = await Prepared(RigOptions.Grouping);
        rig.World.AddGroupClass("group");
        rig.World.Add(new TestGroup().BeingCreated().BeingDeleted());
        rig.World.Delete(Main, "gc");
        await rig.Run();
        await rig.World.UntilGone(Main, "gc");
        Assert.That((rig.Calls("CreateVolumeGroupSnapshot").Count, rig.Calls("DeleteVolumeGroupSnapshot").Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task A_deletion_that_fails_halfway_is_done_again_from_there()
    {
        var rig = await Prepared(RigOptions.Grouping);
        using var fault = rig.Cluster.Faults.Add(Patch(Main, ""), Answers(500, "InternalError"), times: 1);
        rig.Driver.Answer("DeleteVolumeGroupSnapshot", Fails(StatusCode.Internal, "not now"), DriverRule.Default);
        rig.World.Add(new TestGroup().Ready());
        await rig.Run();
        rig.World.DeleteGroupByUser("gc");
        await rig.World.UntilEventObject("gc", "GroupSnapshotDeleteError",
            "Failed to delete group snapshot: rpc error: code = Internal desc = not now");
        await rig.World.UntilGone(Main, "gc");
        Assert.That(rig.Calls("DeleteVolumeGroupSnapshot"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task One_that_was_there_is_asked_for_with_the_secret_of_its_class()
    {
        var rig = await Prepared(RigOptions.Grouping);
        rig.World.AddSecret("s-gc", ("foo", "bar"u8.ToArray()));
        rig.World.AddGroupClass("group", new JsonObject
        {
            ["csi.storage.k8s.io/group-snapshotter-get-secret-name"] = "s-${volumegroupsnapshotcontent.name}",
            ["csi.storage.k8s.io/group-snapshotter-get-secret-namespace"] = "default",
        });
        rig.Driver.Answer("GetVolumeGroupSnapshot", Group(false, false), Fails(StatusCode.Internal, "no"), Group(true, true));
        await rig.Run();
        rig.World.Add(TestGroup.Given("old", "s1", "s2"));
        var content = await rig.World.UntilReady("gc", Main);
        Assert.That(rig.Calls("GetVolumeGroupSnapshot")[0].ToJsonString(), Is.EqualTo("""{"group_snapshot_id":"old","snapshot_ids":["s1","s2"],"secrets":{"foo":"bar"}}"""));
        Assert.That(content["status"]!.ToJsonString(), Is.EqualTo("""{"volumeGroupSnapshotHandle":"old","readyToUse":true,"creationTime":"2026-01-01T00:00:00Z"}"""));
        await rig.World.UntilEventObject("gc", "GroupSnapshotContentCheckandUpdateFailed", "no");
    }

    [Test]
    public async Task One_that_was_there_is_deleted_by_the_names_it_came_with_even_before_anybody_looked_at_it()
    {
        var rig = await Prepared(RigOptions.Grouping);
        rig.World.Add(TestGroup.Given("old", "s1").Unbound());
        rig.World.Delete(Main, "gc");
        await rig.Run();
        await rig.World.UntilGone(Main, "gc");
        Assert.That(rig.Calls("DeleteVolumeGroupSnapshot").Single().ToJsonString(), Is.EqualTo("""{"group_snapshot_id":"old","snapshot_ids":["s1"]}"""));
    }

    [Test]
    public async Task One_that_was_there_without_snapshots_is_told()
    {
        var rig = await TakingGroup(TestGroup.Given("old"));
        Assert.That(await rig.World.UntilError("gc", resource: Main), Does.Contain("No snapshots found"));
        Assert.That(rig.Calls("GetVolumeGroupSnapshot"), Is.Empty);
    }

    [Test]
    public async Task A_driver_without_groups_says_so_on_the_object_with_growing_pauses()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.AddGroupClass("group");
        await rig.Run();
        rig.World.Add(new TestGroup());
        Assert.That(await rig.World.UntilError("gc", resource: Main), Does.Contain("Unimplemented"));
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal));
        Assert.That(rig.Log.Lines, Has.Some.Contains("The driver takes no groups of snapshots").And.None.Contains("does not say what it can do"));
    }

    [TestCase("""{}""", "without a group")]
    [TestCase("""{"group_snapshot":{"ready_to_use":true}}""", "without a group")]
    [TestCase("""{"group_snapshot":{"group_snapshot_id":"g","snapshots":[{"source_volume_id":"h1"}]}}""", "has no id")]
    public async Task An_answer_that_names_nothing_is_an_error_and_the_mark_stays(string answer, string words)
    {
        var rig = await TakingGroup(new TestGroup(), null, DriverRule.Answer(answer));
        Assert.That(await rig.World.UntilError("gc", resource: Main), Does.Contain(words));
        Assert.That(World.IsBeingCreated(rig.World.Find(Main, "gc")!), Is.True);
        rig.Driver.Answer("CreateVolumeGroupSnapshot");
        await UntilSettled(rig);
    }

    [TestCase("""{"group_snapshot":{"group_snapshot_id":"g","ready_to_use":true,"snapshots":[{"source_volume_id":"h1","snapshot_id":"s1"},{"source_volume_id":"other","snapshot_id":"s2"}]}}""", "nobody asked for")]
    [TestCase("""{"group_snapshot":{"group_snapshot_id":"g","ready_to_use":true}}""", "names no snapshot in it")]
    public async Task A_group_that_can_be_used_for_nothing_is_noted_and_never_ready(string answer, string words)
    {
        var rig = await TakingGroup(new TestGroup(), null, DriverRule.Answer(answer));
        Assert.That(await rig.World.UntilError("gc", resource: Main), Does.Contain(words));
        var content = rig.World.Find(Main, "gc")!;
        Assert.That(World.Text(content, "status", "volumeGroupSnapshotHandle"), Is.EqualTo("g"));
        Assert.That(content["status"]!["readyToUse"]!.GetValue<bool>(), Is.False);
    }

    [Test]
    public async Task A_snapshot_that_comes_to_the_group_later_is_noted_and_goes_with_it()
    {
        var rig = await TakingGroup(new TestGroup(), null, Members(false, "h1"), Members(true, "h1", "h2"));
        var content = await UntilSettled(rig);
        Assert.That(content["status"]!["volumeSnapshotInfoList"]!.AsArray().Select(i => World.Text(i, "snapshotHandle")),
            Is.EqualTo((string[])["of-h1", "of-h2"]));
        rig.World.DeleteGroupByUser("gc");
        await rig.World.UntilGone(Main, "gc");
        Assert.That(rig.Calls("DeleteVolumeGroupSnapshot").Single()["snapshot_ids"]!.ToJsonString(), Is.EqualTo("""["of-h1","of-h2"]"""));
    }

    [Test]
    public async Task A_group_that_is_ready_without_one_of_its_volumes_is_not_ready_until_it_has_it()
    {
        var rig = await TakingGroup(new TestGroup(), null, Members(true, "h1"));
        Assert.That(await rig.World.UntilError("gc", resource: Main), Does.Contain("is ready and names no snapshot of the volumes [h2]"));
        Assert.That(rig.World.Find(Main, "gc")!["status"]!["readyToUse"]!.GetValue<bool>(), Is.False);
        rig.Driver.Answer("CreateVolumeGroupSnapshot", Members(true, "h1", "h2"));
        await UntilSettled(rig);
    }

    [Test]
    public async Task A_mark_left_beside_its_handle_does_not_keep_it_when_its_class_is_gone()
    {
        var rig = await Prepared(RigOptions.Grouping);
        rig.World.Add(new TestGroup().InState("""{"volumeGroupSnapshotHandle":"g","readyToUse":false,"volumeSnapshotInfoList":[{"volumeHandle":"h1","snapshotHandle":"s1"}]}""")
            .BeingCreated().BeingDeleted().OfClass("gone"));
        rig.World.Delete(Main, "gc");
        await rig.Run();
        await rig.World.UntilGone(Main, "gc");
        Assert.That((rig.Calls("CreateVolumeGroupSnapshot").Count, rig.Calls("DeleteVolumeGroupSnapshot").Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task One_that_was_there_is_deleted_once_whatever_holds_up_its_finalizer()
    {
        var rig = await Prepared(RigOptions.Grouping);
        using var fault = rig.Cluster.Faults.Add(Patch(Main, ""), Answers(500, "InternalError"), times: 2);
        rig.World.Add(TestGroup.Given("old", "s1").InState("""{"volumeGroupSnapshotHandle":"old","readyToUse":true}"""));
        await rig.Run();
        rig.World.DeleteGroupByUser("gc");
        await rig.World.UntilGone(Main, "gc");
        Assert.That(rig.Calls("DeleteVolumeGroupSnapshot"), Has.Count.EqualTo(1));
    }

    [TestCase(null)]
    [TestCase("other.example.com")]
    public async Task A_class_that_is_gone_does_not_matter_where_the_driver_has_named_the_snapshots(string? driver)
    {
        var rig = await Prepared(RigOptions.Grouping);
        rig.World.AddSecret("s", ("foo", "bar"u8.ToArray()));
        if (driver is not null) rig.World.AddGroupClass("group", driver: driver);
        rig.Driver.Answer("GetVolumeGroupSnapshot", Group(false, false), Fails(StatusCode.Internal, "no"), Group(true, true));
        rig.World.Add(TakenNotReady("h1", "h2").WithSecret());
        await rig.Run();
        var content = await UntilSettled(rig);
        Assert.That(rig.Calls("GetVolumeGroupSnapshot")[0].ToJsonString(),
            Is.EqualTo("""{"group_snapshot_id":"g","snapshot_ids":["of-h1","of-h2"],"secrets":{"foo":"bar"}}"""));
        Assert.That(rig.Calls("CreateVolumeGroupSnapshot"), Is.Empty);
        Assert.That(content["status"]!["volumeSnapshotInfoList"]!.AsArray().Select(i => i!["readyToUse"]!.GetValue<bool>()), Is.All.True);
        Assert.That(content["status"]!["error"], Is.Null);
    }

    [Test]
    public async Task Asked_for_without_its_class_a_group_has_to_be_complete_too()
    {
        var rig = await Prepared(RigOptions.Grouping);
        rig.Driver.Answer("GetVolumeGroupSnapshot", Members(true, "h1"));
        rig.World.Add(TakenNotReady("h1"));
        await rig.Run();
        Assert.That(await rig.World.UntilError("gc", resource: Main), Does.Contain("is ready and names no snapshot of the volumes [h2]"));
        Assert.That(rig.World.Find(Main, "gc")!["status"]!["readyToUse"]!.GetValue<bool>(), Is.False);
        rig.Driver.Answer("GetVolumeGroupSnapshot", Members(true, "h1", "h2"));
        await UntilSettled(rig);
    }

    [Test]
    public async Task Of_a_group_whose_snapshots_are_not_known_the_missing_class_is_told()
    {
        var rig = await Prepared(RigOptions.Grouping);
        rig.World.Add(TakenNotReady());
        await rig.Run();
        Assert.That(await rig.World.UntilError("gc", resource: Main), Does.Contain("volumegroupsnapshotclass").And.Contain("not found"));
        Assert.That(rig.Calls("GetVolumeGroupSnapshot"), Is.Empty);
    }

    private async Task<SnapshotterRig> TakingGroup(TestGroup content, RigOptions? options = null, params DriverRule[] answers)
    {
        var rig = await Prepared(options ?? RigOptions.Grouping);
        rig.World.AddGroupClass("group");
        if (answers.Length > 0) rig.Driver.Answer("CreateVolumeGroupSnapshot", answers);
        await rig.Run();
        rig.World.Add(content);
        return rig;
    }

    private static Task<JsonObject> UntilSettled(SnapshotterRig rig, string name = "gc") =>
        rig.World.Until(Main, name, c => World.Status(c)?["readyToUse"]?.GetValue<bool>() is true && !World.IsBeingCreated(c));

    private static DriverRule Group(bool isReady, bool areReady)
    {
        var snapshots = new JsonArray([.. new[] { "h1", "h2" }.Select(h =>
            new JsonObject { ["snapshot_id"] = "of-" + h, ["source_volume_id"] = h, ["ready_to_use"] = areReady })]);
        return DriverRule.Answer(new JsonObject
        {
            ["group_snapshot"] = new JsonObject { ["group_snapshot_id"] = "g", ["ready_to_use"] = isReady, ["creation_time"] = "2026-01-01T00:00:00Z",
                ["snapshots"] = snapshots },
        }.ToJsonString());
    }

    /// <summary>The driver has taken it as "g", and named a snapshot of each of these volumes.</summary>
    private static TestGroup TakenNotReady(params string[] volumes) => new TestGroup().InState(new JsonObject
    {
        ["volumeGroupSnapshotHandle"] = "g", ["readyToUse"] = false,
        ["volumeSnapshotInfoList"] = new JsonArray([.. volumes.Select(v => new JsonObject { ["volumeHandle"] = v, ["snapshotHandle"] = "of-" + v })]),
    }.ToJsonString());

    private static DriverRule Members(bool isReady, params string[] volumes) => DriverRule.Answer(new JsonObject
    {
        ["group_snapshot"] = new JsonObject
        {
            ["group_snapshot_id"] = "g", ["ready_to_use"] = isReady,
            ["snapshots"] = new JsonArray([.. volumes.Select(v =>
                new JsonObject { ["snapshot_id"] = "of-" + v, ["source_volume_id"] = v, ["ready_to_use"] = isReady })]),
        },
    }.ToJsonString());
}
