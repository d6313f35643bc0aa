using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests.Scenarios;

/// <summary>Drivers that answer what they must not, and contents that were edited by hand: nothing is lost, nothing crashes, nothing spins.</summary>
internal sealed class OddAnswerTests : RigTest
{
    private const string Main = "volumesnapshotcontents";

    [TestCase("{}")]
    [TestCase("""{"snapshot":{"ready_to_use":true,"source_volume_id":"handle"}}""")]
    public async Task An_answer_that_names_no_snapshot_is_an_error_and_the_mark_stays(string answer)
    {
        var rig = await Taking(new TestContent(), null, DriverRule.Answer(answer));
        Assert.That(await rig.World.UntilError("c"),
            Does.Contain("the driver answered CreateSnapshot without a snapshot, or with one that has no id"));
        Assert.That(World.IsBeingCreated(rig.World.Find(Main, "c")!), Is.True, "something may be there");
        rig.Driver.Answer("CreateSnapshot");
        await rig.World.UntilSettled("c");
    }

    [Test]
    public async Task A_snapshot_of_another_volume_is_noted_and_never_ready_and_goes_with_its_content()
    {
        var rig = await Taking(new TestContent(), null, Says(("source_volume_id", "other")));
        Assert.That(await rig.World.UntilError("c"), Does.Contain("the driver took snapshot x of volume other instead of volume handle"));
        await rig.Driver.WaitForCalls("CreateSnapshot", 4);
        var content = rig.World.Find(Main, "c")!;
        Assert.That(content["status"]!["readyToUse"]!.GetValue<bool>(), Is.False);
        Assert.That(rig.Writes.Count(w => w.Resource.EndsWith("/status", StringComparison.Ordinal)), Is.LessThanOrEqualTo(3),
            "what stays the same is not written again");
        rig.World.DeleteByUser("c");
        await rig.World.UntilGone(Main, "c");
        Assert.That(World.Text(rig.Deleted.Single(), "snapshot_id"), Is.EqualTo("x"));
    }

    [Test]
    public async Task A_snapshot_that_does_not_say_of_which_volume_it_is_is_taken_for_the_one_asked_for()
    {
        var rig = await Taking(new TestContent(), null, Says(("source_volume_id", null)));
        await rig.World.UntilSettled("c");
    }

    [TestCase("-5", "2026-01-01T00:00:00Z", """{"snapshotHandle":"x","readyToUse":true,"creationTime":1767225600000000000}""")]
    [TestCase("5", "0001-01-01T00:00:00Z", """{"snapshotHandle":"x","readyToUse":true,"restoreSize":5}""")]
    [TestCase("5", "9999-12-31T23:59:59Z", """{"snapshotHandle":"x","readyToUse":true,"restoreSize":5}""")]
    [TestCase("5", "1970-01-01T00:00:00Z", """{"snapshotHandle":"x","readyToUse":true,"restoreSize":5}""")]
    [TestCase("5", null, """{"snapshotHandle":"x","readyToUse":true,"restoreSize":5}""")]
    public async Task Sizes_and_times_that_cannot_be_are_unknown(string size, string? time, string status)
    {
        var rig = await Taking(new TestContent(), null, Says(("size_bytes", size), ("creation_time", time is null ? null : JsonValue.Create(time))));
        Assert.That((await rig.World.UntilSettled("c"))["status"]!.ToJsonString(), Is.EqualTo(status));
    }

