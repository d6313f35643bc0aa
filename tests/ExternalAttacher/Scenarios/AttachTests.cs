using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Scenarios;

/// <summary>Attachments that come about, at once or after trouble (attacher contract 8 and 12).</summary>
internal sealed class AttachTests : RigTest
{
    private const string Main = "volumeattachments";
    private const string Status = "volumeattachments/status";

    [Test]
    public async Task A_fresh_volume_costs_three_writes_and_one_call()
    {
        var rig = await Attached();
        Assert.That(rig.WrittenTo("va"), Is.EqualTo((string[])["persistentvolumes", Main, Status]));
        Assert.That(rig.Writes[0].Body, Does.StartWith($$"""[{"op":"test","path":"/metadata/uid","value":"{{World.Text(rig.World.Find(World.Volumes, "pv"), "metadata", "uid")}}"},"""));
        Assert.That(rig.Writes[0].Body, Does.EndWith(
            """{"op":"test","path":"/metadata/finalizers","value":["kubernetes.io/pv-protection"]},{"op":"add","path":"/metadata/finalizers/-","value":"external-attacher/csi-example-com"}]""")
            .Or.EndWith("""{"op":"test","path":"/metadata/finalizers","value":null},{"op":"add","path":"/metadata/finalizers","value":["external-attacher/csi-example-com"]}]"""));
        var attachment = rig.World.Find(World.Attachments, "va")!;
        Assert.That(World.Finalizers(attachment), Is.EqualTo((string[])[TestVolume.OurFinalizer]));
        Assert.That(World.Text(attachment, "metadata", "annotations", "csi.alpha.kubernetes.io/node-id"), Is.EqualTo("node-1"));
        Assert.That(attachment["status"]!.ToJsonString(), Is.EqualTo("""{"attached":true}"""));
        Assert.That(rig.Published, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Many_attachments_cost_one_publish_call_and_three_writes_each()
    {
        const int many = 60;
        var rig = await Prepared();
        rig.World.AddNode("n1", "node-1");
        for (var i = 0; i < many; i++) rig.World.Add(new TestVolume($"pv-{i}"));
        await rig.Run();
        for (var i = 0; i < many; i++) rig.World.Add(new TestAttachment($"va-{i}").Of($"pv-{i}"));
        for (var i = 0; i < many; i++) await rig.World.UntilAttached($"va-{i}");
        for (var i = 0; i < many; i++) rig.World.Delete(World.Attachments, $"va-{i}");
        for (var i = 0; i < many; i++) await rig.World.UntilGone(World.Attachments, $"va-{i}");
        Assert.That(rig.Published, Has.Count.EqualTo(many));
        Assert.That(rig.Unpublished, Has.Count.EqualTo(many));
        Assert.That(rig.Writes, Has.Count.EqualTo(4 * many), "three to attach, one to detach");
        Assert.That(rig.Writes.Select(w => w.Code), Is.All.EqualTo(200));
    }

    /// <summary>A volume and its attachment come by two watches, in any order.</summary>
    [Test]
    public async Task A_volume_that_its_watch_has_not_told_of_yet_is_read()
    {
        var rig = await Prepared();
        rig.World.AddNode("n1", "node-1");
        await rig.Run();
        await rig.World.UntilAttached(Added(rig, "before"));
        Assert.That(rig.Cluster.Faults.SilenceWatches(new RequestMatch { Resource = World.Volumes }), Is.EqualTo(1));
        await rig.World.UntilAttached(Added(rig, "after"));
        Assert.That(rig.Writes.Count(write => write.Body.Contains("attachError", StringComparison.Ordinal)), Is.Zero, "nobody reads of a failure where nothing is wrong");

        static string Added(AttacherRig rig, string name)
        {
            rig.World.Add(new TestVolume($"pv-{name}"));
            rig.World.Add(new TestAttachment($"va-{name}").Of($"pv-{name}"));
            return $"va-{name}";
        }
    }

    [Test]
    public async Task What_the_driver_says_for_the_node_is_kept()
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerPublishVolume", DriverRule.Answer("""{"publish_context":{"foo":"bar"}}"""));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        var attached = await rig.World.UntilAttached("va");
        Assert.That(attached["status"]!.ToJsonString(), Is.EqualTo("""{"attached":true,"attachmentMetadata":{"foo":"bar"}}"""));
        Assert.That(rig.WrittenTo("va"), Is.EqualTo((string[])[Main, Status]), "the volume was marked already");
    }

    [Test]
    public async Task Two_nodes_take_one_volume_and_it_is_marked_once()
    {
        var rig = await Prepared();
        rig.World.AddNode("n1", "node-1");
        rig.World.AddNode("n2", "node-2");
        rig.World.Add(new TestVolume());
        rig.World.Add(new TestAttachment("va-1"));
        rig.World.Add(new TestAttachment("va-2").To("n2"));
        var held = rig.Cluster.Faults.Add(Patch(World.Volumes), new FaultAction.Hold());
        await rig.Run();
        await held.Reached.WithinLimit();
        held.Release();
        await rig.World.UntilAttached("va-1");
        await rig.World.UntilAttached("va-2");
        Assert.That(rig.Writes.Count(w => w.Resource is "persistentvolumes"), Is.EqualTo(1));
        Assert.That(rig.Log.Lines, Has.None.Contains("Retrying attach"));
    }

    [Test]
    public async Task A_finalizer_somebody_else_adds_meanwhile_is_kept_and_nobody_hears_of_it()
    {
        var rig = await Prepared();
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        var held = rig.Cluster.Faults.Add(Patch(World.Volumes), new FaultAction.Hold(), times: 1);
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await held.Reached.WithinLimit();
        rig.World.Patch(World.Volumes, "pv", """{"metadata":{"finalizers":["example.com/a"]}}""");
        held.Release();
        await rig.World.UntilAttached("va");
        Assert.That(World.Finalizers(rig.World.Find(World.Volumes, "pv")), Is.EqualTo((string[])["example.com/a", TestVolume.OurFinalizer]));
        Assert.That(rig.Log.Lines, Has.None.Contains("Retrying attach"));
    }

    [Test]
    public async Task A_finalizer_somebody_else_adds_to_the_attachment_meanwhile_is_kept()
    {
        var rig = await Prepared();
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        var held = rig.Cluster.Faults.Add(Patch(World.Attachments, ""), new FaultAction.Hold(), times: 1);
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await held.Reached.WithinLimit();
        rig.World.Patch(World.Attachments, "va", """{"metadata":{"finalizers":["example.com/a"]}}""");
        held.Release();
        var attached = await rig.World.UntilAttached("va");
        Assert.That(World.Finalizers(attached), Is.EqualTo((string[])["example.com/a", TestVolume.OurFinalizer]));
        Assert.That(rig.Published, Has.Count.EqualTo(1));
    }

    private static IEnumerable<TestCaseData> Codes() => Enum.GetValues<StatusCode>().Where(c => c is not StatusCode.OK).Select(c => new TestCaseData(c));

    [TestCaseSource(nameof(Codes))]
    public async Task An_error_of_the_driver_stands_on_the_attachment_until_it_goes_well(StatusCode code)
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerPublishVolume", Fails(code, "mock error"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        await rig.World.UntilError("va");
        Assert.That(rig.World.ErrorOf("va", "attachError"), Is.EqualTo(($"rpc error: code = {Sidecars.Csi.StatusCodeNames.GoName(code)} desc = mock error", (int?)code)));
        Assert.That(rig.World.Find(World.Attachments, "va")!["status"]!["attached"]!.GetValue<bool>(), Is.False);
        Assert.That(World.Finalizers(rig.World.Find(World.Attachments, "va")), Has.Member(TestVolume.OurFinalizer));

        rig.Driver.Answer("ControllerPublishVolume");
        var attached = await rig.World.UntilAttached("va");
        Assert.That(attached["status"]!.ToJsonString(), Is.EqualTo("""{"attached":true}"""));
    }

    [Test]
    public async Task Without_its_gate_the_code_is_not_noted()
    {
        var options = new RigOptions();
        var rig = await Prepared(options with { Attacher = options.Attacher with { NotesErrorCodes = false } });
        rig.Driver.Answer("ControllerPublishVolume", Fails(StatusCode.ResourceExhausted, "full"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        await rig.World.UntilError("va");
        Assert.That(rig.World.ErrorOf("va", "attachError"), Is.EqualTo(("rpc error: code = ResourceExhausted desc = full", (int?)null)));
    }

    [Test]
    public async Task A_driver_that_never_answers_is_given_up_after_the_timeout_and_asked_again()
    {
        var options = new RigOptions();
        var rig = await Prepared(options with { Attacher = options.Attacher with { Timeout = TimeSpan.FromMilliseconds(200) } });
        var gate = rig.Driver.Hold("ControllerPublishVolume");
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        await rig.World.UntilError("va");
        Assert.That(rig.World.ErrorOf("va", "attachError"), Is.EqualTo(("rpc error: code = DeadlineExceeded desc = context deadline exceeded", (int?)4)));
        gate.Release();
        await rig.World.UntilAttached("va");
        Assert.That(rig.Published, Has.Count.GreaterThanOrEqualTo(2));
    }

    [Test]
    public async Task A_refused_mark_on_the_volume_is_an_error_and_no_call_is_made()
    {
        var rig = await Prepared();
        using var fault = rig.Cluster.Faults.Add(Patch(World.Volumes), Answers(403, "Forbidden", "not you"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        Assert.That(await rig.World.UntilError("va"), Is.EqualTo("could not add PersistentVolume finalizer: not you"));
        Assert.That(rig.Published, Is.Empty);
        fault.Dispose();
        await rig.World.UntilAttached("va");
        Assert.That(rig.Published, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_refused_mark_on_the_attachment_is_an_error_and_no_call_is_made()
    {
        var rig = await Prepared();
        using var fault = rig.Cluster.Faults.Add(Patch(World.Attachments, ""), Answers(403, "Forbidden", "not you"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        Assert.That(await rig.World.UntilError("va"), Is.EqualTo("could not save VolumeAttachment: not you"));
        Assert.That(rig.Published, Is.Empty);
        fault.Dispose();
        await rig.World.UntilAttached("va");
        Assert.That(rig.Published, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_outcome_that_cannot_be_saved_is_asked_for_again_and_never_assumed()
    {
        var rig = await Prepared();
        rig.Cluster.Faults.Add(Patch(World.Attachments, "status"), Answers(500, "InternalError"), times: 1);
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        await rig.World.UntilAttached("va");
        Assert.That(rig.Published, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_publish_context_that_the_server_cannot_keep_is_said_to_be_too_long()
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerPublishVolume", DriverRule.Answer($$$"""{"publish_context":{"k":"{{{new string('x', 300_000)}}}"}}"""));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        Assert.That(await rig.World.UntilError("va"), Does.Contain("300001 bytes"));
        Assert.That(rig.Writes.Select(w => w.Code), Is.All.EqualTo(200));
    }

    [Test]
    public async Task A_successor_of_the_same_name_is_not_called_attached_by_the_call_of_its_predecessor()
    {
        var rig = await Prepared();
        rig.World.AddNode("n1", "node-1");
        rig.World.AddNode("n2", "node-2");
        rig.World.Add(new TestVolume());
        var gate = rig.Driver.Hold("ControllerPublishVolume");
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await gate.Entered.WithinLimit();
        rig.World.Patch(World.Attachments, "va", """{"metadata":{"finalizers":null}}""");
        rig.World.Delete(World.Attachments, "va");
        var successor = rig.World.Add(new TestAttachment().To("n2"));
        gate.Release();
        var attached = await rig.World.UntilAttached("va");
        Assert.That(World.Text(attached, "metadata", "uid"), Is.EqualTo(successor.Uid));
        Assert.That(rig.Published.Select(p => World.Text(p, "node_id")), Is.EqualTo((string[])["node-1", "node-2"]));
        Assert.That(World.Text(attached, "metadata", "annotations", "csi.alpha.kubernetes.io/node-id"), Is.EqualTo("node-2"));
    }

    [Test]
    public async Task After_a_restart_nothing_is_done_for_what_is_attached()
    {
        var rig = await Attached();
        await rig.Stop();
        var writes = rig.Writes.Count;
        await rig.Run();
        rig.World.Add(new TestVolume("second"));
        rig.World.Add(new TestAttachment("later").Of("second"));
        await rig.World.UntilAttached("later");
        Assert.That(rig.Published, Has.Count.EqualTo(2));
        Assert.That(rig.Writes, Has.Count.EqualTo(writes + 3));
    }

    [Test]
    public async Task An_attachment_that_vanishes_while_the_driver_publishes_is_not_called_attached_and_is_unpublished()
    {
        var rig = await Vanishing(Fails(StatusCode.Unavailable), DriverRule.Default);
        await rig.Driver.WaitForCalls("ControllerUnpublishVolume", 2);
        await rig.Log.WaitForLine(l => l.StartsWith("Unpublished the volume of an attachment that vanished", StringComparison.Ordinal));
        Assert.That(rig.Unpublished.Select(u => u.ToJsonString()), Is.All.EqualTo("""{"volume_id":"handle-pv","node_id":"node-1"}"""));
        Assert.That(rig.Log.Lines, Has.None.StartsWith("Attached"));
        Assert.That(rig.MetricLines(), Has.Member("""csi_attacher_waiting_attachments{operation="attach"} 0"""));
    }

    [Test]
    public async Task One_that_vanishes_while_the_driver_fails_to_publish_is_unpublished_too()
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerPublishVolume", Fails(StatusCode.DeadlineExceeded, "who knows"));
        await VanishIn(rig);
        await rig.Driver.WaitForCalls("ControllerUnpublishVolume");
        await rig.Log.WaitForLine(l => l.StartsWith("Unpublished the volume of an attachment that vanished", StringComparison.Ordinal));
        Assert.That(rig.Published, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task One_that_vanishes_and_comes_again_to_the_same_node_ends_up_attached()
    {
        var rig = await Prepared();
        var gate = rig.Driver.Hold("ControllerPublishVolume");
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await gate.Entered.WithinLimit();
        rig.World.Patch(World.Attachments, "va", """{"metadata":{"finalizers":null}}""");
        rig.World.Delete(World.Attachments, "va");
        rig.World.Add(new TestAttachment());
        gate.Release();
        await rig.World.UntilAttached("va");
        // What is left to do of the first one is done behind this one.
        rig.World.Add(new TestAttachment("behind").Of("none").Held(TestVolume.OurFinalizer));
        rig.World.Delete(World.Attachments, "behind");
        await rig.World.UntilError("behind", "detachError");
        await rig.Stop();
        var calls = rig.Driver.Calls.All.Select(c => c.Method).Where(m => m.EndsWith("publishVolume", StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.That(calls[^1], Is.EqualTo("ControllerPublishVolume"), string.Join(' ', calls));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task An_attachment_whose_node_or_its_driver_is_not_known_yet_is_attached_the_moment_it_is(bool isKnown)
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        if (isKnown) rig.World.AddNode("n1", "node-x", "other.example.com");
        rig.World.Add(new TestVolume());
        await rig.Run();
        rig.World.Add(new TestAttachment());
        rig.World.Add(new TestAttachment("elsewhere").To("n2"));
        await rig.World.UntilError("va");
        await rig.Fence();
        if (isKnown) rig.World.Patch(World.Nodes, "n1", """{"spec":{"drivers":[{"name":"csi.example.com","nodeID":"node-1"}]}}""");
        else rig.World.AddNode("n1", "node-1");
        await rig.World.UntilAttached("va");
        Assert.That(rig.Log.Lines.Count(l => l.StartsWith("Retrying attach elsewhere", StringComparison.Ordinal)), Is.EqualTo(1), "its node is still unknown");
    }

    [Test]
    public async Task A_node_that_changes_in_what_is_not_ours_gives_nobody_another_try()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.Driver.Answer("ControllerPublishVolume", Fails(StatusCode.Internal, "busy"));
        rig.World.AddNode("n1", "node-1");
        rig.World.AddNode("n2", "node-x", "other.example.com");
        rig.World.Add(new TestVolume().Marked());
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await rig.World.UntilError("va");
        rig.World.Add(new TestAttachment("probe").To("n2"));
        await rig.World.UntilError("probe");
        rig.World.Patch(World.Nodes, "n1", """{"metadata":{"labels":{"a":"b"}}}""");
        rig.World.Patch(World.Nodes, "n2", """{"spec":{"drivers":[{"name":"csi.example.com","nodeID":"node-2"}]}}""");
        await rig.World.UntilError("probe", text: "busy"); // the attacher has heard of both changes
        await rig.Fence();
        Assert.That(rig.Published.Count(p => World.Text(p, "node_id") is "node-1"), Is.EqualTo(1));
    }

    /// <summary>An attachment that is taken away by force while the driver publishes its volume; the driver answers as given to the unpublish calls.</summary>
    private async Task<AttacherRig> Vanishing(params DriverRule[] unpublish)
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerUnpublishVolume", unpublish);
        await VanishIn(rig);
        return rig;
    }

    private static async Task VanishIn(AttacherRig rig)
    {
        var gate = rig.Driver.Hold("ControllerPublishVolume");
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await gate.Entered.WithinLimit();
        rig.World.Patch(World.Attachments, "va", """{"metadata":{"finalizers":null}}""");
        rig.World.Delete(World.Attachments, "va");
        gate.Release();
    }
}
