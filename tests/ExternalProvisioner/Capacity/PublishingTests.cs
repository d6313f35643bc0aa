using Grpc.Core;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Capacity;

/// <summary>Which objects of capacity there are, and when they are written (provisioner contract 9.3, scenarios 78 and 79).</summary>
internal sealed class PublishingTests : CapacityRigTest
{
    [Test]
    public async Task Each_class_in_each_segment_has_one_object_that_is_written_only_when_the_answer_changes()
    {
        var rig = await TwoZones(Options(clockStands: true), "fast", "slow");
        await rig.Run();
        await UntilCreated(rig, 4);
        Assert.That(PublishedBy(rig), Is.EqualTo((string[])["fast z1 10Gi", "fast z2 10Gi", "slow z1 10Gi", "slow z2 10Gi"]));
        Assert.That(rig.Calls("GetCapacity").Select(c => World.Text(c, "parameters", "class") + World.Text(c, "accessible_topology", "segments", "zone")),
            Is.EquivalentTo((string[])["fastz1", "fastz2", "slowz1", "slowz2"]));

        rig.Advance(Poll);
        await rig.Driver.WaitForCalls("GetCapacity", 8);
        Answer(rig, 5L << 30, largest: 1L << 30);
        rig.Advance(Poll);
        await UntilUpdated(rig, 4);
        Assert.That(PublishedBy(rig), Is.EqualTo((string[])["fast z1 5Gi", "fast z2 5Gi", "slow z1 5Gi", "slow z2 5Gi"]));
        Assert.That(rig.World.All(Capacities).Select(o => World.Text(o, "maximumVolumeSize")), Is.All.EqualTo("1Gi"));
        Assert.That((rig.Calls("GetCapacity").Count, Writes(rig, "create"), Writes(rig, "update"), Writes(rig, "delete")), Is.EqualTo((12, 4, 4, 0)));
        Assert.That(rig.Cluster.Requests.Count(To("get", Capacities)), Is.Zero);
    }

    [Test]
    public async Task What_others_put_on_an_object_stays_on_it()
    {
        var rig = await TwoZones(Options(clockStands: true), "fast");
        AddObject(rig, "csisc-old", "z1", more: ""","generateName":"csisc-","annotations":{"a":"b"},"finalizers":["example.com/f"]""");
        rig.World.Patch(Capacities, "csisc-old", """{"metadata":{"labels":{"team":"storage"} } }""");
        await rig.Run();
        var updated = await rig.World.Until(Capacities, "csisc-old", o => World.Text(o, "capacity") is "10Gi");
        Assert.That(updated["metadata"]!.AsObject().Where(m => m.Key is "generateName" or "annotations" or "finalizers").Select(m => m.Value!.ToJsonString()),
            Is.EquivalentTo((string[])["\"csisc-\"", """{"a":"b"}""", """["example.com/f"]"""]));
        Assert.That(World.Text(updated, "metadata", "labels", "team"), Is.EqualTo("storage"));
        await UntilCreated(rig, 1);
        Assert.That((Writes(rig, "create"), Writes(rig, "update")), Is.EqualTo((1, 1)), "the other zone's is new");
    }

