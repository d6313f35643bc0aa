using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests.Scenarios;

/// <summary>Times and sizes that the driver does not tell, or tells late (snapshotter contract 5.2).</summary>
internal sealed class UnknownTimeTests : RigTest
{
    private const string Main = "volumesnapshotcontents";
    private const string Status = "volumesnapshotcontents/status";

    [Test]
    public async Task What_the_driver_does_not_know_stays_unset_until_it_comes()
    {
        var rig = await Taking(new TestContent(), null, Says(("ready_to_use", false), ("size_bytes", null), ("creation_time", null)),
            Says(("ready_to_use", false), ("size_bytes", "0"), ("creation_time", "1970-01-01T00:00:00Z")));
        await rig.Driver.WaitForCalls("CreateSnapshot", 3);
        Assert.That(rig.World.Find(Main, "c")!["status"]!.ToJsonString(), Is.EqualTo("""{"snapshotHandle":"x","readyToUse":false}"""));
        rig.Driver.Answer("CreateSnapshot", Says(("ready_to_use", false)));
        await rig.World.Until(Main, "c", c => World.Status(c)?["creationTime"] is not null);
        rig.Driver.Answer("CreateSnapshot", Says(("creation_time", "2027-01-01T00:00:00Z"), ("size_bytes", "4096")));
        var content = await rig.World.UntilReady("c");
        Assert.That(content["status"]!.ToJsonString(), Is.EqualTo("""{"snapshotHandle":"x","readyToUse":true,"creationTime":1767225600000000000,"restoreSize":1024}"""), "what is known stays");
    }