    [Test]
    public async Task A_ready_snapshot_that_is_said_not_to_be_is_asked_for_again()
    {
        var rig = await Taken(new TestContent());
        await rig.World.UntilSettled("c");
        rig.World.Patch(Main, "c", """{"status":{"readyToUse":false}}""", "status");
        await rig.World.UntilReady("c");
        Assert.That(rig.Taken, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_status_that_was_wiped_out_is_made_out_anew()
    {
        var rig = await Taken(new TestContent());
        await rig.World.UntilSettled("c");
        rig.World.Patch(Main, "c", """{"status":null}""", "status");
        await rig.World.UntilSettled("c");
        Assert.That(rig.Taken.Select(t => t.ToJsonString()).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_handle_that_was_emptied_is_made_out_anew_under_the_mark()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.World.Add(new TestContent().InState("""{"snapshotHandle":"","readyToUse":false}"""));
        await rig.Run();
        var content = await rig.World.UntilSettled("c");
        Assert.That(World.Text(content, "status", "snapshotHandle"), Is.EqualTo($"snap-of-snapshot-{TestContent.Uid}"));
        Assert.That(rig.Writes[0].Body, Does.Contain("being-created"));
    }

    [Test]
    public async Task An_imported_one_without_a_handle_asks_for_no_list_of_all()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.AddClass("snap");
        await rig.Run();
        rig.World.Add(TestContent.Given(""));
        Assert.That(await rig.World.UntilError("c"), Does.Contain("snapshotHandle is missing"));
        Assert.That(rig.Listed, Is.Empty);
    }

    [Test]
    public async Task One_that_becomes_another_drivers_is_let_go_of()
    {
        var rig = await Taking(new TestContent(), RigOptions.WithStandingClock, Fails(Grpc.Core.StatusCode.Internal));
        await rig.World.UntilError("c");
        rig.World.Patch(Main, "c", """{"spec":{"driver":"other.example.com"}}""");
        rig.Driver.Answer("CreateSnapshot");
        rig.World.Add(new TestContent("c2").BoundTo("u2"));
        await rig.World.UntilSettled("c2");
        rig.Advance(TimeSpan.FromSeconds(5));
        rig.World.Add(new TestContent("c3").BoundTo("u3"));
        await rig.World.UntilSettled("c3");
        Assert.That(rig.Taken.Count(t => World.Text(t, "name").EndsWith(TestContent.Uid, StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task One_that_becomes_ours_is_taken()
    {
        var rig = await Taking(new TestContent().By("other.example.com"));
        rig.World.Add(new TestContent("c2").BoundTo("u2"));
        await rig.World.UntilSettled("c2");
        Assert.That(rig.Taken, Has.Count.EqualTo(1));
        rig.World.Patch(Main, "c", """{"spec":{"driver":"csi.example.com"}}""");
        await rig.World.UntilSettled("c");
    }

    [Test]
    public async Task A_content_that_cannot_be_read_holds_up_no_other()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.World.Create(Main, JsonNode.Parse("""
            {"apiVersion":"snapshot.storage.k8s.io/v1","kind":"VolumeSnapshotContent","metadata":{"name":"bad"},
             "spec":{"driver":"csi.example.com","deletionPolicy":"Delete","source":{"volumeHandle":["a"]},"volumeSnapshotRef":{"name":"s","namespace":"default"}}}
            """)!.AsObject());
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilSettled("c");
    }

    [Test]
    public async Task A_snapshot_that_another_content_has_is_not_noted_and_does_not_go_with_this_one()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.World.Add(new TestContent("a").Of("other").InState("""{"snapshotHandle":"victim","readyToUse":true}"""));
        rig.Driver.Answer("CreateSnapshot", Says(("snapshot_id", "victim"), ("source_volume_id", "other")));
        await rig.Run();
        rig.World.Add(new TestContent("b").BoundTo("u2"));
        Assert.That(await rig.World.UntilError("b", "another content has that one"),
            Does.Contain("snapshot victim of volume other instead of one of volume handle"));
        rig.World.DeleteByUser("b");
        await rig.World.UntilGone(Main, "b");
        Assert.That(rig.Deleted, Is.Empty);
    }

    [Test]
    public async Task One_whose_handle_another_has_leaves_the_snapshot_to_that_one_and_says_so()
    {
        var rig = await Taking(new TestContent(), null, Says(("ready_to_use", false)), Fails(Grpc.Core.StatusCode.Unavailable, "busy"));
        rig.World.Add((TestContent.Given("x") with { Name = "imported" }).Retained().BoundTo("u2"));
        await rig.World.UntilReady("imported");
        await rig.World.UntilError("c", "busy");
        rig.World.DeleteByUser("c");
        await rig.World.UntilGone(Main, "c");
        const string Told = "x is not deleted at the driver with VolumeSnapshotContent c: VolumeSnapshotContent imported has it too, "
            + "and what becomes of it is up to that one, of policy Retain";
        await rig.World.UntilEventObject("c", "SnapshotDeleteError", Told);
        await rig.World.UntilEventObject("s", "SnapshotDeleteError", Told);
        Assert.That(rig.Deleted, Is.Empty);
    }
}
