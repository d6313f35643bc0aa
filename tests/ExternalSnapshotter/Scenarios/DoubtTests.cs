using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests.Scenarios;

/// <summary>
/// Contents that are deleted while a call to take them is under way or in doubt: what may be at the driver gets a name first, and goes by it
/// (snapshotter contract 4 and 9).
/// </summary>
internal sealed class DoubtTests : RigTest
{
    private const string Main = "volumesnapshotcontents";

    [Test]
    public async Task One_whose_call_is_in_doubt_is_taken_first_and_then_deleted()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.AddClass("snap");
        rig.World.Add(new TestContent().BeingCreated().BeingDeleted());
        rig.World.Delete(Main, "c");
        await rig.Run();
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Taken, Has.Count.EqualTo(1));
        Assert.That(World.Text(rig.Deleted.Single(), "snapshot_id"), Is.EqualTo($"snap-of-snapshot-{TestContent.Uid}"));
    }

    [Test]
    public async Task One_in_doubt_that_the_driver_refuses_for_good_is_released()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.AddClass("snap");
        rig.Driver.Answer("CreateSnapshot", Fails(StatusCode.InvalidArgument));
        rig.World.Add(new TestContent().BeingCreated().BeingDeleted());
        rig.World.Delete(Main, "c");
        await rig.Run();
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted, Is.Empty);
    }

    [Test]
    public async Task One_in_doubt_stays_as_long_as_the_driver_does_not_say()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.Driver.Answer("CreateSnapshot", Fails(StatusCode.Unavailable), Fails(StatusCode.Aborted), Fails(StatusCode.DeadlineExceeded),
            DriverRule.Default);
        rig.World.Add(new TestContent().BeingCreated().BeingDeleted());
        rig.World.Delete(Main, "c");
        await rig.Run();
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Taken, Has.Count.EqualTo(4));
        Assert.That(rig.Deleted, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task One_that_is_deleted_while_it_is_taken_is_deleted_as_soon_as_it_is_there()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.AddClass("snap");
        using var gate = rig.Driver.Hold("CreateSnapshot");
        await rig.Run();
        rig.World.Add(new TestContent());
        await gate.Entered.WithinLimit();
        rig.World.DeleteByUser("c");
        gate.Release();
        await rig.World.UntilGone(Main, "c");
        Assert.That((rig.Taken.Count, rig.Deleted.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task One_that_is_deleted_just_before_the_mark_is_not_taken_at_all()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.AddClass("snap");
        using var held = rig.Cluster.Faults.Add(Patch(Main, ""), new FaultAction.Hold(), times: 1);
        await rig.Run();
        rig.World.Add(new TestContent());
        await held.Reached.WithinLimit();
        rig.World.DeleteByUser("c");
        held.Release();
        await rig.World.UntilGone(Main, "c");
        Assert.That((rig.Taken.Count, rig.Deleted.Count), Is.EqualTo((0, 0)));
    }

    [TestCase("Delete", 1)]
    [TestCase("Retain", 0)]
    public async Task A_mark_left_beside_a_handle_does_not_keep_it_when_class_and_secret_are_gone(string policy, int calls)
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        var content = new TestContent().InState("""{"snapshotHandle":"x","readyToUse":false}""").BeingCreated().BeingDeleted().OfClass("gone");
        rig.World.Add(policy is "Retain" ? content.Retained().WithSecret() : content);
        rig.World.Delete(Main, "c");
        await rig.Run();
        await rig.World.UntilGone(Main, "c");
        Assert.That((rig.Deleted.Count, rig.Taken.Count), Is.EqualTo((calls, 0)));
    }

    [Test]
    public async Task A_mark_that_somebody_else_set_meanwhile_is_of_a_call_in_doubt()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.AddClass("snap");
        using var held = rig.Cluster.Faults.Add(Patch(Main, ""), new FaultAction.Hold(), times: 1);
        await rig.Run();
        rig.World.Add(new TestContent());
        await held.Reached.WithinLimit();
        // What the process before us did, of which our list did not tell yet.
        rig.World.Patch(Main, "c", $$$"""{"metadata":{"annotations":{"{{{ContentKeys.OfSingle.BeingCreated}}}":"yes"} } }""");
        rig.World.DeleteByUser("c");
        held.Release();
        await rig.World.UntilGone(Main, "c");
        Assert.That((rig.Taken.Count, rig.Deleted.Count), Is.EqualTo((1, 1)), "taken, so that what may be there has a name, and deleted by it");
    }

    [Test]
    public async Task A_class_that_is_anothers_by_now_is_told_while_a_call_is_in_doubt()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap", driver: "other.example.com");
        rig.World.Add(new TestContent().BeingCreated().BeingDeleted());
        rig.World.Delete(Main, "c");
        await rig.Run();
        Assert.That(await rig.World.UntilError("c"), Does.Contain("is of driver other.example.com by now, and not of csi.example.com"));
        await rig.World.UntilEventObject("c", "SnapshotCreationFailed", $"take the annotation {ContentKeys.OfSingle.BeingCreated} off");
        rig.World.Delete("volumesnapshotclasses", "snap");
        rig.World.AddClass("snap");
        await rig.World.UntilGone(Main, "c");
        Assert.That((rig.Taken.Count, rig.Deleted.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task One_whose_deletion_is_held_up_by_a_call_in_doubt_is_said_not_to_be_deleted()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.Add(new TestContent().BeingCreated().BeingDeleted().OfClass("gone"));
        rig.World.Delete(Main, "c");
        await rig.Run();
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal));
        rig.Advance(TimeSpan.FromSeconds(31));
        await rig.World.UntilEventObject("c", "SnapshotDelayed", "is not deleted after");
    }
}
