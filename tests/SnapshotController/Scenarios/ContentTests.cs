namespace Sidecars.SnapshotController.Tests.Scenarios;

/// <summary>What a content needs of its own (snapshot controller contract 6).</summary>
internal sealed class ContentTests : RigTest
{
    [Test]
    public async Task A_content_that_is_bound_gets_its_mark_and_one_that_is_not_is_left_alone()
    {
        var rig = await Started();
        rig.World.AddContent("free", "none");
        rig.World.AddContent("bound", "none", uid: "u", metadata: """{"finalizers":["a/b"]}""");
        await rig.World.Until(World.Contents, "bound", c => World.Finalizers(c) is ["a/b", WellKnown.ContentFinalizer]);
        Assert.That(World.Finalizers(rig.World.Find(World.Contents, "free")), Is.Empty);
        Assert.That(World.IsBeingDeleted(rig.World.Find(World.Contents, "bound")!), Is.False, "never deleted because its snapshot is not known");
    }

    [Test]
    public async Task One_that_is_deleted_after_its_snapshot_was_removed_by_force_may_go()
    {
        var (rig, content) = await Ready();
        rig.World.Patch(World.Snapshots, "s", """{"metadata":{"finalizers":null}}""");
        await rig.World.Until(World.Snapshots, "s", s => World.Finalizers(s).Length is 2);
        await rig.Stop();
        rig.World.Patch(World.Snapshots, "s", """{"metadata":{"finalizers":null}}""");
        rig.World.Delete(World.Snapshots, "s");
        await rig.Run();
        await Begun(rig, "t");
        Assert.That(World.Annotation(rig.World.Find(World.Contents, content)!, WellKnown.BeingDeleted), Is.Null);
        rig.World.Delete(World.Contents, content);
        await rig.World.Until(World.Contents, content, c => World.Annotation(c, WellKnown.BeingDeleted) is "yes");
    }

    [TestCase("""{}""")]
    [TestCase("""{"volumeHandle":"v","snapshotHandle":"s"}""")]
    public async Task One_without_exactly_one_source_is_told_so(string source)
    {
        var rig = await Started();
        rig.World.AddContent("odd", "s", source: source);
        await rig.World.UntilEventObject("odd", "ContentValidationError");
    }
}
