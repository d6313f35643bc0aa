namespace Sidecars.SnapshotController.Tests.Scenarios;

/// <summary>The class of a snapshot that names none (snapshot controller contract 4.1): what is wrong is told, and is over the moment the choice is clear.</summary>
internal sealed class DefaultClassTests : RigTest
{
    private const string Failed = "SetDefaultSnapshotClassFailed";

    [Test]
    public async Task The_one_default_class_of_the_volumes_driver_is_named_in_the_snapshot()
    {
        var rig = await Prepared();
        rig.World.AddClaim("a");
        rig.World.AddClass("ours", isDefault: true);
        rig.World.AddClass("others", driver: "other.example.com", isDefault: true);
        rig.World.AddClass("plain");
        await rig.Run();
        rig.World.AddSnapshot("s", className: null);
        var snapshot = await rig.World.Until(World.Snapshots, "s", s => World.Text(s, "status", "boundVolumeSnapshotContentName").Length > 0);
        Assert.That(World.Text(snapshot, "spec", "volumeSnapshotClassName"), Is.EqualTo("ours"));
        Assert.That(rig.Writes.Count(w => w.Resource is "volumesnapshots"), Is.EqualTo(1), "the class comes with the marks");
    }

    [Test]
    public async Task Without_a_default_class_the_snapshot_waits_for_one_and_takes_it_when_it_comes()
    {
        var rig = await Prepared(RigOptions.WithoutRetries);
        rig.World.AddClaim("a");
        rig.World.AddClass("others", driver: "other.example.com", isDefault: true);
        await rig.Run();
        rig.World.AddSnapshot("s", className: null);
        await rig.World.UntilError("s", "cannot find default snapshot class of driver csi.example.com");
        await rig.World.UntilEventObject("s", Failed, "have the administrator mark one");
        rig.World.AddClass("late", isDefault: true);
        await rig.World.Until(World.Snapshots, "s", s => World.Text(s, "spec", "volumeSnapshotClassName") is "late" && s["status"]?["error"] is null);
    }

    [TestCase("unmarked")]
    [TestCase("deleted")]
    [TestCase("named")]
    public async Task Of_two_default_classes_none_is_taken_until_the_choice_is_clear(string how)
    {
        var rig = await Prepared(RigOptions.WithoutRetries);
        rig.World.AddClaim("a");
        rig.World.AddClass("one", isDefault: true);
        rig.World.AddClass("two", isDefault: true);
        await rig.Run();
        rig.World.AddSnapshot("s", className: null);
        await rig.World.UntilError("s", "2 default snapshot classes were found for driver csi.example.com: one, two");
        await rig.World.UntilEventObject("s", Failed, "name one of them in the spec");
        Assert.That(rig.World.Find(World.Snapshots, "s")!["status"]!["readyToUse"], Is.Null);
        if (how is "unmarked") rig.World.Patch(World.Classes, "two", $$$"""{"metadata":{"annotations":{"{{{WellKnown.DefaultClass}}}":"false"} } }""");
        else if (how is "deleted") rig.World.Delete(World.Classes, "two");
        else rig.World.Patch(World.Snapshots, "s", """{"spec":{"volumeSnapshotClassName":"one"}}""");
        await rig.World.Until(World.Snapshots, "s", s => World.Text(s, "spec", "volumeSnapshotClassName") is "one" && s["status"]?["error"] is null);
        Assert.That(rig.World.All(World.Contents), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task The_claim_has_to_be_there_to_know_whose_default_is_meant()
    {
        var rig = await Prepared();
        rig.World.AddClass("one", isDefault: true);
        await rig.Run();
        rig.World.AddSnapshot("s", className: null);
        await rig.World.UntilError("s", "failed to retrieve PVC a");
        await rig.World.UntilEventObject("s", Failed, "make the claim");
    }
}
