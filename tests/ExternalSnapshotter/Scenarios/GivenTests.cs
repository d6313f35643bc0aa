using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests.Scenarios;

/// <summary>Contents of snapshots that were there before, and of those that were taken with a group (snapshotter contract 6).</summary>
internal sealed class GivenTests : RigTest
{
    private const string Main = "volumesnapshotcontents";

    [Test]
    public async Task The_driver_is_asked_for_it_by_its_handle()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.AddClass("snap");
        rig.Driver.Answer("ListSnapshots", Lists(("snapshot_id", "old"), ("group_snapshot_id", "g")));
        await rig.Run();
        rig.World.Add(TestContent.Given().Unbound());
        var content = await rig.World.UntilReady("c");
        Assert.That(content["status"]!.ToJsonString(), Is.EqualTo(
            """{"snapshotHandle":"old","readyToUse":true,"creationTime":1767225600000000000,"restoreSize":1024,"volumeGroupSnapshotHandle":"g"}"""));
        Assert.That(rig.Listed.Single().ToJsonString(), Is.EqualTo("""{"snapshot_id":"old"}"""));
        Assert.That(rig.Writes, Has.Count.EqualTo(1));
        Assert.That((rig.Taken.Count, rig.Calls("ControllerGetCapabilities").Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task A_driver_that_cannot_be_asked_has_it()
    {
        var rig = await Prepared();
        await rig.Run();
        rig.World.Add(TestContent.Given().OfClass(null));
        var content = await rig.World.UntilReady("c");
        var taken = DateTimeOffset.UnixEpoch.AddTicks(content["status"]!["creationTime"]!.GetValue<long>() / TimeSpan.NanosecondsPerTick);
        Assert.That(taken, Is.EqualTo(TimeProvider.System.GetUtcNow()).Within(TimeSpan.FromMinutes(1)));
        Assert.That(content["status"]!["restoreSize"], Is.Null);
        Assert.That(rig.Listed, Is.Empty);
    }

    [Test]
    public async Task The_classs_secret_of_asking_goes_with_the_call()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.AddSecret("s-c", ("foo", "bar"u8.ToArray()));
        rig.World.AddClass("snap", new JsonObject
        {
            ["csi.storage.k8s.io/snapshotter-list-secret-name"] = "s-${volumesnapshotcontent.name}",
            ["csi.storage.k8s.io/snapshotter-list-secret-namespace"] = "default",
        });
        rig.Driver.Answer("ListSnapshots", Lists(("snapshot_id", "old")));
        await rig.Run();
        rig.World.Add(TestContent.Given());
        await rig.World.UntilReady("c");
        Assert.That(World.Text(rig.Listed.Single(), "secrets", "foo"), Is.EqualTo("bar"));
    }

    [TestCase("${volumesnapshot.name}", "default", "invalid tokens: [\"volumesnapshot.name\"]")]
    [TestCase("Bad Name", "default", "not a valid secret name")]
    [TestCase(null, "default", "Both must be specified")]
    [TestCase("", "default", "either namespace or name is empty")]
    public async Task A_secret_that_is_named_badly_is_told(string? name, string ns, string words)
    {
        var rig = await Prepared(RigOptions.Listing);
        var parameters = new JsonObject { ["csi.storage.k8s.io/snapshotter-list-secret-namespace"] = ns };
        if (name is not null) parameters["csi.storage.k8s.io/snapshotter-list-secret-name"] = name;
        rig.World.AddClass("snap", parameters);
        await rig.Run();
        rig.World.Add(TestContent.Given());
        Assert.That(await rig.World.UntilError("c"), Does.StartWith("Failed to check and update snapshot content: ").And.Contain(words));
        Assert.That(rig.Listed, Is.Empty);
    }

    [Test]
    public async Task A_class_that_is_missing_is_told_and_nothing_is_asked()
    {
        var rig = await Prepared(RigOptions.Listing);
        await rig.Run();
        rig.World.Add(TestContent.Given());
        Assert.That(await rig.World.UntilError("c"), Does.Contain("failed to get snapshot class snap"));
        Assert.That(rig.Listed, Is.Empty);
    }

    [Test]
    public async Task One_the_driver_does_not_know_is_told_and_asked_for_again()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.AddClass("snap");
        rig.Driver.Answer("ListSnapshots", DriverRule.Answer("{}"), Fails(StatusCode.DeadlineExceeded, "busy"), Lists(("snapshot_id", "old")));
        await rig.Run();
        rig.World.Add(TestContent.Given());
        await rig.World.UntilReady("c");
        await rig.World.UntilEventObject("c", "SnapshotContentCheckandUpdateFailed",
            "failed to list snapshot for content c: \"can not find snapshot for snapshotID old\"");
        await rig.World.UntilEventObject("c", "SnapshotContentCheckandUpdateFailed", "busy");
        Assert.That(rig.Listed, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Of_several_the_one_that_was_asked_for_counts()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.AddClass("snap");
        var (other, own) = (Says(("size_bytes", "1")).Response!, Says(("snapshot_id", "old"), ("size_bytes", "2")).Response!);
        rig.Driver.Answer("ListSnapshots",
            DriverRule.Answer(new JsonObject { ["entries"] = new JsonArray(other.DeepClone(), own.DeepClone()) }.ToJsonString()));
        await rig.Run();
        rig.World.Add(TestContent.Given());
        Assert.That((await rig.World.UntilReady("c"))["status"]!["restoreSize"]!.GetValue<int>(), Is.EqualTo(2));
    }

    [Test]
    public async Task Unbound_and_deleted_it_goes_even_before_anybody_looked_at_it()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.Add(TestContent.Given().Unbound());
        rig.World.Delete(Main, "c");
        await rig.Run();
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted.Single().ToJsonString(), Is.EqualTo("""{"snapshot_id":"old"}"""));
        Assert.That(rig.Listed, Is.Empty);
    }

    [Test]
    public async Task Retained_it_stays_at_the_driver()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.Add(TestContent.Given().Unbound().Retained());
        rig.World.Delete(Main, "c");
        await rig.Run();
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted, Is.Empty);
    }

    [Test]
    public async Task Bound_and_deleted_by_its_user_it_goes_from_the_driver_once()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.Add(TestContent.Given().Ready().InState("""{"snapshotHandle":"old","readyToUse":true}"""));
        await rig.Run();
        rig.World.DeleteByUser("c");
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task One_of_a_group_is_asked_for_with_the_secret_on_it_and_never_taken()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.AddSecret("s", ("foo", "bar"u8.ToArray()));
        rig.Driver.Answer("ListSnapshots", Lists());
        await rig.Run();
        rig.World.Add(new TestContent().Member().OfClass(null).WithSecret());
        await rig.Log.WaitForLine(l => l.Contains("it is one of a group", StringComparison.Ordinal));
        rig.World.Patch(Main, "c", """{"status":{"snapshotHandle":"x","volumeGroupSnapshotHandle":"g","readyToUse":false}}""", "status");
        await rig.World.UntilReady("c");
        Assert.That(rig.Listed.Single().ToJsonString(), Is.EqualTo("""{"snapshot_id":"x","secrets":{"foo":"bar"}}"""));
        Assert.That(rig.Taken, Is.Empty);
        Assert.That(rig.Writes, Has.Count.EqualTo(1), "no mark and no error");
    }

    [Test]
    public async Task What_somebody_else_says_of_one_of_a_group_is_seen_at_once()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        await rig.Run();
        rig.World.Add(new TestContent().Member().OfClass(null));
        await rig.Log.WaitForLine(l => l.Contains("it is one of a group", StringComparison.Ordinal));
        rig.World.Patch(Main, "c", """{"status":{"snapshotHandle":"x","volumeGroupSnapshotHandle":"g","readyToUse":false}}""", "status");
        await rig.World.UntilReady("c");
    }
}
