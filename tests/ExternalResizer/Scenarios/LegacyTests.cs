using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalResizer.Tests.Scenarios;

/// <summary>With the gate of recovery off there are conditions alone (resizer contract 9), and without the other gate no notes on volumes.</summary>
internal sealed class LegacyTests : RigTest
{
    private static readonly RigOptions s_legacy = new RigOptions().With(o => o with { Recovers = false });

    [Test]
    public async Task The_node_is_told_by_a_condition_alone()
    {
        var rig = await Given(new TestClaim(), s_legacy, NodeIsNext());
        var claim = await rig.World.UntilCondition("FileSystemResizePending");
        Assert.That(World.Conditions(claim), Is.EqualTo((string[])["FileSystemResizePending"]));
        Assert.That((rig.World.AllocatedOf(), rig.World.StateOf(), rig.World.VolumeSizeOf()), Is.EqualTo(("", "", "2Gi")));
        await rig.Fence();
        Assert.That(rig.Expanded, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task The_controller_alone_ends_it()
    {
        var rig = await Given(new TestClaim(), s_legacy);
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.World.Conditions(), Is.Empty);
        Assert.That(rig.World.AllocatedOf(), Is.Empty);
        Assert.That(rig.World.Find(World.Claims, "a")!["metadata"]!["annotations"]?[World.NotRequired], Is.Null);
    }

    [Test]
    public async Task A_refusal_is_an_event_and_no_condition()
    {
        var rig = await Given(new TestClaim(), s_legacy, Fails(StatusCode.Internal, "expansion failed"), DriverRule.Default);
        await rig.World.UntilEvent("VolumeResizeFailed", "resize volume \"pv-a\" by resizer \"csi.example.com\" failed: rpc error: code = Internal desc = expansion failed");
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.Writes.Select(w => w.Body), Has.None.Contains("ControllerResizeError"));
    }

    /// <summary>Nothing on the claim would say that it waits.</summary>
    [TestCase(StatusCode.NotFound)]
    [TestCase(StatusCode.OutOfRange)]
    [TestCase(StatusCode.InvalidArgument)]
    public async Task A_size_that_the_driver_refuses_is_tried_again_with_back_off_alone(StatusCode code)
    {
        var rig = await Given(new TestClaim(), s_legacy, Fails(code), Fails(code), DriverRule.Default);
        await rig.World.UntilSized("2Gi"); // the long pause is longer than any wait here
        Assert.That(rig.Expanded, Has.Count.EqualTo(3));
        Assert.That(rig.Writes, Has.Count.EqualTo(3), "one mark, and what it came to");
    }

    [Test]
    public async Task A_note_that_no_node_has_to_follow_keeps_no_mark_from_standing()
    {
        var rig = await Given(new TestClaim().Annotated(World.NotRequired, "true"), s_legacy, Fails(StatusCode.Internal), Fails(StatusCode.Internal), DriverRule.Default);
        await rig.World.UntilSized("2Gi");
        Assert.That(rig.Writes, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_size_that_cannot_be_is_slow_here_too()
    {
        var rig = await Given(new TestClaim(), s_legacy with { ClockStands = true }, DriverRule.Answer("""{"capacity_bytes":"0"}"""));
        await rig.World.UntilEvent("VolumeResizeFailed", "invalid capacity");
        rig.AnswerExpand(DriverRule.Default);
        await rig.Fence();
        Assert.That(rig.World.SizeOf(), Is.EqualTo("1Gi"));
        rig.World.Ask("3Gi");
        await rig.World.UntilSized("3Gi");
    }

    [Test]
    public async Task Without_the_gate_of_notes_none_are_written_and_none_taken_off()
    {
        var rig = await Prepared(new RigOptions().With(o => o with { AnnotatesVolumes = false }));
        rig.AnswerExpand(NodeIsNext());
        rig.World.Add(new TestClaim());
        rig.World.Add(new TestClaim("left").AtRest().VolumeAnnotated((World.PreResize, "1Gi")));
        await rig.Run();
        await rig.World.UntilState("NodeResizePending");
        Assert.That(rig.World.Find(World.Volumes, "pv-a")!["metadata"]!["annotations"]?[World.PreResize], Is.Null);
        Assert.That(World.Text(rig.World.Find(World.Volumes, "pv-left"), "metadata", "annotations", World.PreResize), Is.EqualTo("1Gi"));
    }
}
