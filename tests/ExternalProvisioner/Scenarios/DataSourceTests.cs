using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.EmbeddedCluster;
using Sidecars.ExternalProvisioner.Sources;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Scenarios;

/// <summary>Volumes that are filled from a snapshot or from another volume (provisioner contract 5.7 to 5.11 and 6).</summary>
internal sealed class DataSourceTests : RigTest
{
    private const string SnapshotFinalizer = "provisioner.storage.kubernetes.io/volumesnapshot-as-source-protection";
    private const string CloneFinalizer = "provisioner.storage.kubernetes.io/cloning-protection";
    private const string Snapshots = World.Snapshots;

    private static readonly ClusterOptions s_crossing = new() { FeatureGates = new Dictionary<string, bool> { ["CrossNamespaceVolumeDataSource"] = true } };

    private static RigOptions Crossing { get; } = new()
    {
        Cluster = s_crossing, Provisioner = new RigOptions().Provisioner with { Sources = new SourceOptions { CrossesNamespaces = true } },
    };

    [TestCase("dataSource")]
    [TestCase("dataSourceRef")]
    public async Task A_snapshot_is_held_while_a_volume_is_restored_from_it_and_let_go_of_when_that_is_saved(string field)
    {
        var rig = await Ready("s");
        var gate = rig.Driver.Hold("CreateVolume");
        var claim = rig.World.Add(new TestClaim().Specified(field, Snapshot("s")));
        await gate.Entered.WithinLimit();
        Assert.That(World.Finalizers(rig.World.Find(Snapshots, "s")), Is.EqualTo((string[])[SnapshotFinalizer]));
        Assert.That(rig.Calls("CreateVolume").Single()["volume_content_source"]!.ToJsonString(), Is.EqualTo("""{"snapshot":{"snapshot_id":"handle-of-s"}}"""));
        gate.Release();
        await rig.World.UntilProvisioned(claim);
        await rig.World.Until(Snapshots, "s", s => World.Finalizers(s).Length is 0);
    }

