using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.ExternalProvisioner.Sources;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Scenarios;

/// <summary>Finalizers that an original has left on sources of clones and restores are taken off (provisioner contract 9.1 and 9.2).</summary>
internal sealed class SourceProtectionTests : RigTest
{
    private const string CloneFinalizer = "provisioner.storage.kubernetes.io/cloning-protection";
    private const string SnapshotFinalizer = "provisioner.storage.kubernetes.io/volumesnapshot-as-source-protection";
    private const string Snapshots = World.Snapshots;

    [Test]
    public async Task A_claim_that_is_deleted_loses_the_clone_protection_and_nothing_else()
    {
        var rig = await Started();
        rig.World.Add(Protected("source"));
        rig.World.Patch(World.Claims, "source", $$$"""{"metadata":{"finalizers":["example.com/own","{{{CloneFinalizer}}}"],"labels":{"a":"b"} } }""");
        rig.World.Delete(World.Claims, "source");
        var left = await rig.World.Until(World.Claims, "source", c => World.Finalizers(c) is ["example.com/own"]);
        Assert.That(World.Text(left, "metadata", "labels", "a"), Is.EqualTo("b"));
        rig.World.Patch(World.Claims, "source", """{"metadata":{"finalizers":null}}""");
        await rig.World.UntilGone(World.Claims, "source");
    }

