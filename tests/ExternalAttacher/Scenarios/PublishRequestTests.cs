using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.ExternalAttacher.Tests.Scenarios;

/// <summary>What the driver is asked for which volume (attacher contract 8.2).</summary>
internal sealed class PublishRequestTests : RigTest
{
    private static readonly RigOptions s_readOnly = RigOptions.WithCapabilities("PUBLISH_UNPUBLISH_VOLUME", "PUBLISH_READONLY");
    private static readonly RigOptions s_multiWriter = RigOptions.WithCapabilities("PUBLISH_UNPUBLISH_VOLUME", "SINGLE_NODE_MULTI_WRITER");

    private static IEnumerable<TestCaseData> Volumes()
    {
        var any = new TestVolume();
        yield return Case("A_plain_volume", any, "ext4", "MULTI_NODE_MULTI_WRITER");
        yield return Case("A_volume_with_its_own_file_system", any.WithCsi("fsType", "ext3"), "ext3", "MULTI_NODE_MULTI_WRITER");
        yield return Case("Access_once", any.Accessed("ReadWriteOnce"), "ext4", "SINGLE_NODE_WRITER");
        yield return Case("Access_once_at_a_driver_that_knows_more", any.Accessed("ReadWriteOnce"), "ext4", "SINGLE_NODE_MULTI_WRITER", s_multiWriter);
        yield return Case("Access_by_one_pod", any.Accessed("ReadWriteOncePod"), "ext4", "SINGLE_NODE_WRITER");
        yield return Case("Access_by_one_pod_at_a_driver_that_knows_more", any.Accessed("ReadWriteOncePod"), "ext4", "SINGLE_NODE_SINGLE_WRITER", s_multiWriter);
        yield return Case("The_widest_of_three_modes", any.Accessed("ReadWriteMany", "ReadOnlyMany", "ReadWriteOnce"), "ext4", "MULTI_NODE_MULTI_WRITER");
        yield return Case("Reading_by_many", any.Accessed("ReadOnlyMany"), "ext4", "MULTI_NODE_READER_ONLY");

        static TestCaseData Case(string name, TestVolume volume, string fsType, string mode, RigOptions? options = null) =>
            new TestCaseData(volume, fsType, mode, options ?? new RigOptions()).SetName(name);
    }

    [TestCaseSource(nameof(Volumes))]
    public async Task Capability_of(TestVolume volume, string fsType, string mode, RigOptions options)
    {
        var rig = await Attached(volume, options);
        var expected = Json($$$"""
            {"volume_id":"{{{volume.Handle}}}","node_id":"node-1",
             "volume_capability":{"mount":{"fs_type":"{{{fsType}}}"},"access_mode":{"mode":"{{{mode}}}"} } }
            """);
        Assert.That(JsonNode.DeepEquals(rig.Published.Single(), expected), Is.True, rig.Published[0].ToJsonString());
    }

    [Test]
    public async Task A_block_volume_has_neither_file_system_nor_mount_flags()
    {
        var rig = await Attached(new TestVolume().With("volumeMode", "Block").With("mountOptions", new JsonArray("noatime")));
        Assert.That(rig.Published.Single()["volume_capability"]!.ToJsonString(), Is.EqualTo("""{"block":{},"access_mode":{"mode":"MULTI_NODE_MULTI_WRITER"}}"""));
    }

