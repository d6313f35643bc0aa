using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests.Scenarios;

/// <summary>Snapshots that are taken, at once or after trouble (snapshotter contract 5 and 11).</summary>
internal sealed class TakeTests : RigTest
{
    private const string Main = "volumesnapshotcontents";
    private const string Status = "volumesnapshotcontents/status";

    [Test]
    public async Task A_snapshot_costs_one_call_and_three_requests()
    {
        var rig = await Taking(new TestContent());
        var content = await rig.World.UntilSettled("c");
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Main, Status, Main]));
        Assert.That(rig.Reads, Is.Empty);
        var version = int.Parse(World.Text(content, "metadata", "resourceVersion"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(rig.Writes[0].Body, Is.EqualTo($$$$"""{"metadata":{"resourceVersion":"{{{{version - 3}}}}","annotations":{"snapshot.storage.kubernetes.io/volumesnapshot-being-created":"yes"}}}"""));
        Assert.That(rig.Writes[1].Body, Does.StartWith($$$$"""{"metadata":{"resourceVersion":"{{{{version - 2}}}}"},"status":{"""));
        Assert.That(rig.Writes[2].Body, Is.EqualTo($$$$"""{"metadata":{"resourceVersion":"{{{{version - 1}}}}","annotations":{"snapshot.storage.kubernetes.io/volumesnapshot-being-created":null}}}"""));
        Assert.That(content["status"]!.ToJsonString(), Is.EqualTo(
            $$"""{"snapshotHandle":"snap-of-snapshot-{{TestContent.Uid}}","readyToUse":true,"creationTime":1767225600000000000,"restoreSize":1073741824}"""));
        Assert.That(rig.Taken.Single().ToJsonString(), Is.EqualTo($$"""{"source_volume_id":"handle","name":"snapshot-{{TestContent.Uid}}"}"""));
        Assert.That(rig.Calls("GetPluginInfo"), Is.Empty, "who the driver is was known before");
        Assert.That(rig.World.EventsAbout("c"), Is.Empty);
    }

    [Test]
    public async Task The_mark_stands_before_the_driver_is_asked_and_goes_after_the_handle_is_written()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        using var gate = rig.Driver.Hold("CreateSnapshot");
        await rig.Run();
        rig.World.Add(new TestContent());
        await gate.Entered.WithinLimit();
        Assert.That(World.IsBeingCreated(rig.World.Find(Main, "c")!), Is.True);
        using var held = rig.Cluster.Faults.Add(Patch(Main, "status"), new FaultAction.Hold(), times: 1);
        gate.Release();
        await held.Reached.WithinLimit();
        Assert.That(World.IsBeingCreated(rig.World.Find(Main, "c")!), Is.True, "the outcome is not written yet");
        held.Release();
        await rig.World.UntilSettled("c");
    }

    [Test]
    public async Task Many_snapshots_cost_one_call_and_three_requests_each()
    {
        const int many = 60;
        var rig = await Prepared();
        rig.World.AddClass("snap");
        await rig.Run();
        for (var i = 0; i < many; i++) rig.World.Add(new TestContent($"c-{i}").BoundTo($"u-{i}"));
        for (var i = 0; i < many; i++) await rig.World.UntilSettled($"c-{i}");
        Assert.That(rig.Taken, Has.Count.EqualTo(many));
        Assert.That(rig.Writes, Has.Count.EqualTo(3 * many));
        for (var i = 0; i < many; i++) rig.World.DeleteByUser($"c-{i}");
        for (var i = 0; i < many; i++) await rig.World.UntilGone(Main, $"c-{i}");
        Assert.That(rig.Deleted, Has.Count.EqualTo(many));
        Assert.That(rig.Writes, Has.Count.EqualTo(5 * many), "two to delete");
        Assert.That(rig.Writes.Select(w => w.Code), Is.All.EqualTo(200));
        Assert.That(rig.Reads, Is.Empty);
    }

    [TestCase(StatusCode.DeadlineExceeded, true)]
    [TestCase(StatusCode.Unavailable, true)]
    [TestCase(StatusCode.ResourceExhausted, true)]
    [TestCase(StatusCode.Aborted, true)]
    [TestCase(StatusCode.Cancelled, true)]
    [TestCase(StatusCode.NotFound, false)]
    [TestCase(StatusCode.InvalidArgument, false)]
    [TestCase(StatusCode.Internal, false)]
    [TestCase(StatusCode.Unimplemented, false)]
    [TestCase(StatusCode.Unknown, false)]
    public async Task An_error_takes_the_mark_off_only_where_nothing_can_be_at_work(StatusCode code, bool staysMarked)
    {
        var rig = await Taking(new TestContent(), RigOptions.WithStandingClock, Fails(code, "no"));
        var message = await rig.World.UntilError("c");
        Assert.That(message, Does.StartWith("Failed to create snapshot: failed to take snapshot of the volume handle: \"rpc error: code = "));
        await rig.World.UntilEventObject("c", "SnapshotCreationFailed", "no");
        Assert.That(World.IsBeingCreated(rig.World.Find(Main, "c")!), Is.EqualTo(staysMarked));
    }

    [Test]
    public async Task An_error_that_stays_the_same_is_written_and_told_once()
    {
        var rig = await Taking(new TestContent(), null, Fails(StatusCode.Unavailable, "no"));
        await rig.World.UntilError("c", "Failed to check and update");
        await rig.Driver.WaitForCalls("CreateSnapshot", 6);
        Assert.That(rig.Writes.Count(w => w.Resource == Status), Is.EqualTo(2), "as the first failure, and as a later one");
        Assert.That(rig.Writes.Count(w => w.Resource == Main), Is.EqualTo(1), "the mark stays");
        Assert.That(rig.World.EventsAbout("c"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task After_trouble_the_snapshot_is_ready_and_its_error_gone()
    {
        var rig = await Taking(new TestContent(), null, Fails(StatusCode.DeadlineExceeded), Fails(StatusCode.Internal), DriverRule.Default);
        var content = await rig.World.UntilSettled("c");
        Assert.That(World.Status(content)!["error"], Is.Null);
        Assert.That(rig.Taken.Select(t => t.ToJsonString()).Distinct().Count(), Is.EqualTo(1), "always the same call");
    }

    [Test]
    public async Task What_is_not_ours_or_has_no_source_is_left_alone()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.World.AddClass("theirs", driver: "other.example.com");
        await rig.Run();
        rig.World.Add(new TestContent("foreign").By("other.example.com"));
        rig.World.Add(new TestContent("foreign-class").OfClass("theirs"));
        rig.World.Add(new TestContent("nothing").WithoutSource());
        rig.World.Add(new TestContent());
        await rig.World.UntilSettled("c");
        Assert.That(rig.Taken, Has.Count.EqualTo(1));
        Assert.That(rig.Writes.Select(w => w.Name).Distinct(), Is.EqualTo((string[])["c"]));
        Assert.That(rig.MetricLines(), Has.One.Match("^workqueue_adds_total\\{name=\"csi-snapshotter-content\"\\} [12]$"),
            "the foreign class may be known a moment later");
    }

    [Test]
    public async Task A_ready_snapshot_costs_nothing()
    {
        var rig = await Prepared();
        rig.World.Add(new TestContent().Ready().OfClass("gone"));
        rig.World.AddClass("snap");
        await rig.Run();
        rig.World.Add(new TestContent("c2").BoundTo("u2"));
        await rig.World.UntilSettled("c2");
        Assert.That(rig.Taken, Has.Count.EqualTo(1));
        Assert.That(rig.Writes.Select(w => w.Name), Is.All.EqualTo("c2"));
    }

    [Test]
    public async Task A_mark_left_on_a_ready_snapshot_is_taken_off_without_a_call()
    {
        var rig = await Prepared();
        rig.World.Add(new TestContent().Ready().BeingCreated());
        await rig.Run();
        await rig.World.UntilSettled("c");
        Assert.That(rig.Writes, Has.Count.EqualTo(1));
        Assert.That(rig.Taken, Is.Empty);
    }

    [Test]
    public async Task The_mark_of_a_snapshot_says_what_is_at_work_at_the_driver_after_a_restart()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.World.Add(new TestContent().BeingCreated());
        await rig.Run();
        await rig.World.UntilSettled("c");
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Status, Main]), "the mark stood already");
    }

    [Test]
    public async Task Metrics_count_each_call_with_its_code()
    {
        var rig = await Taken(new TestContent());
        var counted = rig.MetricLines().Where(l => l.StartsWith("csi_sidecar_operations_seconds_count{", StringComparison.Ordinal)
            && l.Contains("/csi.v1.Controller/CreateSnapshot\"", StringComparison.Ordinal)).ToList();
        Assert.That(counted.Single(), Does.Contain("grpc_status_code=\"OK\"").And.EndsWith("} 1"));
    }

    [Test]
    public async Task A_second_snapshot_by_the_same_name_is_told_with_both_names()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.World.Add(new TestContent().InState("""{"snapshotHandle":"first","readyToUse":false}"""));
        rig.Driver.Answer("CreateSnapshot", Says(("snapshot_id", "second")));
        await rig.Run();
        await rig.World.UntilReady("c");
        await rig.World.UntilEventObject("c", "SnapshotContentCheckandUpdateFailed",
            "the driver took second by the name by which it had taken first before");
    }
}
