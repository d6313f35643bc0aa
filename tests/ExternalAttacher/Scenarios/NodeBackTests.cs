using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Scenarios;

/// <summary>Attaching to a node that came back under its old name with another id, while the volume may be published to the former one.</summary>
internal sealed class NodeBackTests : RigTest
{
    [Test]
    public async Task What_may_be_published_to_its_former_id_is_unpublished_before_the_new_one_is_noted()
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerPublishVolume", Fails(StatusCode.DeadlineExceeded, "who knows"));
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume());
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await rig.World.UntilError("va");
        rig.World.Delete(World.Nodes, "n1");
        rig.World.AddNode("n1", "node-2");
        await rig.World.Until(World.Attachments, "va", a => NoteOn(a) is "node-2");
        rig.Driver.Answer("ControllerPublishVolume");
        await rig.World.UntilAttached("va");

        var steps = Steps(rig);
        Assert.That(steps.Where(s => s.StartsWith("Unpublish", StringComparison.Ordinal)), Is.EqualTo((string[])["Unpublish node-1"]));
        Assert.That(steps.IndexOf("Unpublish node-1"), Is.GreaterThan(steps.LastIndexOf("Publish node-1")).And.LessThan(steps.IndexOf("Publish node-2")), string.Join(", ", steps));
    }

    [Test]
    public async Task While_the_driver_does_not_let_go_of_the_former_id_nothing_is_published_to_the_new_one()
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerUnpublishVolume", Fails(StatusCode.Internal, "busy"));
        await Attaching(rig, new TestAttachment().Held(TestVolume.OurFinalizer).Noted("node-noted"));
        Assert.That(await rig.World.UntilError("va"), Is.EqualTo("rpc error: code = Internal desc = busy"));
        await rig.Driver.WaitForCalls("ControllerUnpublishVolume", 2);
        Assert.That(rig.Published, Is.Empty);
        Assert.That(NoteOn(rig.World.Find(World.Attachments, "va")!), Is.EqualTo("node-noted"));

        rig.Driver.Answer("ControllerUnpublishVolume");
        Assert.That(NoteOn(await rig.World.UntilAttached("va")), Is.EqualTo("node-1"));
        Assert.That(Steps(rig).TakeLast(2), Is.EqualTo((string[])["Unpublish node-noted", "Publish node-1"]));
    }

    [TestCase(StatusCode.NotFound)]
    [TestCase(StatusCode.InvalidArgument)]
    public async Task A_former_id_that_the_driver_does_not_know_any_more_holds_up_nothing(StatusCode code)
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerUnpublishVolume", Fails(code));
        await Attaching(rig, new TestAttachment().Held(TestVolume.OurFinalizer).Noted("node-noted"));
        await rig.World.UntilAttached("va");
        Assert.That(Steps(rig), Is.EqualTo((string[])["Unpublish node-noted", "Publish node-1"]));
    }

    [Test]
    public async Task Without_our_mark_nothing_was_published_and_nothing_is_unpublished()
    {
        var rig = await Prepared();
        await Attaching(rig, new TestAttachment().Noted("node-noted"));
        Assert.That(NoteOn(await rig.World.UntilAttached("va")), Is.EqualTo("node-1"));
        Assert.That(Steps(rig), Is.EqualTo((string[])["Publish node-1"]));
    }

    [Test]
    public async Task One_that_vanishes_meanwhile_is_unpublished_from_the_former_id_all_the_same()
    {
        var rig = await Prepared();
        rig.Driver.Answer("ControllerUnpublishVolume", Fails(StatusCode.Internal, "busy"), DriverRule.Default);
        using var gate = rig.Driver.Hold("ControllerUnpublishVolume");
        await Attaching(rig, new TestAttachment().Held(TestVolume.OurFinalizer).Noted("node-noted"));
        await gate.Entered.WithinLimit();
        rig.World.Patch(World.Attachments, "va", """{"metadata":{"finalizers":null}}""");
        rig.World.Delete(World.Attachments, "va");
        gate.Release();
        await rig.Log.WaitForLine(l => l.StartsWith("Unpublished the volume of an attachment that vanished", StringComparison.Ordinal));
        Assert.That(Steps(rig), Is.EqualTo((string[])["Unpublish node-noted", "Unpublish node-noted"]));
    }

    private static async Task Attaching(AttacherRig rig, TestAttachment attachment)
    {
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Marked());
        rig.World.Add(attachment);
        await rig.Run();
    }

    private static List<string> Steps(AttacherRig rig) =>
        [.. rig.Driver.Calls.All.Where(c => c.Method is "ControllerPublishVolume" or "ControllerUnpublishVolume")
            .Select(c => $"{c.Method["Controller".Length..^"Volume".Length]} {World.Text(c.Request, "node_id")}")];

    private static string NoteOn(System.Text.Json.Nodes.JsonObject attachment) => World.Text(attachment, "metadata", "annotations", "csi.alpha.kubernetes.io/node-id");
}
