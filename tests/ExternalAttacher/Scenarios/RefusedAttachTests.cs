namespace Sidecars.ExternalAttacher.Tests.Scenarios;

/// <summary>Attachments for which the driver is not even asked: the words are the originals' (attacher contract 8 and 16).</summary>
internal sealed class RefusedAttachTests : RigTest
{
    private static IEnumerable<TestCaseData> Refusals()
    {
        var any = new TestAttachment();
        yield return Case("No_volume", null, any, "persistentvolume \"pv\" not found", marks: false);
        yield return Case("A_volume_of_another_kind", new TestVolume().From("hostPath", """{"path":"/tmp"}"""), any, "pv spec contained non-csi source that was not migrated");
        yield return Case("An_inline_volume_of_another_kind", new TestVolume(), any.Inline(new TestVolume().From("hostPath", """{"path":"/tmp"}""")),
            "inline volume spec contains nil CSI source", marks: false);
        yield return Case("An_unknown_node", new TestVolume(), any.To("n9"), "csinode.storage.k8s.io \"n9\" not found");
        yield return Case("An_unknown_node_whose_name_was_noted", new TestVolume(), any.To("n9").Noted("node-9"), "csinode.storage.k8s.io \"n9\" not found");
        yield return Case("A_node_without_the_driver", new TestVolume(), any.To("other"), "CSINode other does not contain driver csi.example.com");
        yield return Case("A_missing_secret", new TestVolume().WithSecret("none"), any, "failed to load secret \"default/none\": secrets \"none\" not found");
        yield return Case("Reading_by_many_and_writing_by_one", new TestVolume().Accessed("ReadOnlyMany", "ReadWriteOnce"), any,
            "CSI does not support ReadOnlyMany and ReadWriteOnce on the same PersistentVolume");
        yield return Case("A_disk_of_zones_that_do_not_belong_together",
            new TestVolume().From("gcePersistentDisk", """{"pdName":"d"}""").Labelled("topology.kubernetes.io/zone", "us-east1-a__europe-west1-b").Annotated("pv.kubernetes.io/migrated-to", "csi.example.com"),
            any, "failed to translate in tree pv to CSI: zones us-east1-a, europe-west1-b are not all of one region");

        static TestCaseData Case(string name, TestVolume? volume, TestAttachment attachment, string error, bool marks = true) =>
            new TestCaseData(volume, attachment, error, marks).SetName(name);
    }

    [TestCaseSource(nameof(Refusals))]
    public async Task Refuses(TestVolume? volume, TestAttachment attachment, string error, bool marks)
    {
        var rig = await Prepared();
        rig.World.AddNode("n1", "node-1");
        rig.World.AddNode("other", "node-x", "other.example.com");
        if (volume is not null) rig.World.Add(volume);
        rig.World.Add(attachment);
        await rig.Run();
        Assert.That(await rig.World.UntilError("va"), Is.EqualTo(error));
        Assert.That(rig.World.ErrorOf("va", "attachError")!.Value.Code, Is.Null);
        Assert.That(rig.Published, Is.Empty);
        Assert.That(World.Finalizers(rig.World.Find(World.Attachments, "va")), Is.Empty, "it can be deleted without a call");
        if (volume is not null) Assert.That(World.Finalizers(rig.World.Find(World.Volumes, "pv")).Contains(TestVolume.OurFinalizer), Is.EqualTo(marks));

        rig.World.Delete(World.Attachments, "va");
        await rig.World.UntilGone(World.Attachments, "va");
        Assert.That(rig.Unpublished, Is.Empty);
    }

    [Test]
    public async Task A_volume_being_deleted_is_not_attached()
    {
        var rig = await Prepared();
        rig.World.AddNode("n1", "node-1");
        rig.World.Add(new TestVolume().Held("example.com/keep"));
        rig.World.Delete(World.Volumes, "pv");
        rig.World.Add(new TestAttachment());
        await rig.Run();
        Assert.That(await rig.World.UntilError("va"), Is.EqualTo("PersistentVolume \"pv\" is marked for deletion"));
        Assert.That(rig.Published, Is.Empty);
    }

    [Test]
    public async Task A_secret_that_is_no_text_is_an_error_of_the_call()
    {
        var rig = await Prepared();
        rig.World.AddNode("n1", "node-1");
        rig.World.AddSecret("s", ("blob", [0xff, 0xfe]));
        rig.World.Add(new TestVolume().WithSecret("s"));
        rig.World.Add(new TestAttachment());
        await rig.Run();
        Assert.That(await rig.World.UntilError("va"), Does.StartWith("rpc error: code = Internal desc = the value of key \"blob\" in secret \"default/s\" is not valid UTF-8"));
        Assert.That(rig.World.ErrorOf("va", "attachError")!.Value.Code, Is.EqualTo(13));
        Assert.That(rig.Published, Is.Empty);
    }

    [Test]
    public async Task A_node_that_comes_later_lets_the_next_try_go_well()
    {
        var rig = await Attaching(attachment: new TestAttachment().To("late"));
        await rig.World.UntilError("va");
        rig.World.AddNode("late", "node-l");
        await rig.World.UntilAttached("va");
        Assert.That(World.Text(rig.Published.Single(), "node_id"), Is.EqualTo("node-l"));
    }
}
