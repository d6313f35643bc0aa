using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests.Scenarios;

/// <summary>Attachments that end (attacher contract 9): never before the driver has said that the volume is unpublished.</summary>
internal sealed class DetachTests : RigTest
{
    private const string Main = "volumeattachments";
    private const string Status = "volumeattachments/status";

    [Test]
    public async Task A_detach_costs_one_call_and_one_write()
    {
        var rig = await Attached();
        var before = rig.Writes.Count;
        rig.World.Delete(World.Attachments, "va");
        await rig.World.UntilGone(World.Attachments, "va");
        await rig.Stop(); // whatever was to follow has followed
        Assert.That(rig.Unpublished.Single().ToJsonString(), Is.EqualTo("""{"volume_id":"handle-pv","node_id":"node-1"}"""));
        Assert.That(rig.Writes.Skip(before).Select(w => w.Resource), Is.EqualTo((string[])[Main]), "no status patch to an object that is gone");
        Assert.That(World.Finalizers(rig.World.Find(World.Volumes, "pv")), Has.Member(TestVolume.OurFinalizer), "the volume stays marked until it is deleted");
    }

    [Test]
    public async Task Where_another_finalizer_keeps_the_attachment_its_status_is_written_too()
    {
        var rig = await Prepared();
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        rig.World.Add(new TestAttachment().Held("example.com/keep", TestVolume.OurFinalizer).Noted("node-1")
            .InState("""{"attached":true,"attachmentMetadata":{"k":"v"},"detachError":{"message":"old"}}"""));
        await rig.Run();
        rig.World.Delete(World.Attachments, "va");
        var detached = await rig.World.Until(World.Attachments, "va", a => !(a["status"]?["attached"]?.GetValue<bool>() ?? true));
        Assert.That(World.Finalizers(detached), Is.EqualTo((string[])["example.com/keep"]));
        Assert.That(detached["status"]!.ToJsonString(), Is.EqualTo("""{"attached":false}"""));
        Assert.That(rig.WrittenTo("va"), Is.EqualTo((string[])[Main, Status]));
        Assert.That(rig.Unpublished, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_attachment_that_was_never_touched_goes_without_a_call()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        rig.World.Add(new TestAttachment().Held("example.com/keep"));
        rig.World.Delete(World.Attachments, "va");
        await rig.Run();
        await rig.Fence();
        Assert.That(rig.Driver.Calls.Of("ControllerUnpublishVolume"), Is.Empty);
        Assert.That(rig.WrittenTo("va"), Is.Empty);
    }

    [Test]
    public async Task An_attach_that_failed_is_undone_all_the_same()
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerPublishVolume", Fails(StatusCode.DeadlineExceeded, "who knows"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        await rig.World.UntilError("va");
        rig.World.Delete(World.Attachments, "va");
        await rig.World.UntilGone(World.Attachments, "va");
        Assert.That(rig.Unpublished, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Deleted_while_the_driver_publishes_it_is_unpublished_after_that_and_not_before()
    {
        var rig = await Prepared();
        var gate = rig.Driver.Hold("ControllerPublishVolume");
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        rig.World.Add(new TestAttachment());
        await rig.Run();
        await gate.Entered.WithinLimit();
        rig.World.Delete(World.Attachments, "va");
        // The detach lane has come for it once its worker reports another one.
        rig.World.Add(new TestAttachment("other").Of("none").Held(TestVolume.OurFinalizer));
        rig.World.Delete(World.Attachments, "other");
        await rig.World.UntilError("other", "detachError");
        Assert.That(rig.Unpublished, Is.Empty);
        gate.Release();
        await rig.World.UntilGone(World.Attachments, "va");
        Assert.That(rig.Driver.Calls.All.Select(c => c.Method).Where(m => m.EndsWith("publishVolume", StringComparison.OrdinalIgnoreCase)),
            Is.EqualTo((string[])["ControllerPublishVolume", "ControllerUnpublishVolume"]));
    }

    private static IEnumerable<TestCaseData> Codes() => Enum.GetValues<StatusCode>().Where(c => c is not StatusCode.OK).Select(c => new TestCaseData(c));

    [TestCaseSource(nameof(Codes))]
    public async Task No_error_of_the_driver_counts_as_detached(StatusCode code)
    {
        var rig = await Attached();
        rig.Driver.Answer("ControllerUnpublishVolume", Fails(code, "busy"));
        rig.World.Delete(World.Attachments, "va");
        await rig.World.UntilError("va", "detachError");
        await rig.Driver.WaitForCalls("ControllerUnpublishVolume", 2);
        Assert.That(rig.World.ErrorOf("va", "detachError"), Is.EqualTo(($"rpc error: code = {Sidecars.Csi.StatusCodeNames.GoName(code)} desc = busy", (int?)null)));
        Assert.That(World.Finalizers(rig.World.Find(World.Attachments, "va")), Has.Member(TestVolume.OurFinalizer));
        rig.Driver.Answer("ControllerUnpublishVolume");
        await rig.World.UntilGone(World.Attachments, "va");
    }

    [TestCase("n9", "node-noted", TestName = "A_node_that_is_gone_is_detached_by_the_name_noted")]
    [TestCase("other", "node-noted", TestName = "A_node_without_the_driver_is_detached_by_the_name_noted")]
    [TestCase("n1", "node-noted", TestName = "A_node_that_came_back_with_another_name_is_detached_by_the_name_noted")]
    public async Task Detaches_from(string node, string nodeId)
    {
        var rig = await Detaching(new TestAttachment().To(node).Held(TestVolume.OurFinalizer).Noted("node-noted").InState("""{"attached":true}"""));
        await rig.World.UntilGone(World.Attachments, "va");
        Assert.That(World.Text(rig.Unpublished.Single(), "node_id"), Is.EqualTo(nodeId));
    }

    [TestCase(StatusCode.NotFound, "node-noted node-1")]
    [TestCase(StatusCode.InvalidArgument, "node-noted node-1")]
    public async Task A_driver_that_does_not_know_the_name_noted_is_asked_by_todays(StatusCode code, string asked)
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerUnpublishVolume", Fails(code), DriverRule.Default);
        await Detaching(rig, new TestAttachment().Held(TestVolume.OurFinalizer).Noted("node-noted").InState("""{"attached":true}"""));
        await rig.World.UntilGone(World.Attachments, "va");
        Assert.That(string.Join(' ', rig.Unpublished.Select(u => World.Text(u, "node_id"))), Is.EqualTo(asked));
        Assert.That(rig.Log.Lines, Has.None.StartsWith("Retrying"));
    }

    [Test]
    public async Task Any_other_error_is_tried_again_by_the_name_noted()
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerUnpublishVolume", Fails(StatusCode.FailedPrecondition), DriverRule.Default);
        await Detaching(rig, new TestAttachment().Held(TestVolume.OurFinalizer).Noted("node-noted").InState("""{"attached":true}"""));
        await rig.World.UntilGone(World.Attachments, "va");
        Assert.That(rig.Unpublished.Select(u => World.Text(u, "node_id")), Is.EqualTo((string[])["node-noted", "node-noted"]));
    }