    [TestCase(false, "delayed z1 10Gi")]
    [TestCase(true, "delayed z1 10Gi|fast z1 10Gi")]
    public async Task Classes_with_immediate_binding_count_where_that_is_asked_for(bool covered, string published)
    {
        var rig = await Prepared(Options(capacity: Published with { CoversImmediateBinding = covered }));
        AddNode(rig, "n1", "z1");
        rig.World.Add(new TestClass());
        rig.World.Add(new TestClass("other").OfProvisioner("other.example.com").Delayed());
        rig.World.Add(new TestClass("delayed").Delayed());
        await rig.Run();
        await UntilCreated(rig, published.Split('|').Length);
        Assert.That(PublishedBy(rig), Is.EqualTo(published.Split('|')));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Without_topology_there_is_one_segment_once_the_driver_is_on_a_node(bool announcesTopology)
    {
        var options = Options(hasTopology: announcesTopology, clockStands: true);
        var rig = await Prepared(options with { Provisioner = options.Provisioner with { UsesTopology = false } });
        rig.World.Add(Delayed("fast"));
        await rig.Run();
        await rig.Log.WaitForLine(l => l.Contains("csinodes", StringComparison.Ordinal));
        Assert.That(rig.Calls("GetCapacity"), Is.Empty);
        AddNode(rig, "n1", "z1");
        await UntilCreated(rig, 1);
        AddNode(rig, "n2", "z2");
        Assert.That(rig.Calls("GetCapacity").Single().ContainsKey("accessible_topology"), Is.False);
        Assert.That(rig.World.All(Capacities).Single()["nodeTopology"]!.ToJsonString(), Is.EqualTo("{}"));

        // Another process finds it, whether the server says no labels or an empty map, and leaves it.
        await rig.Stop();
        await rig.Run();
        await rig.Driver.WaitForCalls("GetCapacity", 2);
        rig.World.Delete("csinodes", "n1");
        rig.World.Delete("csinodes", "n2");
        await rig.World.UntilGone(Capacities, World.Text(rig.World.All(Capacities).Single(), "metadata", "name"));
        Assert.That((Writes(rig, "create"), Writes(rig, "update"), Writes(rig, "delete")), Is.EqualTo((1, 0, 1)));
        Assert.That(rig.Cluster.Requests.Entries.Where(r => r.Request.Resource is "nodes"), Is.Empty);
    }

    [TestCase("storageclasses", "slow")]
    [TestCase("csinodes", "n2")]
    [TestCase("nodes", "n2")]
    public async Task What_there_is_no_more_loses_its_object(string resource, string name)
    {
        var rig = await TwoZones(Options(), "fast", "slow");
        await rig.Run();
        await UntilCreated(rig, 4);
        var gone = rig.World.All(Capacities).Where(o => resource is "storageclasses" ? World.Text(o, "storageClassName") == name : World.Text(o, "nodeTopology", "matchLabels", "zone") is "z2").ToList();
        Assert.That(gone, Has.Count.EqualTo(2));
        rig.World.Delete(resource, name);
        foreach (var item in gone) await rig.World.UntilGone(Capacities, World.Text(item, "metadata", "name"));
        Assert.That(rig.World.All(Capacities), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_new_node_and_a_new_class_have_their_objects_at_once()
    {
        var rig = await Prepared(Options(clockStands: true));
        await rig.Run();
        rig.World.Add(Delayed("fast"));
        AddNode(rig, "n1", "z1");
        await UntilCreated(rig, 1);
        rig.World.Add(Delayed("slow"));
        await UntilCreated(rig, 2);
        AddNode(rig, "n2", "z1");
        AddNode(rig, "n3", "z3");
        await UntilCreated(rig, 4);
        Assert.That(PublishedBy(rig), Is.EqualTo((string[])["fast z1 10Gi", "fast z3 10Gi", "slow z1 10Gi", "slow z3 10Gi"]));
    }

    [Test]
    public async Task Left_over_objects_go_and_foreign_ones_stay()
    {
        var rig = await TwoZones(Options(), "fast");
        AddObject(rig, "of-no-class", "z1", storageClass: "gone");
        AddObject(rig, "of-no-segment", "z9");
        rig.World.Create(Capacities, Json($$$"""{"metadata":{"name":"of-nowhere","namespace":"default","labels":{{{OurLabels}}} },"storageClassName":"fast"}"""));
        AddObject(rig, "of-another-manager", "z1", labels: """{"csi.storage.k8s.io/drivername":"csi.example.com","csi.storage.k8s.io/managed-by":"somebody"}""");
        AddObject(rig, "of-another-driver", "z1", labels: """{"csi.storage.k8s.io/drivername":"other.example.com","csi.storage.k8s.io/managed-by":"external-provisioner"}""");
        await rig.Run();
        foreach (var name in (string[])["of-no-class", "of-no-segment", "of-nowhere"]) await rig.World.UntilGone(Capacities, name);
        await UntilCreated(rig, 2);
        Assert.That(rig.World.All(Capacities), Has.Count.EqualTo(4));
        Assert.That(PublishedBy(rig), Is.EqualTo((string[])["fast z1 10Gi", "fast z1 1Gi", "fast z1 1Gi", "fast z2 10Gi"]));
    }

    [Test]
    public async Task Of_two_objects_for_one_item_always_the_same_stays()
    {
        var rig = await TwoZones(Options(), "fast");
        rig.Driver.Hold("GetCapacity"); // the second is deleted whatever the driver says
        AddObject(rig, "csisc-b", "z1", capacity: "10Gi");
        AddObject(rig, "csisc-a", "z1", capacity: "10Gi");
        var oldest = rig.World.All(Capacities).OrderBy(o => World.Text(o, "metadata", "creationTimestamp"), StringComparer.Ordinal)
            .ThenBy(o => World.Text(o, "metadata", "name"), StringComparer.Ordinal).Select(o => World.Text(o, "metadata", "name")).First();
        await rig.Run();
        await rig.World.UntilGone(Capacities, oldest is "csisc-a" ? "csisc-b" : "csisc-a");
        Assert.That(rig.World.Find(Capacities, oldest), Is.Not.Null);
    }

    [Test]
    public async Task A_deleted_object_comes_back_and_a_relabelled_one_is_left_and_replaced()
    {
        var rig = await TwoZones(Options(clockStands: true), "fast");
        await rig.Run();
        await UntilCreated(rig, 2);
        var (first, second) = (NameOf(rig, "z1"), NameOf(rig, "z2"));
        rig.World.Delete(Capacities, first);
        await UntilCreated(rig, 3);
        rig.World.Patch(Capacities, second, """{"metadata":{"labels":{"csi.storage.k8s.io/managed-by":"somebody"} } }""");
        await UntilCreated(rig, 4);
        Assert.That(PublishedBy(rig), Is.EqualTo((string[])["fast z1 10Gi", "fast z2 10Gi", "fast z2 10Gi"]));
        Assert.That(rig.World.Find(Capacities, second), Is.Not.Null);
        Assert.That(Writes(rig, "delete"), Is.Zero);
    }

    [Test]
    public async Task A_driver_that_fails_is_asked_again_with_back_off_and_the_old_object_stays()
    {
        var rig = await Prepared(Options(clockStands: true));
        AddNode(rig, "n1", "z1");
        rig.World.Add(Delayed("fast"));
        AddObject(rig, "csisc-old", "z1");
        rig.Driver.Answer("GetCapacity", Fails(StatusCode.Internal, "no pool"), Fails(StatusCode.Internal), DriverRule.Default);
        await rig.Run();
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying capacity fast{zone=z1}", StringComparison.Ordinal) && l.Contains("the driver does not say the capacity of fast{zone=z1}: ", StringComparison.Ordinal) && l.Contains("no pool", StringComparison.Ordinal));
        Assert.That(PublishedBy(rig), Is.EqualTo((string[])["fast z1 1Gi"]));
        rig.Advance(TimeSpan.FromSeconds(1));
        await rig.Log.WaitForLine(l => l.StartsWith("Retrying capacity fast{zone=z1}", StringComparison.Ordinal) && l.Contains("00:00:02", StringComparison.Ordinal));
        rig.Advance(TimeSpan.FromSeconds(2));
        await rig.World.Until(Capacities, "csisc-old", o => World.Text(o, "capacity") is "10Gi");
        Assert.That(rig.Calls("GetCapacity"), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_capacity_below_nothing_is_not_published()
    {
        var rig = await TwoZones(Options(), "fast");
        Answer(rig, -1);
        await rig.Run();
        await rig.Log.WaitForLine(l => l.Contains("is -1, which is a fault of the driver", StringComparison.Ordinal));
        Assert.That(Writes(rig, "create"), Is.Zero);
    }

    [Test]
    public async Task While_a_driver_is_slow_nothing_piles_up_and_nothing_is_made_twice()
    {
        var rig = await TwoZones(Options(clockStands: true), "fast", "slow");
        using var gate = rig.Driver.Hold("GetCapacity");
        await rig.Run();
        await gate.Entered.WithinLimit();
        for (var poll = 0; poll < 4; poll++) rig.Advance(Poll);
        rig.World.Patch("storageclasses", "slow", """{"metadata":{"labels":{"a":"b"} } }""");
        await rig.Fence();
        Assert.That(Metric(rig, "workqueue_depth{name=\"csistoragecapacity\"}"), Is.InRange(3, 4));
        gate.Release();
        await UntilCreated(rig, 4);
        await rig.Driver.WaitForCalls("GetCapacity", 5); // the one that was under way comes up once more
        Assert.That((Writes(rig, "create"), Writes(rig, "delete")), Is.EqualTo((4, 0)));
    }

    [Test]
    public async Task An_object_that_the_server_does_not_take_is_tried_again()
    {
        var rig = await TwoZones(Options(), "fast");
        rig.Cluster.Faults.Add(To("create", Capacities), Answers(500, "InternalError"), skip: 1, times: 2);
        await rig.Run();
        await rig.Log.WaitForLine(l => l.Contains("cannot create a CSIStorageCapacity in namespace default for fast{zone=", StringComparison.Ordinal));
        await UntilCreated(rig, 4);
        Assert.That(PublishedBy(rig), Is.EqualTo((string[])["fast z1 10Gi", "fast z2 10Gi"]));
    }

    [Test]
    public async Task Metrics_say_how_many_there_are_and_should_be()
    {
        var rig = await TwoZones(Options(), "fast");
        rig.Cluster.Faults.Add(To("delete", Capacities), Answers(500, "InternalError"));
        AddObject(rig, "csisc-left", "z9");
        AddObject(rig, "csisc-a", "z1");
        AddObject(rig, "csisc-b", "z1");
        await rig.Run();
        await rig.Log.WaitForLine(l => l.StartsWith("Published capacity: fast{zone=z1}", StringComparison.Ordinal));
        await rig.Log.WaitForLine(l => l.StartsWith("Published capacity: fast{zone=z2}", StringComparison.Ordinal));
        await rig.Log.WaitForLine(l => l.Contains("cannot delete CSIStorageCapacity default/csisc-left, which nothing needs any more", StringComparison.Ordinal));
        Assert.That((Metric(rig, "csistoragecapacities_desired_goal"), Metric(rig, "csistoragecapacities_desired_current"), Metric(rig, "csistoragecapacities_obsolete")), Is.EqualTo((2, 2, 2)));
    }

    [Test]
    public async Task Without_the_flag_nothing_is_watched_and_no_metric_is_there()
    {
        var rig = await Started();
        rig.World.Add(new TestClass("missing-class-of-fences").Delayed());
        await rig.Log.WaitForLine(l => l.StartsWith("Cache is populated storageclasses", StringComparison.Ordinal));
        Assert.That(rig.Cluster.Requests.Entries.Select(r => r.Request.Resource), Has.None.AnyOf("csinodes", "nodes", Capacities));
        Assert.That(rig.MetricLines(), Has.None.Contains("csistoragecapacities"));
    }

    [Test]
    public async Task A_driver_that_does_not_announce_it_is_told_in_the_log()
    {
        var options = Options();
        var rig = await Started(options with { Driver = options.Driver with { ControllerCapabilities = ["CREATE_DELETE_VOLUME"] } });
        await rig.Log.WaitForLine(l => l.StartsWith("The driver does not announce GET_CAPACITY", StringComparison.Ordinal));
    }

    private async Task<ProvisionerRig> TwoZones(RigOptions options, params string[] classes)
    {
        var rig = await Prepared(options);
        AddNode(rig, "n1", "z1");
        AddNode(rig, "n2", "z2");
        foreach (var name in classes) rig.World.Add(Delayed(name));
        return rig;
    }

    private static TestClass Delayed(string name) => new TestClass(name).Delayed().With(("class", name));

    private static string NameOf(ProvisionerRig rig, string zone) =>
        World.Text(rig.World.All(Capacities).Single(o => World.Text(o, "nodeTopology", "matchLabels", "zone") == zone), "metadata", "name");

    private static int Metric(ProvisionerRig rig, string name) =>
        int.Parse(rig.MetricLines().Single(l => l.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}
