using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests.Scenarios;

/// <summary>
/// Writes that fail, cross those of others, or find another content in the place of theirs: nothing of others is lost, and nothing lands on a
/// successor.
/// </summary>
internal sealed class WriteTests : RigTest
{
    private const string Main = "volumesnapshotcontents";

    [Test]
    public async Task A_mark_that_cannot_be_set_means_no_call()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        using var fault = rig.Cluster.Faults.Add(Patch(Main, ""), Answers(500, "InternalError"), times: 2);
        await rig.Run();
        rig.World.Add(new TestContent());
        Assert.That(await rig.World.UntilError("c"), Does.Contain("the driver was not asked"));
        await rig.World.UntilSettled("c");
        Assert.That(rig.Taken, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_status_that_cannot_be_written_repeats_the_same_call_and_keeps_the_mark_until_it_is()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        using var fault = rig.Cluster.Faults.Add(Patch(Main, "status"), Answers(500, "InternalError"), times: 3);
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilSettled("c");
        Assert.That(rig.Taken, Has.Count.GreaterThan(1));
        Assert.That(rig.Writes.Count(w => w.Resource == Main), Is.EqualTo(2), "set once and taken off once");
    }

    [Test]
    public async Task Others_keep_their_annotations_and_their_status()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        using var gate = rig.Driver.Hold("CreateSnapshot");
        await rig.Run();
        rig.World.Add(new TestContent().Annotated("a", "b"));
        await gate.Entered.WithinLimit();
        rig.World.Patch(Main, "c", """{"metadata":{"annotations":{"mine":"yes"},"finalizers":["snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection","other/one"]}}""");
        rig.World.Patch(Main, "c", """{"status":{"volumeGroupSnapshotHandle":"g"}}""", "status");
        gate.Release();
        var content = await rig.World.UntilSettled("c");
        Assert.That(content["metadata"]!["annotations"]!.ToJsonString(), Is.EqualTo("""{"a":"b","mine":"yes"}"""));
        Assert.That(World.Finalizers(content), Has.Length.EqualTo(2));
        Assert.That(World.Text(content, "status", "volumeGroupSnapshotHandle"), Is.EqualTo("g"));
    }

    [Test]
    public async Task One_that_vanishes_while_it_is_taken_is_dropped()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        using var gate = rig.Driver.Hold("CreateSnapshot");
        await rig.Run();
        rig.World.Add(new TestContent().Held());
        await gate.Entered.WithinLimit();
        rig.World.Delete(Main, "c");
        gate.Release();
        await rig.Log.WaitForLine(l => l.Contains("The content vanished while the driver took its snapshot", StringComparison.Ordinal));
        rig.World.Add(new TestContent().BoundTo("u2"));
        await rig.World.UntilSettled("c");
        Assert.That(rig.Taken, Has.Count.EqualTo(2), "the second of that name is another one");
    }

    [Test]
    public async Task What_was_learnt_of_one_is_not_written_on_its_successor()
    {
        var rig = await Prepared(RigOptions.Listing);
        rig.World.AddClass("snap");
        rig.Driver.Answer("ListSnapshots", Lists(("snapshot_id", "old")));
        using var gate = rig.Driver.Hold("ListSnapshots");
        await rig.Run();
        rig.World.Add(TestContent.Given().Retained().Held());
        await gate.Entered.WithinLimit();
        rig.World.Delete(Main, "c");
        rig.World.Add(TestContent.Given("new").Held());
        rig.Driver.Answer("ListSnapshots", Lists(("snapshot_id", "new")));
        gate.Release();
        var content = await rig.World.UntilReady("c");
        Assert.That(World.Text(content, "status", "snapshotHandle"), Is.EqualTo("new"));
    }

    [Test]
    public async Task An_error_of_one_is_not_written_on_its_successor()
    {
        var rig = await Prepared(RigOptions.WithStandingClock with { Driver = RigOptions.Listing.Driver });
        rig.Driver.Answer("ListSnapshots", Fails(StatusCode.Internal, "no"));
        rig.World.AddClass("snap");
        using var held = rig.Cluster.Faults.Add(Patch(Main, "status"), new FaultAction.Hold(), times: 1);
        await rig.Run();
        rig.World.Add(TestContent.Given().Held());
        await held.Reached.WithinLimit();
        rig.World.Delete(Main, "c");
        rig.World.Add(TestContent.Given("new").Held().InState("""{"snapshotHandle":"new","readyToUse":true}"""));
        held.Release();
        rig.World.Add(new TestContent("fence").BoundTo("u2"));
        await rig.World.UntilSettled("fence");
        var content = rig.World.Find(Main, "c")!;
        Assert.That((content["status"]!["readyToUse"]!.GetValue<bool>(), content["status"]!["error"]), Is.EqualTo((true, (JsonNode?)null)));
    }

    [Test]
    public async Task A_status_that_another_writes_meanwhile_costs_a_look_and_no_second_call()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        using var held = rig.Cluster.Faults.Add(Patch(Main, "status"), new FaultAction.Hold(), times: 1);
        await rig.Run();
        rig.World.Add(new TestContent());
        await held.Reached.WithinLimit();
        rig.World.Patch(Main, "c", """{"status":{"restoreSize":7}}""", "status");
        held.Release();
        var content = await rig.World.UntilSettled("c");
        Assert.That(content["status"]!["restoreSize"]!.GetValue<int>(), Is.EqualTo(7), "what is known by then stays");
        Assert.That(rig.Taken, Has.Count.EqualTo(1));
        Assert.That(rig.Reads, Is.EqualTo((string[])["volumesnapshotcontents c"]));
    }

    [Test]
    public async Task That_its_path_is_not_served_for_a_moment_does_not_say_that_it_is_gone()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        using var fault = rig.Cluster.Faults.Add(Patch(Main, "status"), Answers(404, "NotFound", "the server could not find the requested resource"),
            times: 1);
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilSettled("c");
    }

    [Test]
    public async Task That_it_is_gone_is_believed_only_when_it_is_not_found_either()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        var gone = new ApiStatus(404, "NotFound",
            "volumesnapshotcontents.snapshot.storage.k8s.io \"c\" not found") { Details = new StatusDetails { Name = "c" } };
        using var fault = rig.Cluster.Faults.Add(Patch(Main, "status"), new FaultAction.Answer(gone), times: 1);
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilSettled("c");
        Assert.That(rig.Reads, Is.EqualTo((string[])["volumesnapshotcontents c", "volumesnapshotcontents c"]), "whether it is there, and as what");
        rig.World.DeleteByUser("c");
        await rig.World.UntilGone(Main, "c");
        Assert.That(rig.Deleted, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_write_that_took_effect_without_an_answer_is_no_error_on_the_content()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        using var fault = rig.Cluster.Faults.Add(Patch(Main, "status"), new FaultAction.CutAfter(), times: 1);
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilSettled("c");
        Assert.That(rig.Writes.Where(w => w.Code is 200 && w.Body.Contains("\"error\"", StringComparison.Ordinal)), Is.Empty,
            "ready, it stays ready");
        Assert.That(rig.World.EventsAbout("c"), Is.Empty);
    }
}