    [Test]
    public async Task A_snapshot_that_two_are_restored_from_is_held_until_the_second_is_saved()
    {
        var rig = await Ready("s");
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.DeadlineExceeded));
        var first = rig.World.Add(new TestClaim("first").Specified("dataSource", Snapshot("s")));
        await rig.World.UntilEvent("first", "ProvisioningFailed");
        rig.World.Add(new TestClaim("second").OfClass("missing").Specified("dataSource", Snapshot("s")));
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal) && l.Contains("\"missing\" not found", StringComparison.Ordinal));
        rig.Driver.Answer("CreateVolume");
        await rig.World.UntilEvent("first", "ProvisioningSucceeded");
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim("fence")));
        Assert.That(World.Finalizers(rig.World.Find(Snapshots, "s")), Is.EqualTo((string[])[SnapshotFinalizer]), "the second waits for its class");
        rig.World.Add(new TestClass("missing"));
        await rig.World.Until(Snapshots, "s", s => World.Finalizers(s).Length is 0);
        Assert.That(rig.World.Find(World.Volumes, $"pvc-{first.Uid}"), Is.Not.Null);
    }

    [Test]
    public async Task A_volume_whose_object_cannot_be_saved_yet_keeps_its_snapshot()
    {
        var rig = await Ready("s");
        var fault = rig.Cluster.Faults.Add(To("create", World.Volumes), Answers(500, "InternalError"));
        rig.World.Add(new TestClaim().Specified("dataSource", Snapshot("s")));
        await rig.Log.WaitForLine(l => l.StartsWith("Failed to save the object of a created volume", StringComparison.Ordinal));
        Assert.That(World.Finalizers(rig.World.Find(Snapshots, "s")), Is.EqualTo((string[])[SnapshotFinalizer]));
        rig.Cluster.Faults.Clear();
        await rig.World.Until(Snapshots, "s", s => World.Finalizers(s).Length is 0);
        Assert.That(fault, Is.Not.Null);
    }

    [Test]
    public async Task Where_snapshots_may_not_be_written_a_volume_is_restored_all_the_same()
    {
        var rig = await Ready("s");
        rig.Cluster.Faults.Add(To("update", Snapshots), Answers(403, "Forbidden"));
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim().Specified("dataSource", Snapshot("s"))));
        await rig.Log.WaitForLine(l => l.StartsWith("Restoring from a snapshot that may be deleted meanwhile", StringComparison.Ordinal));
    }

    [Test] // 46
    public async Task A_driver_that_does_not_say_that_it_filled_the_volume_has_it_taken_back()
    {
        var rig = await Ready("s");
        rig.Driver.Answer("CreateVolume", DriverRule.Answer("""{"volume":{"volume_id":"empty","capacity_bytes":"1073741824"}}"""), DriverRule.Default);
        var claim = rig.World.Add(new TestClaim().Specified("dataSource", Snapshot("s")));
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"), Does.Contain("volume content source missing"));
        await rig.World.UntilProvisioned(claim);
        Assert.That(World.Text(rig.Calls("DeleteVolume").Single(), "volume_id"), Is.EqualTo("empty"));
    }

    [Test] // 45
    public async Task A_snapshot_that_becomes_ready_is_restored()
    {
        var rig = await Ready("s");
        rig.World.Patch(Snapshots, "s", """{"status":{"readyToUse":false}}""", "status");
        var claim = rig.World.Add(new TestClaim().Specified("dataSource", Snapshot("s")));
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"),
            Is.EqualTo("error getting handle for DataSource Type VolumeSnapshot by Name s: snapshot s is not Ready"));
        Assert.That(World.Finalizers(rig.World.Find(Snapshots, "s")), Is.Empty, "nothing is held for what is not fit");
        rig.World.Patch(Snapshots, "s", """{"status":{"readyToUse":true}}""", "status");
        await rig.World.UntilProvisioned(claim);
    }

    [Test] // 52
    public async Task A_clone_is_told_its_source_and_holds_it()
    {
        var rig = await Ready("s");
        rig.World.Add(new TestClass("of-the-source"));
        AddSource(rig);
        var claim = rig.World.Add(new TestClaim().Specified("dataSource", Claim("source")));
        await rig.World.UntilProvisioned(claim);
        Assert.That(rig.Calls("CreateVolume").Single()["volume_content_source"]!.ToJsonString(), Is.EqualTo("""{"volume":{"volume_id":"handle-of-pv-of-source"}}"""));
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "source")), Is.EqualTo((string[])[CloneFinalizer]));
        Assert.That(rig.Cluster.Requests.Entries.Count(r => r.Request is { Resource: World.Claims, Verb: "get", Name: "source" }), Is.EqualTo(2), "read, and read for the finalizer");
    }

    [Test]
    public async Task A_clone_that_may_be_under_way_goes_on_although_its_source_is_being_deleted()
    {
        var rig = await Ready("s");
        rig.World.Add(new TestClass("of-the-source"));
        AddSource(rig);
        rig.Driver.Answer("CreateVolume", Fails(StatusCode.DeadlineExceeded));
        var claim = rig.World.Add(new TestClaim().Specified("dataSource", Claim("source")));
        rig.World.Patch(World.Claims, "claim", """{"status":{"phase":"Pending"}}""", "status");
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "DeadlineExceeded");
        rig.World.Delete(World.Claims, "source");
        rig.Driver.Answer("CreateVolume");
        await rig.World.UntilProvisioned(claim);
        Assert.That(rig.World.Find(World.Claims, "source"), Is.Not.Null, "held until the clone is bound");
        rig.World.Patch(World.Claims, "claim", """{"status":{"phase":"Bound"}}""", "status");
        await rig.World.UntilGone(World.Claims, "source");
    }

    [Test] // 28
    public async Task A_kind_nobody_here_knows_is_left_to_its_populator()
    {
        var rig = await Ready("s");
        rig.World.Add(new TestClaim().Specified("dataSourceRef", new JsonObject { ["apiGroup"] = "example.com", ["kind"] = "MyPopulator", ["name"] = "p" }));
        Assert.That(await rig.World.UntilEvent("claim", "Provisioning", "populator"), Is.EqualTo("Assuming an external populator will provision the volume"));
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim("fence")));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Has.Count.EqualTo(1));
    }

    [Test] // 50 and 51
    public async Task A_snapshot_of_another_namespace_is_restored_where_a_grant_allows_it()
    {
        var rig = await Prepared(Crossing);
        rig.World.Add(new TestClass());
        rig.World.AddSnapshotKinds();
        rig.World.AddReadySnapshot("s", "kube-system");
        await rig.Run();
        var source = Snapshot("s");
        source["namespace"] = "kube-system";
        var claim = rig.World.Add(new TestClaim().Specified("dataSourceRef", source));
        const string refusal = "accessing kube-system/s of VolumeSnapshot dataSource from default/claim isn't allowed";
        Assert.That(await rig.World.UntilEvent("claim", "ProvisioningFailed"), Does.StartWith(refusal).And.Contain("this cluster has no ReferenceGrants"));

        rig.World.AddGrantKind();
        await rig.World.UntilEvent("claim", "ProvisioningFailed", "it takes a ReferenceGrant in namespace kube-system");
        rig.World.AddGrant(of: "kube-system", to: "default", "snapshot.storage.k8s.io", "VolumeSnapshot");
        await rig.World.UntilProvisioned(claim);
        Assert.That(rig.Calls("CreateVolume").Single()["volume_content_source"]!.ToJsonString(), Does.Contain("handle-of-s"));
    }

    private async Task<ProvisionerRig> Ready(string snapshot)
    {
        var rig = await Prepared(new RigOptions { Provisioner = new RigOptions().Provisioner with { SnapshotSweepInterval = TimeSpan.Zero } });
        rig.World.Add(new TestClass());
        rig.World.AddSnapshotKinds();
        rig.World.AddReadySnapshot(snapshot);
        await rig.Run();
        return rig;
    }

    /// <summary>A claim of another class, bound to a volume of the driver.</summary>
    private static void AddSource(ProvisionerRig rig)
    {
        var source = rig.World.Add(new TestClaim("source").OfClass("of-the-source").BoundTo("pv-of-source"));
        rig.World.Patch(World.Claims, "source", """{"status":{"phase":"Bound"}}""", "status");
        rig.World.Add(new TestVolume("pv-of-source").OfClass("of-the-source").ClaimedBy(source.Uid, "source"));
    }

    private static JsonObject Snapshot(string name) => new() { ["apiGroup"] = "snapshot.storage.k8s.io", ["kind"] = "VolumeSnapshot", ["name"] = name };

    private static JsonObject Claim(string name) => new() { ["kind"] = "PersistentVolumeClaim", ["name"] = name };
}
