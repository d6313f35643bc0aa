namespace Sidecars.SnapshotController.Tests.Scenarios;

/// <summary>What is measured (snapshot controller contract 11).</summary>
internal sealed class MetricsTests : RigTest
{
    [Test]
    public async Task The_life_of_a_snapshot_is_measured_under_the_names_dashboards_know()
    {
        var (rig, content) = await Ready();
        await rig.World.UntilEventObject("s", "SnapshotReady");
        foreach (var operation in (string[])["CreateSnapshot", "CreateSnapshotAndReady"]) Assert.That(rig.MetricLines(), Has.Some.EqualTo(Count(operation, "success")));
        Assert.That(rig.MetricLines(), Has.Some.EqualTo("snapshot_controller_operations_in_flight 0"));

        await Begun(rig, "t");
        Assert.That(rig.MetricLines(), Has.Some.EqualTo("snapshot_controller_operations_in_flight 2"));
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.Until(World.Contents, content, World.IsBeingDeleted);
        rig.World.LetGo(content);
        await rig.World.UntilGone(World.Snapshots, "s");
        await Begun(rig, "u"); // behind it
        Assert.That(rig.MetricLines(), Has.Some.EqualTo(Count("DeleteSnapshot", "success")));
    }

    [Test]
    public async Task What_was_under_way_when_the_snapshot_was_deleted_is_cancelled()
    {
        var rig = await Started();
        rig.World.AddSnapshot("s", claim: "none");
        await rig.World.UntilError("s", "");
        rig.World.Delete(World.Snapshots, "s");
        await rig.World.UntilGone(World.Snapshots, "s");
        await Begun(rig, "t"); // behind it
        Assert.That(rig.MetricLines(), Has.Some.EqualTo(Count("CreateSnapshot", "cancel")));
        Assert.That(rig.MetricLines(), Has.Some.EqualTo("snapshot_controller_operations_in_flight 2"), "of the other one");
    }

    private static string Count(string operation, string status) =>
        $"snapshot_controller_operation_total_seconds_count{{driver_name=\"csi.example.com\",operation_name=\"{operation}\",operation_status=\"{status}\",snapshot_type=\"dynamic\"}} 1";
}
