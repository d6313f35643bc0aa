namespace Sidecars.ExternalAttacher.Tests.Scenarios;

/// <summary>Drivers that need no attaching (attacher contract 6).</summary>
internal sealed class TrivialTests : RigTest
{
    private static readonly RigOptions s_trivial = RigOptions.WithCapabilities("CREATE_DELETE_VOLUME");

    [Test]
    public async Task An_attachment_is_marked_as_attached_and_nothing_else_happens()
    {
        var rig = await Prepared(s_trivial);
        await rig.Run();
        rig.World.Add(new TestAttachment());
        var attached = await rig.World.UntilAttached("va");
        Assert.That(World.Finalizers(attached), Is.Empty);
        Assert.That(rig.Writes.Select(w => w.Resource), Is.EqualTo((string[])["volumeattachments/status"]));
        Assert.That(rig.Published, Is.Empty);
    }

    [Test]
    public async Task What_an_earlier_driver_left_on_it_is_taken_away()
    {
        var rig = await Prepared(s_trivial);
        rig.World.Add(new TestAttachment().InState("""{"attached":false,"attachError":{"message":"old"},"attachmentMetadata":{"k":"v"}}"""));
        await rig.Run();
        var attached = await rig.World.UntilAttached("va");
        Assert.That(attached["status"]!.ToJsonString(), Is.EqualTo("""{"attached":true}"""));
    }

    [Test]
    public async Task A_refused_write_is_tried_again()
    {
        var rig = await Prepared(s_trivial);
        rig.Cluster.Faults.Add(Patch(World.Attachments, "status"), Answers(403, "Forbidden"), times: 2);
        rig.World.Add(new TestAttachment());
        await rig.Run();
        await rig.World.UntilAttached("va");
        Assert.That(rig.Writes.Select(w => w.Code), Is.EqualTo((int[])[403, 403, 200]));
    }

    [Test]
    public async Task Attachments_of_others_are_left_alone()
    {
        var rig = await Prepared(s_trivial);
        rig.World.Add(new TestAttachment("foreign").By("other.example.com"));
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await rig.World.UntilAttached("va");
        Assert.That(rig.Writes.Select(w => w.Name), Is.EqualTo((string[])["va"]));
    }
}
