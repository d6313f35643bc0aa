using System.Text.Json.Nodes;

namespace Sidecars.ExternalSnapshotter.Tests.Scenarios;

/// <summary>What a call is composed of, and what is said where that is not to be had (snapshotter contract 5.1 and 5.3).</summary>
internal sealed class CompositionTests : RigTest
{
    private const string Main = "volumesnapshotcontents";
    private const string Status = "volumesnapshotcontents/status";

    [Test]
    public async Task Class_parameters_go_to_the_driver_without_the_reserved_ones_and_with_names_where_they_are_wanted()
    {
        var rig = await Prepared(new RigOptions().With(o => o with { ExtraCreateMetadata = true, Naming = RigOptions.Naming("p", 8) }));
        rig.World.AddClass("snap", new JsonObject
        {
            ["a"] = "b", ["csiFoo"] = "bar", ["csi.storage.k8s.io/snapshotter-secret-name"] = "n",
            ["csi.storage.k8s.io/snapshotter-secret-namespace"] = "n",
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
        var message = await rig.World.UntilError("c",
            "Failed to check and update snapshot content: failed to get input parameters to create snapshot for content c: ");
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
        Assert.That(await rig.World.UntilError("c"),
            Does.Contain("found unknown parameter key \\\"csi.storage.k8s.io/bim\\\" with reserved namespace csi.storage.k8s.io/"));
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
        Assert.That(await rig.World.UntilError("c"),
            Does.StartWith("Failed to create snapshot: ").And.Contain("volumesnapshotclass.snapshot.storage.k8s.io \\\"snap\\\" not found"));
        rig.World.AddClass("snap");
        await rig.World.UntilReady("c");
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
}
