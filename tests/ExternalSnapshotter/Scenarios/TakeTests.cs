using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.ExternalSnapshotter.Contents;
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

    [Test]
    public async Task Class_parameters_go_to_the_driver_without_the_reserved_ones_and_with_names_where_they_are_wanted()
    {
        var rig = await Prepared(new RigOptions().With(o => o with { ExtraCreateMetadata = true, Naming = RigOptions.Naming("p", 8) }));
        rig.World.AddClass("snap", new JsonObject
        {
            ["a"] = "b", ["csiFoo"] = "bar", ["csi.storage.k8s.io/snapshotter-secret-name"] = "n", ["csi.storage.k8s.io/snapshotter-secret-namespace"] = "n",
            ["csi.storage.k8s.io/group-snapshotter-get-secret-name"] = "n",
        });
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilReady("c");
        Assert.That(rig.Taken.Single().ToJsonString(), Is.EqualTo(
            """{"source_volume_id":"handle","name":"p-0b5e3f7a","parameters":{"a":"b","csiFoo":"bar","csi.storage.k8s.io/volumesnapshot/name":"s","csi.storage.k8s.io/volumesnapshot/namespace":"default","csi.storage.k8s.io/volumesnapshotcontent/name":"c"}}"""));
    }

    [Test]
    public async Task The_secret_named_on_the_content_goes_with_the_call()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        rig.World.AddSecret("s", ("foo", "bar"u8.ToArray()));
        await rig.Run();
        rig.World.Add(new TestContent().WithSecret());
        await rig.World.UntilReady("c");
        Assert.That(World.Text(rig.Taken.Single(), "secrets", "foo"), Is.EqualTo("bar"));
        Assert.That(rig.Reads, Is.EqualTo((string[])["secrets s"]));
    }

    [TestCase("gone", "default", "cannot get credentials for snapshot content \\\"c\\\"")]
    [TestCase("", "default", "secret name or namespace not specified")]
    [TestCase("s", "", "secret name or namespace not specified")]
    public async Task Without_its_secret_nothing_is_asked_for_and_no_mark_is_left(string name, string ns, string words)
    {
        var rig = await Taking(new TestContent().WithSecret(name, ns));
        var message = await rig.World.UntilError("c", "Failed to check and update snapshot content: failed to get input parameters to create snapshot for content c: ");
        Assert.That(message, Does.Contain(words));
        await rig.World.UntilEventObject("c", "SnapshotCreationFailed", words);
        await rig.World.UntilEventObject("c", "SnapshotContentCheckandUpdateFailed", words);
        Assert.That(rig.Taken, Is.Empty);
        Assert.That(rig.Writes.Select(w => w.Resource), Is.All.EqualTo(Status), "no mark");
        Assert.That(rig.World.Find(Main, "c")!["status"]!["readyToUse"]!.GetValue<bool>(), Is.False);
    }

    [Test]
    public async Task The_words_on_the_object_are_the_originals_and_the_event_says_the_cause_too()
    {
        var rig = await Taking(new TestContent().WithSecret(), RigOptions.WithStandingClock);
        Assert.That(await rig.World.UntilError("c"), Is.EqualTo(
            "Failed to create snapshot: failed to get input parameters to create snapshot for content c: \"cannot get credentials for snapshot content \\\"c\\\"\""));
        await rig.World.UntilEventObject("c", "SnapshotCreationFailed", "\": secret default/s: secrets \"s\" not found");
    }

    [Test]
    public async Task A_secret_that_comes_later_is_found()
    {
        var rig = await Taking(new TestContent().WithSecret());
        await rig.World.UntilError("c");
        rig.World.AddSecret("s", ("foo", "bar"u8.ToArray()));
        var content = await rig.World.UntilReady("c");
        Assert.That(World.Status(content)!["error"], Is.Null);
    }

    [Test]
    public async Task A_reserved_key_nobody_knows_is_named_and_leaves_no_mark()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap", new JsonObject { ["csi.storage.k8s.io/bim"] = "x" });
        await rig.Run();
        rig.World.Add(new TestContent());
        Assert.That(await rig.World.UntilError("c"), Does.Contain("found unknown parameter key \\\"csi.storage.k8s.io/bim\\\" with reserved namespace csi.storage.k8s.io/"));
        Assert.That(rig.Taken, Is.Empty);
        rig.World.DeleteByUser("c");
        await rig.World.UntilGone(Main, "c");
    }

    [Test]
    public async Task A_class_that_comes_later_is_found_at_once()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        await rig.Run();
        rig.World.Add(new TestContent());
        Assert.That(await rig.World.UntilError("c"), Does.StartWith("Failed to create snapshot: ").And.Contain("volumesnapshotclass.snapshot.storage.k8s.io \\\"snap\\\" not found"));
        rig.World.AddClass("snap");
        await rig.World.UntilReady("c");
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
        Assert.That(rig.MetricLines(), Has.One.Match("^workqueue_adds_total\\{name=\"csi-snapshotter-content\"\\} [12]$"), "the foreign class may be known a moment later");
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
    public async Task Without_a_snapshot_it_belongs_to_nothing_is_taken()
    {
        var rig = await Taking(new TestContent().Unbound());
        Assert.That(await rig.World.UntilError("c"), Does.Contain("cannot create snapshot. Snapshot content c not bound to a snapshot"));
        Assert.That(rig.Taken, Is.Empty);
        rig.World.Patch(Main, "c", """{"spec":{"volumeSnapshotRef":{"uid":"u"}}}""");
        await rig.World.UntilSettled("c");
        Assert.That(World.Text(rig.Taken.Single(), "name"), Is.EqualTo("snapshot-u"));
    }

    [Test]
    public async Task Without_a_class_nothing_is_taken()
    {
        var rig = await Taking(new TestContent().OfClass(null));
        Assert.That(await rig.World.UntilError("c"), Does.Contain("failed to take snapshot c without a snapshot class"));
        Assert.That(rig.Taken, Is.Empty);
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
        Assert.That(rig.MetricLines(), Has.Some.Contains("/csi.v1.Controller/CreateSnapshot").And.Some.Contains("grpc_status_code=\"OK\""));
        Assert.That(ContentKeys.OfSingle.Annotations, Has.Count.EqualTo(5));
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
        using var fault = rig.Cluster.Faults.Add(Patch(Main, "status"), Answers(404, "NotFound", "the server could not find the requested resource"), times: 1);
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilSettled("c");
    }

    [Test]
    public async Task That_it_is_gone_is_believed_only_when_it_is_not_found_either()
    {
        var rig = await Prepared();
        rig.World.AddClass("snap");
        var gone = new ApiStatus(404, "NotFound", "volumesnapshotcontents.snapshot.storage.k8s.io \"c\" not found") { Details = new StatusDetails { Name = "c" } };
        using var fault = rig.Cluster.Faults.Add(Patch(Main, "status"), new FaultAction.Answer(gone), times: 1);
        await rig.Run();
        rig.World.Add(new TestContent());
        await rig.World.UntilSettled("c");
        Assert.That(rig.Reads, Is.EqualTo((string[])["volumesnapshotcontents c"]));
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
        Assert.That(rig.Writes.Where(w => w.Code is 200 && w.Body.Contains("\"error\"", StringComparison.Ordinal)), Is.Empty, "ready, it stays ready");
        Assert.That(rig.World.EventsAbout("c"), Is.Empty);
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
        await rig.World.UntilEventObject("c", "SnapshotContentCheckandUpdateFailed", "the driver took second by the name by which it had taken first before");
    }
}