    [Test]
    public async Task Mount_options_keep_their_order()
    {
        var rig = await Attached(new TestVolume().With("mountOptions", new JsonArray("second", "first")));
        Assert.That(rig.Published.Single()["volume_capability"]!["mount"]!["mount_flags"]!.ToJsonString(), Is.EqualTo("""["second","first"]"""));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Read_only_is_said_to_drivers_that_understand_it(bool understands)
    {
        var rig = await Attached(new TestVolume().WithCsi("readOnly", true), understands ? s_readOnly : new RigOptions());
        Assert.That(rig.Published.Single()["readonly"]?.GetValue<bool>() ?? false, Is.EqualTo(understands));
    }

    [Test]
    public async Task The_drivers_own_attributes_come_back_to_it_unchanged()
    {
        var rig = await Attached(new TestVolume().WithCsi("volumeAttributes", Json("""{"foo":"bar","storage.kubernetes.io/csiProvisionerIdentity":"x"}""")));
        Assert.That(rig.Published.Single()["volume_context"]!.ToJsonString(), Is.EqualTo("""{"foo":"bar","storage.kubernetes.io/csiProvisionerIdentity":"x"}"""));
    }

    [Test]
    public async Task A_secret_goes_to_the_driver_with_both_calls()
    {
        var rig = await Prepared();
        rig.World.AddNode("n1", "node-1");
        rig.World.AddSecret("s", ("user", "admin"u8.ToArray()), ("pass", Encoding.UTF8.GetBytes("gehöim")));
        rig.World.Add(new TestVolume().WithSecret("s"));
        rig.World.Add(new TestAttachment());
        await rig.Run();
        await rig.World.UntilAttached("va");
        rig.World.Delete(World.Attachments, "va");
        await rig.World.UntilGone(World.Attachments, "va");
        foreach (var call in (JsonObject[])[rig.Published.Single(), rig.Unpublished.Single()])
        {
            Assert.That(World.Text(call, "secrets", "user"), Is.EqualTo("admin"));
            Assert.That(World.Text(call, "secrets", "pass"), Is.EqualTo("gehöim"));
        }
    }

    [Test]
    public async Task An_empty_secret_is_none()
    {
        var rig = await Prepared();
        rig.World.AddNode("n1", "node-1");
        rig.World.AddSecret("s");
        rig.World.Add(new TestVolume().WithSecret("s"));
        rig.World.Add(new TestAttachment());
        await rig.Run();
        await rig.World.UntilAttached("va");
        Assert.That(rig.Published.Single().ContainsKey("secrets"), Is.False);
    }

    [Test]
    public async Task An_inline_volume_is_published_by_what_the_attachment_says_and_no_volume_is_written()
    {
        var inline = new TestVolume("inline").Accessed("ReadWriteOnce").WithCsi("readOnly", true).WithCsi("volumeAttributes", Json("""{"foo":"bar"}"""));
        var rig = await Attaching(attachment: new TestAttachment().Inline(inline), options: s_readOnly);
        await rig.World.UntilAttached("va");
        var expected = Json("""
            {"volume_id":"handle-inline","node_id":"node-1","readonly":true,"volume_context":{"foo":"bar"},
             "volume_capability":{"mount":{"fs_type":"ext4"},"access_mode":{"mode":"SINGLE_NODE_WRITER"}}}
            """);
        Assert.That(JsonNode.DeepEquals(rig.Published.Single(), expected), Is.True, rig.Published[0].ToJsonString());
        Assert.That(rig.WrittenTo("va"), Is.EqualTo((string[])["volumeattachments", "volumeattachments/status"]));

        rig.World.Delete(World.Attachments, "va");
        await rig.World.UntilGone(World.Attachments, "va");
        Assert.That(rig.Unpublished.Single().ToJsonString(), Is.EqualTo("""{"volume_id":"handle-inline","node_id":"node-1"}"""));
    }

    [Test]
    public async Task A_volume_that_names_another_driver_is_published_where_the_attachment_names_ours()
    {
        var rig = await Attached(new TestVolume().WithCsi("driver", "other.example.com").WithCsi("volumeAttributes", Json("""{"foo":"bar"}""")).Held("example.com/other"));
        Assert.That(World.Text(rig.Published.Single(), "volume_context", "foo"), Is.EqualTo("bar"));
        Assert.That(World.Finalizers(rig.World.Find(World.Volumes, "pv")), Is.EqualTo((string[])["example.com/other", TestVolume.OurFinalizer]));
    }

    [Test]
    public async Task A_disk_of_a_built_in_plugin_is_published_by_its_translated_handle_and_measured_as_migrated()
    {
        var volume = new TestVolume().From("gcePersistentDisk", """{"pdName":"testpd"}""").Labelled("topology.kubernetes.io/zone", "testZone").Accessed("ReadWriteOnce")
            .Annotated("pv.kubernetes.io/migrated-to", "csi.example.com");
        var rig = await Attached(volume);
        var call = rig.Published.Single();
        Assert.That(World.Text(call, "volume_id"), Is.EqualTo("projects/UNSPECIFIED/zones/testZone/disks/testpd"));
        Assert.That(call["volume_context"]!.ToJsonString(), Is.EqualTo("""{"partition":""}"""));
        rig.World.Delete(World.Attachments, "va");
        await rig.World.UntilGone(World.Attachments, "va");
        Assert.That(World.Text(rig.Unpublished.Single(), "volume_id"), Is.EqualTo("projects/UNSPECIFIED/zones/testZone/disks/testpd"));
        foreach (var method in (string[])["ControllerPublishVolume", "ControllerUnpublishVolume"])
            Assert.That(rig.MetricLines(), Has.Some.Matches<string>(l => l!.StartsWith("csi_sidecar_operations_seconds_count", StringComparison.Ordinal)
                && l.Contains(method, StringComparison.Ordinal) && l.Contains("migrated=\"true\"", StringComparison.Ordinal)));
    }
}