    private static IEnumerable<TestCaseData> Stuck()
    {
        var held = new TestAttachment().Held(TestVolume.OurFinalizer).InState("""{"attached":true}""");
        yield return new TestCaseData(held.To("n9"), "csinode.storage.k8s.io \"n9\" not found").SetName("A_node_unknown_in_every_way");
        yield return new TestCaseData(held.To("other"), "CSINode other does not contain driver csi.example.com").SetName("A_node_without_the_driver_and_without_a_note");
        yield return new TestCaseData(held.Of("none"), "persistentvolume \"none\" not found").SetName("A_volume_that_is_gone");
        yield return new TestCaseData(held.Of("secret"), "failed to load secret \"default/none\": secrets \"none\" not found").SetName("A_secret_that_is_gone");
        yield return new TestCaseData(held.Of("hostpath"), "pv spec contained non-csi source that was not migrated").SetName("A_volume_of_another_kind");
    }

    [TestCaseSource(nameof(Stuck))]
    public async Task Is_never_forgotten(TestAttachment attachment, string error)
    {
        var rig = await Detaching(attachment);
        Assert.That(await rig.World.UntilError("va", "detachError"), Is.EqualTo(error));
        Assert.That(World.Finalizers(rig.World.Find(World.Attachments, "va")), Is.EqualTo((string[])[TestVolume.OurFinalizer]));
        Assert.That(rig.Unpublished, Is.Empty);
    }

    [Test]
    public async Task A_mark_that_cannot_be_taken_off_is_an_error_and_the_driver_is_asked_again()
    {
        var rig = await Attached();
        rig.Cluster.Faults.Add(Patch(World.Attachments, ""), Answers(500, "InternalError", "no"), times: 1);
        rig.World.Delete(World.Attachments, "va");
        await rig.World.UntilGone(World.Attachments, "va");
        Assert.That(rig.Unpublished, Has.Count.EqualTo(2));
        Assert.That(rig.Writes, Has.Some.Matches<Write>(w => w!.Body.Contains("could not mark as detached: no", StringComparison.Ordinal)));
    }

    [Test]
    public async Task A_finalizer_that_comes_while_the_mark_is_taken_off_is_kept_and_the_driver_asked_once()
    {
        var rig = await Attached();
        var held = rig.Cluster.Faults.Add(Patch(World.Attachments, ""), new FaultAction.Hold(), times: 1);
        rig.World.Patch(World.Attachments, "va", """{"metadata":{"finalizers":["external-attacher/csi-example-com","example.com/one"]}}""");
        rig.World.Delete(World.Attachments, "va");
        await held.Reached.WithinLimit();
        rig.World.Patch(World.Attachments, "va", """{"metadata":{"annotations":{"changed":"meanwhile"}}}""");
        held.Release();
        var detached = await rig.World.Until(World.Attachments, "va", a => !World.Finalizers(a).Contains(TestVolume.OurFinalizer));
        Assert.That(World.Finalizers(detached), Is.EqualTo((string[])["example.com/one"]));
        Assert.That(rig.Unpublished, Has.Count.EqualTo(1));
    }

    private async Task<AttacherRig> Detaching(TestAttachment attachment)
    {
        var rig = await Prepared();
        await Detaching(rig, attachment);
        return rig;
    }

    private static async Task Detaching(AttacherRig rig, TestAttachment attachment)
    {
        rig.World.AddNode("n1", "node-1");
        rig.World.AddNode("other", "node-x", "other.example.com");
        rig.World.Add(new TestVolume().Marked());
        rig.World.Add(new TestVolume("secret").Marked().WithSecret("none"));
        rig.World.Add(new TestVolume("hostpath").Marked().From("hostPath", """{"path":"/tmp"}"""));
        rig.World.Add(attachment);
        rig.World.Delete(World.Attachments, "va");
        await rig.Run();
    }
}
