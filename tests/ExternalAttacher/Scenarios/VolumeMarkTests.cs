using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Scenarios;

/// <summary>When a volume loses our mark (attacher contract 13).</summary>
internal sealed class VolumeMarkTests : RigTest
{
    private const string GceDisk = """{"pdName":"d"}""";

    private static IEnumerable<TestCaseData> Released()
    {
        yield return new TestCaseData(new TestVolume().Held(TestVolume.OurFinalizer, "example.com/a", "example.com/b"), true).SetName("A_volume_being_deleted");
        yield return new TestCaseData(new TestVolume().Held("example.com/a", "example.com/b", TestVolume.OurFinalizer), true).SetName("A_volume_being_deleted_that_others_hold_first");
        yield return new TestCaseData(new TestVolume().From("gcePersistentDisk", GceDisk).Held(TestVolume.OurFinalizer, "example.com/a", "example.com/b"), true).SetName("A_built_in_disk_being_deleted");
        yield return new TestCaseData(new TestVolume().From("gcePersistentDisk", GceDisk).Held("example.com/a", "example.com/b", TestVolume.OurFinalizer), false)
            .SetName("A_built_in_disk_that_is_not_migrated_any_more");
    }

    [TestCaseSource(nameof(Released))]
    public async Task Loses_the_mark_and_no_other(TestVolume volume, bool isDeleted)
    {
        var rig = await Prepared();
        rig.World.Add(volume);
        if (isDeleted) rig.World.Delete(World.Volumes, "pv");
        await rig.Run();
        var released = await rig.World.Until(World.Volumes, "pv", v => !World.Finalizers(v).Contains(TestVolume.OurFinalizer));
        Assert.That(World.Finalizers(released), Is.SupersetOf((string[])["example.com/a", "example.com/b"]));
    }

    private static IEnumerable<TestCaseData> Kept()
    {
        yield return new TestCaseData(new TestVolume().Marked()).SetName("A_volume_that_lives");
        yield return new TestCaseData(new TestVolume().From("gcePersistentDisk", GceDisk).Marked().Annotated("pv.kubernetes.io/migrated-to", "csi.example.com"))
            .SetName("A_built_in_disk_that_is_migrated_to_us");
        yield return new TestCaseData(new TestVolume().Held("example.com/a")).SetName("A_volume_without_the_mark");
    }

    [TestCaseSource(nameof(Kept))]
    public async Task Is_left_alone(TestVolume volume)
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.Add(volume);
        rig.World.Add(new TestVolume("pv-deleted").Held(TestVolume.OurFinalizer, "example.com/a"));
        rig.World.Delete(World.Volumes, "pv-deleted");
        await rig.Run();
        await rig.World.Until(World.Volumes, "pv-deleted", v => !World.Finalizers(v).Contains(TestVolume.OurFinalizer));
        await rig.Fence();
        Assert.That(rig.Writes.Select(w => w.Name).Where(n => n is "pv"), Is.Empty);
    }

    [Test]
    public async Task It_stays_until_the_last_of_two_attachments_is_gone()
    {
        var rig = await Prepared();
        rig.World.AddNode("n1", "node-1");
        rig.World.AddNode("n2", "node-2");
        rig.World.Add(new TestVolume());
        rig.World.Add(new TestAttachment("va-1"));
        rig.World.Add(new TestAttachment("va-2").To("n2"));
        await rig.Run();
        await rig.World.UntilAttached("va-1");
        await rig.World.UntilAttached("va-2");
        rig.World.Delete(World.Volumes, "pv");
        rig.World.Delete(World.Attachments, "va-1");
        await rig.World.UntilGone(World.Attachments, "va-1");
        rig.World.Add(new TestVolume("fence").Held(TestVolume.OurFinalizer, "example.com/a"));
        rig.World.Delete(World.Volumes, "fence");
        await rig.World.Until(World.Volumes, "fence", v => !World.Finalizers(v).Contains(TestVolume.OurFinalizer));
        Assert.That(World.Finalizers(rig.World.Find(World.Volumes, "pv")), Has.Member(TestVolume.OurFinalizer));
        rig.World.Delete(World.Attachments, "va-2");
        await rig.World.UntilGone(World.Volumes, "pv");
    }

    [Test]
    public async Task An_attach_that_comes_while_the_mark_is_taken_off_puts_it_on_again()
    {
        var rig = await Prepared();
        var held = rig.Cluster.Faults.Add(Patch(World.Volumes), new FaultAction.Hold(), times: 1);
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().From("gcePersistentDisk", GceDisk).Held("example.com/a", TestVolume.OurFinalizer));
        await rig.Run();
        await held.Reached.WithinLimit();
        rig.World.Add(new TestAttachment());
        // The attach lane takes one after the other in the order of arrival; one behind it has failed, so it is at work.
        rig.World.Add(new TestAttachment("later").Of("none"));
        await rig.World.UntilError("later");
        held.Release();
        await rig.World.UntilAttached("va");
        Assert.That(World.Finalizers(rig.World.Find(World.Volumes, "pv")), Is.EquivalentTo((string[])["example.com/a", TestVolume.OurFinalizer]));
    }

    [Test]
    public async Task A_successor_of_the_same_name_is_not_marked_for_its_predecessor()
    {
        var rig = await Prepared();
        var held = rig.Cluster.Faults.Add(Patch(World.Volumes), new FaultAction.Hold(), times: 1);
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().WithCsi("volumeAttributes", Json("""{"made":"first"}""")));
        await rig.Run();
        rig.World.Add(new TestAttachment());
        await held.Reached.WithinLimit();
        rig.World.Delete(World.Volumes, "pv");
        if (rig.World.Find(World.Volumes, "pv") is not null) rig.World.Patch(World.Volumes, "pv", """{"metadata":{"finalizers":null}}""");
        rig.World.Add(new TestVolume().WithCsi("volumeAttributes", Json("""{"made":"second"}""")));
        held.Release();
        await rig.World.UntilAttached("va");
        Assert.That(rig.Published.Select(p => World.Text(p, "volume_context", "made")), Is.All.EqualTo("second"));
        Assert.That(rig.Writes[0].Code, Is.EqualTo(422), "the mark was meant for the first one");
    }

    [Test]
    public async Task A_refused_write_is_tried_again()
    {
        var rig = await Prepared();
        rig.Cluster.Faults.Add(Patch(World.Volumes), Answers(403, "Forbidden"), times: 2);
        rig.World.Add(new TestVolume().Marked());
        rig.World.Delete(World.Volumes, "pv");
        await rig.Run();
        await rig.World.UntilGone(World.Volumes, "pv");
        Assert.That(rig.Writes.Select(w => w.Code), Is.EqualTo((int[])[403, 403, 200]));
    }

    [Test]
    public async Task A_list_that_changes_under_the_write_is_written_anew_without_a_pause()
    {
        var rig = await Prepared();
        var held = rig.Cluster.Faults.Add(Patch(World.Volumes), new FaultAction.Hold(), times: 1);
        rig.World.Add(new TestVolume().Held("example.com/a", TestVolume.OurFinalizer));
        rig.World.Delete(World.Volumes, "pv");
        await rig.Run();
        await held.Reached.WithinLimit();
        rig.World.Patch(World.Volumes, "pv", """{"metadata":{"finalizers":["external-attacher/csi-example-com"]}}""");
        held.Release();
        await rig.World.UntilGone(World.Volumes, "pv");
        Assert.That(rig.Log.Lines, Has.None.StartsWith("Retrying"));
    }
}
