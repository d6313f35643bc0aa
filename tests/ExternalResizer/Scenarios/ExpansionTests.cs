using Grpc.Core;
using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalResizer.Tests.Scenarios;

/// <summary>Claims that grow, by the controller alone or with their node (resizer contract 6 and 7).</summary>
internal sealed class ExpansionTests : RigTest
{
    private const string Status = "persistentvolumeclaims/status";

    [Test]
    public async Task The_controller_alone_costs_three_writes_two_events_and_one_call()
    {
        var rig = await Given(new TestClaim());
        await rig.World.UntilSized("2Gi");
        await rig.World.UntilEvent("VolumeResizeSuccessful");
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Status, "persistentvolumes", Status]));
        Assert.That(rig.Expanded, Has.Count.EqualTo(1));
        Assert.That(rig.World.EventsAbout("a"), Is.EqualTo((string[])["Resizing: External resizer is resizing volume pv-a", "VolumeResizeSuccessful: Resize volume succeeded"]));
        var claim = rig.World.Find(World.Claims, "a")!;
        Assert.That((rig.World.AllocatedOf(), rig.World.StateOf(), rig.World.VolumeSizeOf()), Is.EqualTo(("2Gi", "", "2Gi")));
        Assert.That(World.Conditions(claim), Is.Empty);
        Assert.That(World.Text(claim, "metadata", "annotations", World.NotRequired), Is.EqualTo("true"));
        Assert.That(rig.World.Find(World.Volumes, "pv-a")!["metadata"]!["annotations"]?[World.PreResize], Is.Null);
    }

    [Test]
    public async Task Where_a_node_has_to_follow_the_claim_waits_for_it_and_the_volume_notes_the_size_before()
    {
        var rig = await Given(new TestClaim().Annotated(World.NotRequired, "true"), null, NodeIsNext());
        await rig.World.UntilState("NodeResizePending");
        await rig.World.UntilEvent("FileSystemResizeRequired", "Require file system resize of volume on node");
        var claim = rig.World.Find(World.Claims, "a")!;
        Assert.That((rig.World.SizeOf(), rig.World.AllocatedOf(), rig.World.VolumeSizeOf()), Is.EqualTo(("1Gi", "2Gi", "2Gi")));
        Assert.That(World.Conditions(claim), Is.EqualTo((string[])["Resizing", "FileSystemResizePending"]));
        Assert.That(claim["metadata"]!["annotations"]?[World.NotRequired], Is.Null);
        Assert.That(World.Text(rig.World.Find(World.Volumes, "pv-a"), "metadata", "annotations", World.PreResize), Is.EqualTo("1Gi"));
        Assert.That(rig.Writes, Has.Count.EqualTo(3));
        await rig.Fence();
        Assert.That(rig.Expanded, Has.Count.EqualTo(1), "the rest is the node's");
    }

    [Test]
    public async Task Once_the_node_has_caught_up_the_note_on_the_volume_goes_with_one_write()
    {
        var rig = await Given(new TestClaim(), null, NodeIsNext());
        await rig.World.UntilState("NodeResizePending");
        rig.World.Patch(World.Claims, "a", """{"status":{"capacity":{"storage":"2Gi"},"allocatedResourceStatuses":null,"conditions":null}}""", "status");
        await rig.World.Until(World.Volumes, "pv-a", v => v["metadata"]!["annotations"]?[World.PreResize] is null);
        await rig.Fence();
        Assert.That(rig.Writes, Has.Count.EqualTo(4));
        Assert.That(rig.Expanded, Has.Count.EqualTo(1));
    }

    /// <summary>There is no file system on it; the originals note nothing there either.</summary>
    [Test]
    public async Task A_raw_volume_that_its_node_has_to_grow_gets_no_note_of_the_size_before()
    {
        var rig = await Given(new TestClaim().WithVolume("volumeMode", "Block"), null, NodeIsNext());
        await rig.World.UntilState("NodeResizePending");
        await rig.World.UntilEvent("FileSystemResizeRequired");
        Assert.That(rig.World.VolumeSizeOf(), Is.EqualTo("2Gi"));
        Assert.That(rig.World.Find(World.Volumes, "pv-a")!["metadata"]!["annotations"]?[World.PreResize], Is.Null);
    }

    [Test]
    public async Task Where_somebody_made_the_volume_larger_by_hand_the_note_goes_once_the_node_has_done_what_was_begun()
    {
        var rig = await Given(new TestClaim(), null, NodeIsNext());
        await rig.World.UntilState("NodeResizePending");
        rig.World.Patch(World.Volumes, "pv-a", """{"spec":{"capacity":{"storage":"100Gi"}}}""");
        await rig.Fence();
        Assert.That(World.Text(rig.World.Find(World.Volumes, "pv-a"), "metadata", "annotations", World.PreResize), Is.EqualTo("1Gi"), "the node is not there yet");
        rig.World.Patch(World.Claims, "a", """{"status":{"capacity":{"storage":"2Gi"},"allocatedResourceStatuses":null,"conditions":null}}""", "status");
        await rig.World.Until(World.Volumes, "pv-a", v => v["metadata"]!["annotations"]?[World.PreResize] is null);
        Assert.That((rig.World.VolumeSizeOf(), rig.Expanded.Count), Is.EqualTo(("100Gi", 1)));
    }

    [Test]
    public async Task A_claim_that_grows_again_while_its_node_is_at_it_follows_after_it()
    {
        var rig = await Given(new TestClaim(), null, NodeIsNext(), NodeIsNext(3));
        await rig.World.UntilState("NodeResizePending");
        rig.World.Ask("3Gi");
        await rig.Fence();
        Assert.That(rig.Expanded, Has.Count.EqualTo(1));
        rig.World.Patch(World.Claims, "a", """{"status":{"capacity":{"storage":"2Gi"},"allocatedResourceStatuses":null,"conditions":null}}""", "status");
        await rig.World.Until(World.Claims, "a", c => World.Text(c, "status", "allocatedResources", "storage") == "3Gi" && World.StateOf(c) == "NodeResizePending");
        Assert.That(World.Text(rig.World.Find(World.Volumes, "pv-a"), "metadata", "annotations", World.PreResize), Is.EqualTo("2Gi"), "not what stood there for the growth before");
    }

    [Test]
    public async Task A_later_answer_that_needs_no_node_takes_the_earlier_one_back()
    {
        var rig = await Given(new TestClaim(), null, NodeIsNext(), DriverRule.Default);
        await rig.World.UntilState("NodeResizePending");
        rig.World.Patch(World.Claims, "a", """{"status":{"allocatedResourceStatuses":{"storage":"NodeResizeInfeasible"}}}""", "status");
        await rig.World.UntilSized("2Gi");
        Assert.That((rig.World.StateOf(), rig.World.Conditions()), Is.EqualTo(("", Array.Empty<string>())));
        await rig.World.Until(World.Volumes, "pv-a", v => v["metadata"]!["annotations"]?[World.PreResize] is null);
    }

    /// <summary>The write may have taken effect without an answer: whoever has gone on from it is not thrown back.</summary>
    [TestCase("""{"status":{"capacity":{"storage":"2Gi"},"allocatedResourceStatuses":null,"conditions":null}}""", "", "2Gi")]
    [TestCase("""{"status":{"allocatedResourceStatuses":{"storage":"NodeResizeInProgress"}}}""", "NodeResizeInProgress", "1Gi")]
    public async Task What_a_node_did_meanwhile_is_not_written_over(string status, string state, string size)
    {
        var rig = await Prepared();
        rig.AnswerExpand(NodeIsNext(), NodeIsNext(3));
        var handOn = rig.Cluster.Faults.Add(Patch(World.Claims, "status"), new FaultAction.Hold(), skip: 1, times: 1);
        rig.World.Add(new TestClaim());
        await rig.Run();
        await handOn.Reached.WithinLimit();
        rig.World.Patch(World.Claims, "a", status, "status");
        handOn.Release();
        await rig.World.UntilEvent("FileSystemResizeRequired");
        Assert.That((rig.World.StateOf(), rig.World.SizeOf()), Is.EqualTo((state, size)));
        if (state.Length > 0) return;
        rig.World.Ask("3Gi");
        await rig.World.Until(World.Claims, "a", c => World.Text(c, "status", "allocatedResources", "storage") == "3Gi" && World.StateOf(c) == "NodeResizePending");
    }

    [Test]
    public async Task A_size_that_is_seen_with_our_own_write_first_is_not_missed()
    {
        var rig = await Prepared();
        var finish = rig.Cluster.Faults.Add(Patch(World.Claims, "status"), new FaultAction.Hold(), skip: 1, times: 1);
        rig.World.Add(new TestClaim());
        await rig.Run();
        await finish.Reached.WithinLimit();
        using var lag = await rig.Lag(World.Claims);
        rig.World.Ask("3Gi");
        finish.Release();
        await rig.World.UntilSized("2Gi");
        lag.Release();
        await rig.World.UntilSized("3Gi");
        Assert.That(rig.ExpandedTo, Is.EqualTo((string[])["2147483648", "3221225472"]));
    }

    /// <summary>The size is taken back with the write of the refusal of a larger one.</summary>
    [Test]
    public async Task A_smaller_wish_that_is_seen_with_a_refusal_first_is_not_missed()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.AnswerExpand(Fails(StatusCode.OutOfRange), DriverRule.Default);
        using var gate = rig.Driver.Hold(Expand);
        rig.World.Add(new TestClaim().Asking("9Gi"));
        await rig.Run();
        await gate.Entered.WithinLimit();
        using var lag = await rig.Lag(World.Claims);
        rig.World.Ask("2Gi");
        gate.Release();
        await rig.World.UntilEvent("VolumeResizeFailed", "OutOfRange");
        lag.Release();
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.Expanded, Has.Count.EqualTo(2));
    }

    /// <summary>The watch is faster than the answers, and shows our own writes as if they were somebody's.</summary>
    [TestCase(true)]
    [TestCase(false)]
    public async Task Our_own_writes_bring_nothing_up_before_its_time(bool nodeIsNext)
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.AnswerExpand(DriverRule.Answer($$"""{"capacity_bytes":"2147483648","node_expansion_required":{{(nodeIsNext ? "true" : "false")}}}"""));
        var size = rig.Cluster.Faults.Add(Patch(World.Volumes) with { Name = "pv-a" }, new FaultAction.HoldAnswer());
        var end = rig.Cluster.Faults.Add(Patch(World.Claims, "status") with { Name = "a" }, new FaultAction.HoldAnswer(), skip: 1);
        rig.World.Add(new TestClaim().Asking("3Gi")); // of which the driver makes less
        await rig.Run();
        await size.Reached.WithinLimit();
        await Seen();
        size.Release();
        await end.Reached.WithinLimit();
        await Seen();
        end.Release();
        await rig.World.UntilEvent(nodeIsNext ? "FileSystemResizeRequired" : "VolumeResizeFailed");
        await rig.Fence();
        Assert.That(rig.Expanded, Has.Count.EqualTo(1));
        Assert.That(rig.Writes, Has.Count.EqualTo(3));

        // Whatever was written before is with the resizer by then.
        Task Seen() => rig.Fence();
    }

    /// <summary>By hand, or by an answer of the driver that was rounded up before the claim could be written.</summary>
    [Test]
    public async Task A_volume_whose_object_says_more_than_the_driver_keeps_it_and_the_claim_is_done()
    {
        var rig = await Prepared();
        rig.World.Add(new TestClaim());
        rig.World.Patch(World.Volumes, "pv-a", """{"spec":{"capacity":{"storage":"100Gi"}}}""");
        await rig.Run();
        await rig.World.UntilSized("2Gi");
        await rig.World.UntilEvent("VolumeResizeSuccessful");
        Assert.That((rig.World.VolumeSizeOf(), rig.Expanded.Count), Is.EqualTo(("100Gi", 1)));

        rig.World.Ask("3Gi");
        var claim = await rig.World.UntilSized("3Gi");
        Assert.That(World.Conditions(claim), Is.Empty);
        Assert.That((rig.World.VolumeSizeOf(), rig.ExpandedTo[^1], rig.Expanded.Count), Is.EqualTo(("100Gi", "3221225472", 2)));
    }

    [Test]
    public async Task A_volume_that_somebody_says_more_of_while_the_driver_works_keeps_it()
    {
        var rig = await Prepared();
        var gate = rig.Driver.Hold(Expand);
        rig.World.Add(new TestClaim());
        await rig.Run();
        await gate.Entered.WithinLimit();
        rig.World.Patch(World.Volumes, "pv-a", """{"spec":{"capacity":{"storage":"30Gi"}}}""");
        await rig.FenceModify(); // the watch has told of it by then
        gate.Release();
        await rig.World.UntilSized("2Gi");
        await rig.World.UntilEvent("VolumeResizeSuccessful");
        Assert.That(rig.World.VolumeSizeOf(), Is.EqualTo("30Gi"));
    }

    [Test]
    public async Task Many_claims_cost_one_call_and_three_writes_each()
    {
        const int many = 60;
        var rig = await Prepared();
        for (var i = 0; i < many; i++) rig.World.Add(new TestClaim($"c-{i}"));
        await rig.Run();
        for (var i = 0; i < many; i++) await rig.World.UntilSized("2Gi", $"c-{i}");
        Assert.That(rig.Expanded, Has.Count.EqualTo(many));
        Assert.That(rig.Writes, Has.Count.EqualTo(3 * many));
        Assert.That(rig.Writes.Select(w => w.Code), Is.All.EqualTo(200));
    }

    [Test]
    public async Task Claims_at_rest_and_pods_cost_nothing()
    {
        var rig = await Prepared();
        for (var i = 0; i < 20; i++) rig.World.Add(new TestClaim($"c-{i}").AtRest());
        rig.World.AddPod("p", "c-1");
        await rig.Run();
        await rig.Fence();
        Assert.That(rig.Expanded, Is.Empty);
        Assert.That(rig.Writes, Is.Empty);
        Assert.That(rig.MetricLines(), Has.Some.EqualTo("workqueue_adds_total{name=\"csi.example.com-pvc\"} 1"), "the fence");
        Assert.That(rig.Cluster.Requests.Entries.Select(r => r.Request.Resource), Has.None.EqualTo("pods").And.None.EqualTo(World.AttributesClasses));
    }

    [Test]
    public async Task The_request_says_what_the_volume_is()
    {
        var rig = await Prepared();
        rig.World.AddSecret("s", ("k", "v"u8.ToArray()));
        rig.World.Add(new TestClaim().Asking("1536Mi").WithSecret("s").WithCsi("fsType", "xfs").WithVolume("mountOptions", new JsonArray("noatime")));
        rig.World.Add(new TestClaim("block").WithVolume("volumeMode", "Block").WithVolume("accessModes", new JsonArray("ReadWriteMany")));
        await rig.Run();
        await rig.World.UntilSized("1536Mi");
        await rig.World.UntilSized("2Gi", "block");
        var (mounted, raw) = (rig.Expanded.Single(c => World.Text(c, "volume_id") == "handle-a"), rig.Expanded.Single(c => World.Text(c, "volume_id") == "handle-block"));
        Assert.That(mounted["volume_capability"]!.ToJsonString(), Is.EqualTo("""{"mount":{"fs_type":"xfs","mount_flags":["noatime"]},"access_mode":{"mode":"SINGLE_NODE_WRITER"}}"""));
        Assert.That((World.Text(mounted, "capacity_range", "required_bytes"), World.Text(raw, "capacity_range", "required_bytes")), Is.EqualTo(("1610612736", "2147483648")));
        Assert.That(raw["volume_capability"]!.ToJsonString(), Is.EqualTo("""{"block":{},"access_mode":{"mode":"MULTI_NODE_MULTI_WRITER"}}"""));
    }

    [TestCase("1500m", "2")]
    [TestCase("3k", "3000")]
    public async Task A_size_in_odd_words_is_asked_for_in_whole_bytes(string asked, string bytes)
    {
        var rig = await Given(new TestClaim().Sized(asked, "1", null, "1"));
        await rig.World.UntilEvent("VolumeResizeSuccessful");
        Assert.That(rig.ExpandedTo, Is.EqualTo((string[])[bytes]));
    }

    [Test]
    public async Task A_driver_whose_nodes_alone_expand_is_never_called()
    {
        var rig = await Prepared(RigOptions.WithCapabilities("CREATE_DELETE_VOLUME"));
        rig.Driver.Answer("NodeGetCapabilities", DriverRule.Answer("""{"capabilities":[{"rpc":{"type":"EXPAND_VOLUME"}}]}"""));
        rig.World.Add(new TestClaim());
        rig.World.Add(new TestClaim("by-hand").Sized("5Gi", "1Gi", null, "10Gi"));
        rig.World.Add(new TestClaim("taken-back").Sized("5Gi", "3Gi", "10Gi", "10Gi", "NodeResizeInfeasible"));
        await rig.Run();
        await rig.World.UntilState("NodeResizePending");
        await rig.World.UntilState("NodeResizePending", "taken-back");
        Assert.That((rig.World.VolumeSizeOf(), rig.World.AllocatedOf()), Is.EqualTo(("2Gi", "2Gi")));
        Assert.That((rig.World.VolumeSizeOf("taken-back"), rig.World.AllocatedOf("taken-back")), Is.EqualTo(("5Gi", "5Gi")), "nothing has that size yet");
        await rig.World.UntilState("NodeResizePending", "by-hand");
        Assert.That(rig.World.VolumeSizeOf("by-hand"), Is.EqualTo("10Gi"), "somebody knows better");
        Assert.That(rig.Expanded, Is.Empty);
    }

    [Test]
    public async Task A_node_that_could_not_has_the_size_confirmed_by_the_controller_and_tries_again()
    {
        var rig = await Given(new TestClaim().Sized("2Gi", "1Gi", "2Gi", "2Gi", "NodeResizeInfeasible"), null, NodeIsNext());
        await rig.World.UntilState("NodeResizePending");
        Assert.That(rig.ExpandedTo, Is.EqualTo((string[])["2147483648"]));
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])[Status, "persistentvolumes", Status]), "the note of the size before is the only thing new on the volume");
    }

    [Test]
    public async Task Other_resources_and_conditions_of_a_claim_stay_as_they_are()
    {
        var rig = await Prepared();
        rig.World.AddClaim(new TestClaim().InState("""{"conditions":[{"type":"example.com/Scanned","status":"False","message":"kept"},{"type":"NodeResizeError","status":"True"}]}"""));
        rig.World.Patch(World.Claims, "a", """{"status":{"allocatedResourceStatuses":{"example.com/cpu":"NodeResizePending"}}}""", "status");
        rig.World.AddVolume(new TestClaim());
        rig.AnswerExpand(NodeIsNext());
        await rig.Run();
        var claim = await rig.World.UntilState("NodeResizePending");
        Assert.That(World.Conditions(claim), Is.EqualTo((string[])["example.com/Scanned", "Resizing", "FileSystemResizePending"]));
        Assert.That(World.MessageOf(claim, "example.com/Scanned"), Is.EqualTo("kept"));
        Assert.That(World.Text(claim, "status", "allocatedResourceStatuses", "example.com/cpu"), Is.EqualTo("NodeResizePending"));
    }

    [Test]
    public async Task A_claim_that_somebody_changes_meanwhile_is_written_again_and_the_driver_is_not_asked_again()
    {
        var rig = await Prepared();
        var gate = rig.Driver.Hold(Expand);
        rig.World.Add(new TestClaim());
        await rig.Run();
        await gate.Entered.WithinLimit();
        rig.World.Patch(World.Claims, "a", """{"metadata":{"labels":{"somebody":"else"}}}""");
        gate.Release();
        await rig.World.UntilSized("2Gi");
        await rig.World.UntilEvent("VolumeResizeSuccessful");
        Assert.That(rig.Expanded, Has.Count.EqualTo(1));
        Assert.That(rig.World.EventsAbout("a"), Has.None.Contains("VolumeResizeFailed"));
    }

    [Test]
    public async Task A_volume_that_cannot_be_written_is_told_and_the_driver_asked_again_for_the_same()
    {
        var rig = await Prepared();
        rig.Cluster.Faults.Add(Patch(World.Volumes), Answers(500, "InternalError"), times: 1);
        rig.World.Add(new TestClaim());
        await rig.Run();
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.World.EventsAbout("a"), Has.Some.StartWith("VolumeResizeFailed: updating capacity of PV \"pv-a\" to 2Gi failed"));
        Assert.That(rig.ExpandedTo, Is.EqualTo((string[])["2147483648", "2147483648"]));
    }

    [Test]
    public async Task A_driver_that_gives_less_than_it_was_asked_for_is_asked_again_with_pauses()
    {
        var rig = await Given(new TestClaim().Asking("3Gi"), null, DriverRule.Answer("""{"capacity_bytes":"2147483648"}"""), DriverRule.Default);
        await rig.World.UntilSized("3Gi");
        await rig.World.UntilEvent("VolumeResizeSuccessful");
        Assert.That(rig.World.EventsAbout("a"), Is.EqualTo((string[])
        [
            "Resizing: External resizer is resizing volume pv-a",
            "VolumeResizeFailed: the driver made volume pv-a 2Gi large, and was asked for 3Gi",
            "VolumeResizeSuccessful: Resize volume succeeded",
        ]));
        Assert.That(rig.Expanded, Has.Count.EqualTo(2));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_driver_that_gives_less_again_and_again_is_at_fault_and_costs_no_further_writes(bool nodeIsNext)
    {
        var options = new RigOptions().With(o => o with { RetryIntervalMax = TimeSpan.FromMilliseconds(100) });
        var less = DriverRule.Answer($$"""{"capacity_bytes":"2147483648","node_expansion_required":{{(nodeIsNext ? "true" : "false")}}}""");
        var rig = await Given(new TestClaim().Asking("3Gi"), options, less);
        if (nodeIsNext)
        {
            await rig.World.UntilState("NodeResizePending");
            rig.World.Patch(World.Claims, "a", """{"status":{"capacity":{"storage":"2Gi"},"allocatedResourceStatuses":null,"conditions":null}}""", "status");
        }
        await rig.World.UntilCondition("ControllerResizeError", "has 2147483648 bytes after its expansion, as before, and was asked for 3221225472");
        var (writes, calls) = (rig.Writes.Count, rig.Expanded.Count);
        await rig.Driver.WaitForCalls(Expand, calls + 3);
        Assert.That(rig.Writes, Has.Count.EqualTo(writes), "nothing is to be written that does not stand there");
        Assert.That((rig.World.SizeOf(), rig.World.VolumeSizeOf()), Is.EqualTo(("2Gi", "2Gi")));
        Assert.That(rig.World.EventObjectsAbout("a").Where(e => World.Text(e, "reason") is "Resizing" or "VolumeResizeSuccessful").Select(e => (int?)e["count"]),
            Is.EqualTo((int?[])[nodeIsNext ? 2 : 1]), "nothing succeeded, and nothing new begins but after the node");
        Assert.That(rig.World.EventObjectsAbout("a").Where(e => World.Text(e, "message").Contains("fault of the driver", StringComparison.Ordinal)).Select(e => (int?)e["count"]),
            Is.EqualTo((int?[])[1]), "told once");
    }

    /// <summary>A write that took effect and was answered as if it had not, as a server does whose store was slow.</summary>
    [TestCase("persistentvolumes")]
    [TestCase("persistentvolumeclaims")]
    public async Task A_write_that_took_effect_without_an_answer_is_made_sure_of_and_marked_and_told_once(string resource)
    {
        var rig = await Prepared();
        var isClaim = resource is World.Claims;
        rig.Cluster.Faults.Add(Patch(resource, isClaim ? "status" : ""), new FaultAction.CutAfter(), skip: isClaim ? 1 : 0, times: 1);
        rig.World.Add(new TestClaim());
        await rig.Run();
        await rig.World.UntilSized("2Gi");
        await rig.World.UntilEvent("VolumeResizeFailed", "no answer from");
        if (!isClaim) await rig.World.UntilEvent("VolumeResizeSuccessful");
        await rig.Fence();
        Assert.That(rig.World.EventsAbout("a").Count(e => e.StartsWith("Resizing", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(rig.Writes.Count(w => w.Body.Contains("\"allocatedResources\"", StringComparison.Ordinal)), Is.EqualTo(1), "one mark");
        Assert.That((rig.World.VolumeSizeOf(), rig.World.Conditions().Length), Is.EqualTo(("2Gi", 0)));
    }

    [Test]
    public async Task A_mark_that_may_not_be_written_is_told_with_what_to_do()
    {
        var rig = await Prepared();
        rig.Cluster.Faults.Add(Patch(World.Claims, "status"), Answers(403, "Forbidden"), times: 2);
        rig.World.Add(new TestClaim());
        await rig.Run();
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.World.EventsAbout("a"), Has.Some.StartWith("VolumeResizeFailed: marking pvc default/a as resizing failed").And.Some.Contains("let csi-resizer patch persistentvolumeclaims/status"));
    }

    [Test]
    public async Task A_claim_that_has_lost_its_volume_when_it_is_read_again_is_left_alone()
    {
        var rig = await Prepared();
        var mark = rig.Cluster.Faults.Add(Patch(World.Claims, "status"), new FaultAction.Hold(), times: 1);
        rig.World.Add(new TestClaim());
        await rig.Run();
        await mark.Reached.WithinLimit();
        rig.World.Patch(World.Claims, "a", """{"status":{"phase":"Lost"}}""", "status");
        mark.Release();
        await rig.Fence();
        Assert.That(rig.Expanded, Is.Empty);
        Assert.That(rig.Writes.Select(w => w.Code), Is.EqualTo((int[])[409]));
    }

    [Test]
    public async Task A_claim_that_is_deleted_while_it_grows_ends_quietly()
    {
        var rig = await Prepared();
        var gate = rig.Driver.Hold(Expand);
        rig.World.Add(new TestClaim());
        await rig.Run();
        await gate.Entered.WithinLimit();
        rig.World.Delete(World.Claims, "a");
        gate.Release();
        await rig.Fence();
        Assert.That(rig.World.EventsAbout("a"), Has.None.Contains("VolumeResizeFailed"));
        Assert.That(rig.Expanded, Has.Count.EqualTo(1));
    }

    /// <summary>Who forgets a claim with its end has no second occasion.</summary>
    [Test]
    public async Task Of_a_claim_that_is_deleted_in_the_midst_of_a_pass_nothing_is_remembered()
    {
        var rig = await Prepared();
        var settled = rig.Cluster.Faults.Add(Patch(World.Volumes) with { Name = "pv-a" }, new FaultAction.Hold(), times: 1);
        rig.World.Add(new TestClaim().VolumeAnnotated((World.PreResize, "1Gi")));
        await rig.Run();
        await settled.Reached.WithinLimit();
        rig.World.Delete(World.Claims, "a");
        await rig.FenceToTheEnd(); // the end is told by then
        settled.Release();
        await rig.Cluster.Requests.WaitFor(Patch(World.Claims, "status") with { Name = "a" }, 1).WithinLimit();
        await rig.FenceToTheEnd();
        Assert.That(rig.Remembered, Is.Zero);
    }

    [Test]
    public async Task A_successor_of_the_same_name_is_not_written_for_its_predecessor()
    {
        var rig = await Prepared();
        var gate = rig.Driver.Hold(Expand);
        rig.World.Add(new TestClaim());
        await rig.Run();
        await gate.Entered.WithinLimit();
        rig.World.Delete(World.Claims, "a");
        rig.World.AddClaim(new TestClaim().AtRest());
        gate.Release();
        await rig.Log.WaitForLine(line => line.Contains("default/a", StringComparison.Ordinal) && line.StartsWith("Retrying expand", StringComparison.Ordinal));
        await rig.Fence();
        Assert.That(rig.World.SizeOf(), Is.EqualTo("1Gi"));
        Assert.That(rig.Expanded, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_standby_takes_up_what_is_half_done()
    {
        var rig = await Given(new TestClaim().Sized("5Gi", "3Gi", "10Gi", "3Gi", "ControllerResizeInProgress"));
        await rig.World.UntilSized("10Gi");
        Assert.That(rig.ExpandedTo, Is.EqualTo((string[])["10737418240"]), "what may be under way is asked for, whatever the user wants by now");
    }
}