    [Test]
    public async Task A_time_that_comes_after_it_was_ready_is_taken_and_nothing_is_taken_back_for_it()
    {
        var rig = await Taking(new TestContent(), null, Says(("creation_time", null), ("size_bytes", null)),
            Says(("creation_time", null), ("ready_to_use", false)),
            Fails(StatusCode.Internal, "no"), Says());
        var content = await rig.World.Until(Main, "c", c => World.Status(c)?["creationTime"] is not null);
        Assert.That(content["status"]!.ToJsonString(), Is.EqualTo("""{"snapshotHandle":"x","readyToUse":true,"restoreSize":1024,"creationTime":1767225600000000000}"""));
        Assert.That(rig.Taken, Has.Count.EqualTo(4));
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Main, Status, Main, Status, Status]), "no mark, and no error");
        Assert.That(rig.World.EventsAbout("c"), Is.Empty);
    }

    [Test]
    public async Task A_driver_that_takes_another_when_it_is_asked_for_the_time_is_told_of_with_both_and_asked_no_more()
    {
        var rig = await Taking(new TestContent(), null, Says(("creation_time", null)), Says(("snapshot_id", "y"), ("creation_time", null)));
        await rig.World.UntilEventObject("c", "SnapshotContentCheckandUpdateFailed", "the driver took y by the name by which it had taken x before");
        rig.World.Add(new TestContent("c2").BoundTo("u2"));
        await rig.World.UntilReady("c2");
        Assert.That(rig.Taken.Count(t => World.Text(t, "name").EndsWith(TestContent.Uid, StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(World.Text(rig.World.Find(Main, "c"), "status", "snapshotHandle"), Is.EqualTo("x"));
    }

    [Test]
    public async Task A_driver_that_lists_is_asked_by_the_handle_once_it_is_ready_and_takes_nothing_more()
    {
        var rig = await Taking(new TestContent(), RigOptions.Listing, Says(("creation_time", null)), Says(("snapshot_id", "y")));
        rig.Driver.Answer("ListSnapshots", Lists(("creation_time", null)), DriverRule.Answer("{}"), Fails(StatusCode.Internal, "no"), Lists());
        var content = await rig.World.Until(Main, "c", c => World.Status(c)?["creationTime"] is not null);
        Assert.That(content["status"]!.ToJsonString(),
            Is.EqualTo("""{"snapshotHandle":"x","readyToUse":true,"restoreSize":1024,"creationTime":1767225600000000000}"""));
        Assert.That(rig.Taken, Has.Count.EqualTo(1));
        Assert.That(rig.Listed.Select(l => l.ToJsonString()).Distinct(), Is.EqualTo((string[])["""{"snapshot_id":"x"}"""]));
        Assert.That(rig.World.EventsAbout("c"), Is.Empty);
    }

    [Test]
    public async Task A_snapshot_that_is_gone_at_the_driver_is_looked_for_some_times_and_not_taken_anew()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.AddClass("snap");
        rig.Driver.Answer("CreateSnapshot", Says(("creation_time", null)));
        rig.Driver.Answer("ListSnapshots", DriverRule.Answer("{}"));
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilReady("c");
        await rig.Driver.WaitForCalls("ListSnapshots", 10);
        rig.World.Add(new TestContent("c2").BoundTo("u2"));
        await rig.Driver.WaitForCalls("ListSnapshots", 20);
        Assert.That((rig.Taken.Count, rig.Listed.Count), Is.EqualTo((2, 20)), "one call took each");
    }

    [TestCase(true, "listing")]
    [TestCase(false, "taking")]
    public async Task It_is_listed_with_the_secret_of_listing_or_else_with_the_one_that_took_it(bool hasListing, string sent)
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.AddSecret("taking", ("is", "taking"u8.ToArray()));
        rig.World.AddSecret("listing", ("is", "listing"u8.ToArray()));
        rig.World.AddClass("snap", !hasListing ? null : new JsonObject
        {
            ["csi.storage.k8s.io/snapshotter-list-secret-name"] = "listing", ["csi.storage.k8s.io/snapshotter-list-secret-namespace"] = "default",
        });
        rig.Driver.Answer("CreateSnapshot", Says(("creation_time", null)));
        rig.Driver.Answer("ListSnapshots", Lists());
        await rig.Run();
        rig.World.Add(new TestContent().WithSecret("taking"));
        await rig.World.Until(Main, "c", c => World.Status(c)?["creationTime"] is not null);
        Assert.That(rig.Listed.Single().ToJsonString(), Is.EqualTo($$$"""{"snapshot_id":"x","secrets":{"is":"{{{sent}}}"}}"""));
    }

    [Test]
    public async Task A_group_that_is_ready_is_asked_for_its_time_and_not_taken_once_more()
    {
        const string Answer = """{"group_snapshot":{"group_snapshot_id":"g","ready_to_use":true,__"snapshots":[{"snapshot_id":"s1","source_volume_id":"h1"},{"snapshot_id":"s2","source_volume_id":"h2"}]}}""";
        var rig = await Prepared(RigOptions.Grouping);
        rig.World.AddGroupClass("group");
        rig.Driver.Answer("CreateVolumeGroupSnapshot", DriverRule.Answer(Answer.Replace("__", "", StringComparison.Ordinal)));
        rig.Driver.Answer("GetVolumeGroupSnapshot",
            DriverRule.Answer(Answer.Replace("__", "\"creation_time\":\"2026-01-01T00:00:00Z\",", StringComparison.Ordinal)));
        await rig.Run();
        rig.World.Add(new TestGroup());
        await rig.World.Until(World.Groups, "gc", c => World.Text(c, "status", "creationTime") is "2026-01-01T00:00:00Z");
        Assert.That(rig.Calls("CreateVolumeGroupSnapshot"), Has.Count.EqualTo(1));
        Assert.That(rig.Calls("GetVolumeGroupSnapshot").Single().ToJsonString(), Is.EqualTo("""{"group_snapshot_id":"g","snapshot_ids":["s1","s2"]}"""));
    }

    [Test]
    public async Task A_driver_that_never_tells_the_time_is_asked_for_it_some_times_and_no_more()
    {
        var rig = await Taking(new TestContent(), RigOptions.WithStandingClock, Says(("creation_time", null)));
        // Seventeen minutes would be too long for the watches of a test.
        foreach (var pause in (int[])[1, 2, 4, 8, 16, 32, 64])
        {
            await rig.Log.WaitForLine(l => l.Contains("when it took it", StringComparison.Ordinal)
                && l.Contains(TimeSpan.FromSeconds(pause).ToString(), StringComparison.Ordinal));
            rig.Advance(TimeSpan.FromSeconds(pause));
        }
        await rig.Driver.WaitForCalls("CreateSnapshot", 8);
        Assert.That(rig.Log.Lines, Has.None.Contains("SnapshotDelayed"), "it is ready");

        var hasty = await Taking(new TestContent(), null, Says(("creation_time", null)));
        await hasty.Driver.WaitForCalls("CreateSnapshot", 11);
        hasty.World.Add(new TestContent("c2").BoundTo("u2"));
        await hasty.Driver.WaitForCalls("CreateSnapshot", 22);
        Assert.That(hasty.Taken.Count(t => World.Text(t, "name").EndsWith(TestContent.Uid, StringComparison.Ordinal)), Is.EqualTo(11),
            "the one that made it ready, and ten");
    }

    [Test]
    public async Task A_ready_snapshot_without_a_time_that_was_there_before_us_costs_nothing()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.World.Add(new TestContent().InState("""{"snapshotHandle":"x","readyToUse":true}"""));
        await rig.Run();
        rig.World.Add(new TestContent("c2").BoundTo("u2"));
        await rig.World.UntilSettled("c2");
        Assert.That(rig.Taken, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_zero_that_another_version_wrote_is_unknown_too()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.World.Add(new TestContent().InState("""{"snapshotHandle":"x","readyToUse":false,"creationTime":0,"restoreSize":0}"""));
        await rig.Run();
        var content = await rig.World.UntilReady("c");
        Assert.That(content["status"]!["creationTime"]!.GetValue<long>(), Is.EqualTo(1767225600000000000));
    }
}