    [Test]
    public async Task One_that_is_not_deleted_keeps_it()
    {
        var rig = await Started();
        rig.World.Add(Protected("kept"));
        rig.World.Add(Protected("gone"));
        rig.World.Delete(World.Claims, "gone");
        await rig.World.UntilGone(World.Claims, "gone");
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "kept")), Is.EqualTo((string[])[CloneFinalizer]));
    }

    [TestCase("bound", "dataSource")]
    [TestCase("deleted", "dataSource")]
    [TestCase("bound", "dataSourceRef")]
    public async Task One_of_which_a_clone_is_being_made_is_held_until_that_is_over(string end, string field)
    {
        var rig = await Started();
        rig.World.Add(Protected("source"));
        rig.World.Add(new TestClaim("clone").OfClass("missing").Specified(field, new JsonObject { ["kind"] = "PersistentVolumeClaim", ["name"] = "source" }));
        rig.World.Patch(World.Claims, "clone", """{"status":{"phase":"Pending"}}""", "status");
        rig.World.Add(Protected("other"));
        rig.World.Delete(World.Claims, "source");
        rig.World.Delete(World.Claims, "other");
        await rig.World.UntilGone(World.Claims, "other");
        Assert.That(rig.World.Find(World.Claims, "source"), Is.Not.Null);

        if (end is "bound") rig.World.Patch(World.Claims, "clone", """{"status":{"phase":"Bound"}}""", "status");
        else rig.World.Delete(World.Claims, "clone");
        await rig.World.UntilGone(World.Claims, "source");
    }

    [Test]
    public async Task One_whose_clone_is_noted_is_let_go_of_when_the_clone_is_bound()
    {
        var options = new RigOptions();
        var rig = await Started(options with { HasControllers = true, Provisioner = options.Provisioner with { NotesIntents = true } });
        rig.World.Add(new TestClass());
        rig.World.Add(new TestClaim("source").Unassigned());
        await rig.World.UntilBound("source");
        var gate = rig.Driver.Hold("CreateVolume");
        rig.World.Add(new TestClaim("clone").Unassigned().Specified("dataSource", new JsonObject { ["kind"] = "PersistentVolumeClaim", ["name"] = "source" }));
        await gate.Entered.WithinLimit();
        rig.World.Delete(World.Claims, "source");
        gate.Release();
        await rig.World.UntilBound("clone");
        await rig.World.UntilGone(World.Claims, "source");
    }

    [TestCase(false, false)]
    [TestCase(true, false)]
    [TestCase(true, true)]
    public async Task One_that_a_claim_of_another_namespace_wants_is_held_where_that_may_have_it(bool crosses, bool isGranted)
    {
        var rig = await Prepared(new RigOptions
        {
            Cluster = new ClusterOptions { FeatureGates = new Dictionary<string, bool> { ["CrossNamespaceVolumeDataSource"] = true } },
            Provisioner = new RigOptions().Provisioner with { Sources = new SourceOptions { CrossesNamespaces = crosses } },
        });
        rig.World.Add(new TestClass());
        rig.World.AddGrantKind();
        if (isGranted) rig.World.AddGrant(of: "default", to: "kube-system", "", "PersistentVolumeClaim");
        rig.World.Add(Protected("source"));
        var elsewhere = new TestClaim("stranger").Specified("dataSourceRef", new JsonObject { ["kind"] = "PersistentVolumeClaim", ["name"] = "source", ["namespace"] = "default" }).ToJson();
        elsewhere["metadata"]!["namespace"] = "kube-system";
        rig.World.Create(World.Claims, elsewhere);
        rig.World.Patch(World.Claims, "stranger", """{"status":{"phase":"Pending"}}""", "status", "kube-system");
        rig.World.Delete(World.Claims, "source");
        await rig.Run();
        await rig.World.UntilEvent("stranger", "ProvisioningFailed");
        if (!isGranted)
        {
            await rig.World.UntilGone(World.Claims, "source");
            return;
        }
        rig.World.Add(Protected("fence"));
        rig.World.Delete(World.Claims, "fence");
        await rig.World.UntilGone(World.Claims, "fence");
        Assert.That(rig.World.Find(World.Claims, "source"), Is.Not.Null);
    }

    [Test]
    public async Task One_that_a_claim_of_another_namespace_and_another_driver_names_is_let_go_of()
    {
        var rig = await Prepared(new RigOptions
        {
            Cluster = new ClusterOptions { FeatureGates = new Dictionary<string, bool> { ["CrossNamespaceVolumeDataSource"] = true } },
            Provisioner = new RigOptions().Provisioner with { Sources = new SourceOptions { CrossesNamespaces = true } },
        });
        rig.World.Add(new TestClass("foreign").OfProvisioner("other.example.com"));
        rig.World.Add(Protected("source"));
        var elsewhere = new TestClaim("stranger").OfClass("foreign").Annotated("volume.kubernetes.io/storage-provisioner", "other.example.com")
            .Specified("dataSourceRef", new JsonObject { ["kind"] = "PersistentVolumeClaim", ["name"] = "source", ["namespace"] = "default" }).ToJson();
        elsewhere["metadata"]!["namespace"] = "kube-system";
        rig.World.Create(World.Claims, elsewhere);
        rig.World.Patch(World.Claims, "stranger", """{"status":{"phase":"Pending"}}""", "status", "kube-system");
        rig.World.Delete(World.Claims, "source");
        await rig.Run();
        await rig.World.UntilGone(World.Claims, "source");
    }

    [Test]
    public async Task A_restore_that_begins_while_a_sweep_lets_go_of_others_keeps_its_snapshot()
    {
        var rig = await Prepared();
        rig.World.AddSnapshotKinds();
        foreach (var name in (string[])["a", "b", "c"]) rig.World.AddSnapshot(name, SnapshotFinalizer);
        var first = rig.Cluster.Faults.Add(To("update", Snapshots), new FaultAction.Hold(), times: 1);
        await rig.Run();
        await first.Reached.WithinLimit();
        string[] all = ["a", "b", "c"];
        var held = rig.Cluster.Requests.Entries.Last(r => r.Request is { Verb: "get", Resource: Snapshots }).Request.Name;
        var other = all.First(name => name != held);
        rig.World.Add(new TestClaim("restore").OfClass("missing")
            .Specified("dataSource", new JsonObject { ["apiGroup"] = "snapshot.storage.k8s.io", ["kind"] = "VolumeSnapshot", ["name"] = other }));
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying", StringComparison.Ordinal) && l.Contains("\"missing\" not found", StringComparison.Ordinal));
        first.Release();
        foreach (var name in all.Where(n => n != other)) await rig.World.Until(Snapshots, name, s => World.Finalizers(s).Length is 0);
        Assert.That(World.Finalizers(rig.World.Find(Snapshots, other)), Is.EqualTo((string[])[SnapshotFinalizer]));
    }

    [Test]
    public async Task Its_queue_has_a_metric_of_its_own()
    {
        var rig = await Started();
        rig.World.Add(Protected("source"));
        rig.World.Delete(World.Claims, "source");
        await rig.World.UntilGone(World.Claims, "source");
        Assert.That(rig.MetricLines(), Has.Some.StartsWith("workqueue_adds_total{name=\"clone-protection\"}"));
    }

    [Test]
    public async Task A_claim_somebody_else_changes_meanwhile_is_read_again()
    {
        var rig = await Started();
        rig.Cluster.Faults.Add(To("update", World.Claims), Answers(409, "Conflict"), times: 2);
        rig.World.Add(Protected("source"));
        rig.World.Delete(World.Claims, "source");
        await rig.World.UntilGone(World.Claims, "source");
        Assert.That(rig.Log.Lines, Has.None.StartsWith("Retrying"));
    }

    [Test]
    public async Task A_snapshot_nothing_is_restored_from_loses_the_protection_at_the_start_and_with_each_sweep()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.AddSnapshotKinds();
        rig.World.AddSnapshot("left", SnapshotFinalizer);
        rig.World.AddSnapshot("wanted", SnapshotFinalizer);
        rig.World.Add(new TestClaim("restore").OfClass("missing")
            .Specified("dataSource", new JsonObject { ["apiGroup"] = "snapshot.storage.k8s.io", ["kind"] = "VolumeSnapshot", ["name"] = "wanted" }));
        await rig.Run();
        await rig.World.Until(Snapshots, "left", s => World.Finalizers(s).Length is 0);
        Assert.That(World.Finalizers(rig.World.Find(Snapshots, "wanted")), Is.EqualTo((string[])[SnapshotFinalizer]));

        rig.World.Delete(World.Claims, "restore");
        await rig.Fence();
        rig.Advance(TimeSpan.FromMinutes(5));
        await rig.World.Until(Snapshots, "wanted", s => World.Finalizers(s).Length is 0);
    }

    [Test]
    public async Task A_snapshot_is_wanted_by_a_claim_we_do_not_know_yet()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.World.AddSnapshotKinds();
        await rig.Run();
        await rig.Log.WaitForLine(l => l.Contains("volumesnapshots?limit", StringComparison.Ordinal));
        Assert.That(rig.Cluster.Faults.SilenceWatches(To("watch", World.Claims)), Is.EqualTo(1));
        rig.World.Add(new TestClaim("restore").OfClass("of-another-driver")
            .Specified("dataSource", new JsonObject { ["apiGroup"] = "snapshot.storage.k8s.io", ["kind"] = "VolumeSnapshot", ["name"] = "wanted" }));
        rig.World.AddSnapshot("wanted", SnapshotFinalizer);
        rig.World.AddSnapshot("left", SnapshotFinalizer);
        rig.Advance(TimeSpan.FromMinutes(5));
        await rig.World.Until(Snapshots, "left", s => World.Finalizers(s).Length is 0);
        Assert.That(World.Finalizers(rig.World.Find(Snapshots, "wanted")), Is.EqualTo((string[])[SnapshotFinalizer]));
    }

    [Test]
    public async Task A_period_too_short_for_a_timer_is_a_second()
    {
        var options = RigOptions.WithStandingClock;
        var rig = await Prepared(options with { Provisioner = options.Provisioner with { SnapshotSweepInterval = TimeSpan.FromMicroseconds(500) } });
        rig.World.AddSnapshotKinds();
        await rig.Run();
        await rig.Log.WaitForLine(l => l.Contains("volumesnapshots?limit", StringComparison.Ordinal));
        rig.World.AddSnapshot("left", SnapshotFinalizer);
        rig.Advance(TimeSpan.FromSeconds(1));
        await rig.World.Until(Snapshots, "left", s => World.Finalizers(s).Length is 0);
    }

    [Test]
    public async Task Without_workers_for_it_clone_protection_stays_and_volumes_are_made()
    {
        var options = new RigOptions();
        var rig = await Started(options with { Provisioner = options.Provisioner with { CloningProtectionThreads = 0 } });
        rig.World.Add(Protected("source"));
        rig.World.Delete(World.Claims, "source");
        rig.World.Add(new TestClass());
        await rig.World.UntilProvisioned(rig.World.Add(new TestClaim()));
        Assert.That(World.Finalizers(rig.World.Find(World.Claims, "source")), Is.EqualTo((string[])[CloneFinalizer]));
    }

    [Test]
    public async Task Where_snapshots_may_not_be_listed_there_is_no_sweep()
    {
        var rig = await Prepared(RigOptions.WithStandingClock);
        rig.Cluster.Faults.Add(To("list", Snapshots), Answers(403, "Forbidden"));
        rig.World.AddSnapshotKinds();
        await rig.Run();
        await rig.Log.WaitForLine(l => l.StartsWith("No sweep of left-over source protection", StringComparison.Ordinal));
        rig.Advance(TimeSpan.FromMinutes(5));
        await rig.Fence();
        Assert.That(rig.Cluster.Requests.Count(To("list", Snapshots)), Is.EqualTo(1));
    }

    private static TestClaim Protected(string name) => new TestClaim(name).BoundTo("some-volume").Held(CloneFinalizer);
}
