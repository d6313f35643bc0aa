using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.SnapshotController.Tests.Scenarios;

/// <summary>How a claim is held while a snapshot of it is taken, and when it is let go of (snapshot controller contract 7).</summary>
internal sealed class ClaimTests : RigTest
{
    [Test]
    public async Task A_claim_is_held_until_the_last_snapshot_of_it_is_ready()
    {
        var rig = await Started();
        var (one, two) = (await Begun(rig, "s"), await Begun(rig, "t"));
        rig.World.Delete(World.Claims, "a");
        rig.World.Taken(one);
        await rig.World.UntilReady("s");
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "a")), Does.Contain(WellKnown.ClaimFinalizer));
        rig.World.Taken(two);
        await rig.World.UntilReady("t");
        await rig.World.UntilGone(World.Claims, "a");
        Assert.That(rig.Writes.Count(w => w.Resource is World.Claims), Is.EqualTo(2));
    }

    [Test]
    public async Task A_snapshot_that_the_driver_has_refused_does_not_hold_a_claim_that_is_to_go()
    {
        var rig = await Started();
        var content = await Begun(rig, "s");
        rig.World.Patch(World.Contents, content, $$$"""{"metadata":{"annotations":{"{{{WellKnown.BeingCreated}}}":"yes"} } }""");
        rig.World.Refused(content, "no space");
        await rig.World.UntilError("s", "no space");
        rig.World.Delete(World.Claims, "a");
        await Begun(rig, "t"); // behind it; the driver may still be at work
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "a")), Does.Contain(WellKnown.ClaimFinalizer));
        rig.World.Delete(World.Snapshots, "t");
        foreach (var other in rig.World.All(World.Contents).Select(c => World.Text(c, "metadata", "name")).Where(n => n != content).ToList())
        {
            await rig.World.Until(World.Contents, other, World.IsBeingDeleted);
            rig.World.LetGo(other);
        }
        rig.World.Patch(World.Contents, content, $$$"""{"metadata":{"annotations":{"{{{WellKnown.BeingCreated}}}":null} } }""");
        await rig.World.UntilGone(World.Claims, "a");
    }

    [Test]
    public async Task A_claim_that_is_being_deleted_is_not_snapshotted_any_more()
    {
        var rig = await Started();
        rig.World.Patch(World.Claims, "a", """{"metadata":{"finalizers":["a/b"]}}""");
        rig.World.Delete(World.Claims, "a");
        rig.World.AddSnapshot("s");
        Assert.That(await rig.World.UntilError("s", ""), Does.Contain("cannot add finalizer on claim default/a because it is being deleted"));
        Assert.That(rig.World.All(World.Contents), Is.Empty);
    }

    [Test]
    public async Task A_claim_that_was_left_held_is_let_go_of_at_the_start()
    {
        var rig = await Prepared();
        rig.World.AddClaim("a");
        rig.World.Patch(World.Claims, "a", $$$"""{"metadata":{"finalizers":["a/b","{{{WellKnown.ClaimFinalizer}}}"]} }""");
        await rig.Run();
        await rig.World.Until(World.Claims, "a", c => World.Finalizers(c) is ["a/b"]);
    }

    [Test]
    public async Task A_busy_claim_is_read_again_and_nobody_is_told_of_it()
    {
        var rig = await Started();
        rig.Cluster.Faults.Add(Request("update", World.Claims), Answers(409, "Conflict"), times: 2);
        var content = await Begun(rig, "s");
        rig.World.Taken(content);
        await rig.World.UntilReady("s");
        await rig.World.UntilEventObject("s", "SnapshotReady");
        Assert.That(rig.World.EventObjectsAbout("s").Select(e => World.Text(e, "type")), Is.All.EqualTo("Normal"));
    }

    [Test]
    public async Task A_claim_that_cannot_be_let_go_of_is_told_on_its_snapshot_which_is_ready_all_the_same()
    {
        var rig = await Started();
        var content = await Begun(rig, "s");
        rig.Cluster.Faults.Add(Request("update", World.Claims), Answers(403, "Forbidden"), times: 2);
        rig.World.Taken(content);
        await rig.World.UntilReady("s");
        await rig.World.UntilEventObject("s", "ErrorPVCFinalizer", "as the test wants it");
        await rig.World.Until(World.Claims, "a", c => !World.Finalizers(c).Contains(WellKnown.ClaimFinalizer));
    }

    /// <summary>A claim may have hundreds, of years: they have nothing to do with it.</summary>
    [Test]
    public async Task A_claim_that_cannot_be_let_go_of_is_told_on_the_last_of_its_snapshots_alone()
    {
        var rig = await Started();
        string[] old = ["s1", "s2", "s3"];
        foreach (var name in old)
        {
            rig.World.Taken(await Begun(rig, name));
            await rig.World.UntilReady(name);
        }
        await rig.World.Until(World.Claims, "a", c => !World.Finalizers(c).Contains(WellKnown.ClaimFinalizer));
        var last = await Begun(rig, "last");
        rig.Cluster.Faults.Add(Request("update", World.Claims), Answers(403, "Forbidden"), times: 2);
        rig.World.Taken(last);
        await rig.World.UntilReady("last");
        await rig.World.UntilEventObject("last", "ErrorPVCFinalizer");
        await rig.World.Until(World.Claims, "a", c => !World.Finalizers(c).Contains(WellKnown.ClaimFinalizer));
        await rig.World.UntilEventObject("last", "SnapshotReady");
        Assert.That(old.SelectMany(name => rig.World.EventsAbout(name)), Has.None.Contains("ErrorPVCFinalizer"));
    }

    [Test]
    public async Task Labels_that_somebody_writes_meanwhile_stay()
    {
        var rig = await Started();
        var content = await Begun(rig, "s");
        rig.World.Patch(World.Claims, "a", """{"metadata":{"labels":{"x":"y"}}}""");
        rig.World.Taken(content);
        var released = await rig.World.Until(World.Claims, "a", c => !World.Finalizers(c).Contains(WellKnown.ClaimFinalizer) && World.Text(c, "metadata", "labels", "x") is "y");
        Assert.That(World.Text(released, "spec", "volumeName"), Is.EqualTo("pv-a"));
    }

    [Test]
    public async Task A_claim_that_another_snapshot_begins_with_is_not_let_go_of_meanwhile()
    {
        var rig = await Started();
        var one = await Begun(rig, "s");
        var release = rig.Cluster.Faults.Add(Request("update", World.Claims), new FaultAction.Hold(), times: 1);
        rig.World.Taken(one);
        await release.Reached.WithinLimit();
        var uid = rig.World.AddSnapshot("t").Uid;
        release.Release();
        await rig.World.UntilExists(World.Contents, $"snapcontent-{uid}");
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "a")), Does.Contain(WellKnown.ClaimFinalizer));
    }
}
