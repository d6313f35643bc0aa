using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests.Scenarios;

/// <summary>Contents that are deleted (snapshotter contract 4 and 7).</summary>
internal sealed class DeleteTests : RigTest
{
    private const string Main = "volumesnapshotcontents";
    private const string Status = "volumesnapshotcontents/status";

    [Test]
    public async Task It_goes_from_the_driver_and_then_from_the_cluster_for_two_requests()
    {
        var rig = await Prepared();
        rig.World.Add(new TestContent().Ready());
        await rig.Run();
        rig.World.DeleteByUser("c");
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted.Single().ToJsonString(), Is.EqualTo("""{"snapshot_id":"x"}"""));
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Status, Main]));
        Assert.That(rig.Reads, Is.Empty);
    }

    [Test]
    public async Task What_is_gone_from_the_driver_is_gone_from_the_status_before_the_finalizer_goes()
    {
        var rig = await Prepared();
        rig.World.Add(new TestContent().Ready().Held(ContentKeys.OfSingle.Finalizer, "other/one").InState(
            """{"snapshotHandle":"x","readyToUse":true,"creationTime":1,"restoreSize":1,"error":{"message":"m"}}"""));
        await rig.Run();
        rig.World.DeleteByUser("c");
        var content = await rig.World.Until(Main, "c", c => World.Finalizers(c).Length is 1);
        Assert.That(World.Finalizers(content), Is.EqualTo((string[])["other/one"]));
        Assert.That(content["status"]!.ToJsonString(), Is.EqualTo("""{"error":{"message":"m"}}"""));
        rig.World.Patch(Main, "c", """{"metadata":{"annotations":{"x":"y"}}}""");
        rig.World.Patch(Main, "c", """{"metadata":{"finalizers":null}}""");
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_is_retained_is_released_and_stays_at_the_driver()
    {
        var rig = await Prepared();
        rig.World.Add(new TestContent().Ready().Retained().BeingDeleted());
        await rig.Run();
        rig.World.Delete(Main, "c");
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted, Is.Empty);
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Main]), "the status is not touched");
    }

    [Test]
    public async Task One_that_was_deleted_by_hand_stays_as_long_as_its_snapshot_wants_it()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.World.Add(new TestContent().Ready());
        await rig.Run();
        rig.World.Delete(Main, "c");
        rig.World.Add(new TestContent("fence").BoundTo("u2"));
        await rig.World.UntilSettled("fence");
        Assert.That(rig.Deleted, Is.Empty);
        Assert.That(World.Finalizers(rig.World.Find(Main, "c")), Is.Not.Empty);
    }

    [Test]
    public async Task Without_a_handle_it_is_released()
    {
        var rig = await Prepared();
        rig.World.Add(new TestContent().BeingDeleted());
        rig.World.Delete(Main, "c");
        await rig.Run();
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted, Is.Empty);
        Assert.That(rig.Taken, Is.Empty);
    }

    [Test]
    public async Task A_driver_that_fails_keeps_it_and_says_so()
    {
        var rig = await Prepared();
        rig.Driver.Answer("DeleteSnapshot", Fails(StatusCode.FailedPrecondition, "in use"), Fails(StatusCode.NotFound, "who?"), DriverRule.Default);
        rig.World.Add(new TestContent().Ready());
        await rig.Run();
        rig.World.DeleteByUser("c");
        await rig.World.UntilEventObject("c", "SnapshotDeleteError", "Failed to delete snapshot: rpc error: code = FailedPrecondition desc = in use");
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted, Has.Count.EqualTo(3));
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Status, Main]), "no error is written");
    }

    [Test]
    public async Task A_secret_that_is_gone_keeps_it_and_it_goes_once_the_secret_is_back()
    {
        var rig = await Prepared();
        rig.World.Add(new TestContent().Ready().WithSecret());
        await rig.Run();
        rig.World.DeleteByUser("c");
        await rig.World.UntilEventObject("c", "SnapshotDeleteError",
            "Failed to get snapshot credentials: cannot get credentials for snapshot content \"c\": secret default/s");
        Assert.That(rig.Deleted, Is.Empty);
        rig.World.AddSecret("s", ("foo", "bar"u8.ToArray()));
        await rig.World.UntilGone(Main, "c");
        Assert.That(World.Text(rig.Deleted.Single(), "secrets", "foo"), Is.EqualTo("bar"));
    }

    [TestCase("gone")]
    [TestCase("theirs")]
    [TestCase(null)]
    public async Task Its_class_does_not_matter_any_more(string? name)
    {
        var rig = await Prepared();
        rig.World.AddClass("theirs", driver: "other.example.com");
        rig.World.AddSecret("s", ("foo", "bar"u8.ToArray()));
        rig.World.Add(new TestContent().Ready().OfClass(name).WithSecret());
        await rig.Run();
        rig.World.DeleteByUser("c");
        await rig.World.UntilGone(Main, "c");
        Assert.That(World.Text(rig.Deleted.Single(), "secrets", "foo"), Is.EqualTo("bar"));
    }

    [Test]
    public async Task One_secret_annotation_alone_is_none()
    {
        var rig = await Prepared();
        rig.World.Add(new TestContent().Ready().Annotated(ContentKeys.OfSingle.SecretName, "s"));
        await rig.Run();
        rig.World.DeleteByUser("c");
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted.Single().ToJsonString(), Is.EqualTo("""{"snapshot_id":"x"}"""));
    }

    [Test]
    public async Task A_status_that_cannot_be_cleared_keeps_the_finalizer()
    {
        var rig = await Prepared();
        using var fault = rig.Cluster.Faults.Add(Patch(Main, "status"), Answers(500, "InternalError"), times: 1);
        rig.World.Add(new TestContent().Ready());
        await rig.Run();
        rig.World.DeleteByUser("c");
        await rig.World.UntilEventObject("c", "SnapshotDeleteError", "Failed to clear content status");
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted, Has.Count.EqualTo(2), "asked again, because nothing says that it is done");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_finalizer_that_cannot_be_taken_off_is_tried_again_without_a_call(bool wasGiven)
    {
        var rig = await Prepared();
        using var fault = rig.Cluster.Faults.Add(Patch(Main, ""), Answers(500, "InternalError"), times: 2);
        rig.World.Add((wasGiven ? TestContent.Given("x") : new TestContent()).Ready());
        await rig.Run();
        rig.World.DeleteByUser("c");
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_finalizer_that_another_adds_meanwhile_stays()
    {
        var rig = await Prepared();
        using var held = rig.Cluster.Faults.Add(Patch(Main, ""), new FaultAction.Hold(), times: 1);
        rig.World.Add(new TestContent().Ready().Held("first/one", ContentKeys.OfSingle.Finalizer));
        await rig.Run();
        rig.World.DeleteByUser("c");
        await held.Reached.WithinLimit();
        rig.World.Patch(Main, "c", $$$"""{"metadata":{"finalizers":["{{{ContentKeys.OfSingle.Finalizer}}}"]}}""");
        held.Release();
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted, Has.Count.EqualTo(1));
    }

    [TestCase("""{"snapshotHandle":"x","volumeGroupSnapshotHandle":"g","readyToUse":true}""", 0)]
    [TestCase("""{"snapshotHandle":"x","readyToUse":true}""", 1, Description = "an annotation that anybody can write does not make it one of a group")]
    public async Task One_of_a_group_goes_with_its_group_and_not_alone(string status, int calls)
    {
        var rig = await Prepared();
        rig.World.Add(new TestContent().Member().InState(status));
        await rig.Run();
        rig.World.DeleteByUser("c");
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted, Has.Count.EqualTo(calls));
    }

    [Test]
    public async Task What_retains_it_at_the_last_moment_counts()
    {
        var rig = await Prepared();
        rig.Driver.Answer("DeleteSnapshot", Fails(StatusCode.FailedPrecondition));
        rig.World.Add(new TestContent().Ready());
        await rig.Run();
        rig.World.DeleteByUser("c");
        await rig.Driver.WaitForCalls("DeleteSnapshot", 2);
        rig.World.Patch(Main, "c", """{"spec":{"deletionPolicy":"Retain"}}""");
        await rig.World.UntilGone(Main, "c");
    }

    [Test]
    public async Task Of_one_that_vanished_while_it_was_deleted_nothing_is_told_any_more()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.AddClass("snap");
        rig.Driver.Answer("CreateSnapshot", Says(("ready_to_use", false)));
        rig.Driver.Answer("DeleteSnapshot", Fails(StatusCode.Internal));
        rig.World.Add(new TestContent().Ready());
        using var gate = rig.Driver.Hold("DeleteSnapshot");
        await rig.Run();
        rig.World.DeleteByUser("c");
        await gate.Entered.WithinLimit();
        rig.World.Patch(Main, "c", """{"metadata":{"finalizers":null}}""");
        rig.World.Add(new TestContent("slow").BoundTo("u2"));
        gate.Release();
        await rig.Log.WaitForLine(l =>
            l.StartsWith("Retrying", StringComparison.Ordinal) && l.Contains("not ready to use yet", StringComparison.Ordinal));
        rig.Advance(TimeSpan.FromSeconds(2));
        await rig.Driver.WaitForCalls("CreateSnapshot", 2);
        rig.Advance(TimeSpan.FromSeconds(30));
        await rig.World.UntilEventObject("slow", "SnapshotDelayed");
        Assert.That(rig.World.EventsAbout("c"), Has.None.Contains("SnapshotDelayed"));
    }

    [Test]
    public async Task An_imported_one_of_our_driver_goes_by_its_policy_whatever_its_class_says()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.AddClass("theirs", driver: "other.example.com");
        rig.World.Add(TestContent.Given().Unbound().OfClass("theirs"));
        rig.World.Delete(Main, "c");
        await rig.Run();
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted.Single().ToJsonString(), Is.EqualTo("""{"snapshot_id":"old"}"""));
    }

    [Test]
    public async Task One_that_was_taken_alone_goes_alone_whatever_group_its_driver_keeps_it_in()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.Driver.Answer("ListSnapshots", Lists(("group_snapshot_id", "g")));
        rig.World.Add(new TestContent().InState("""{"snapshotHandle":"x","readyToUse":false}""").OfClass("gone"));
        await rig.Run();
        await rig.World.UntilReady("c");
        rig.World.DeleteByUser("c");
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted, Has.Count.EqualTo(1));
    }
}
