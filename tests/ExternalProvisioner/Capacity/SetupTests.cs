using System.Text.Json.Nodes;
using Sidecars.ControllerManager;
using Sidecars.EmbeddedCluster;
using Sidecars.ExternalProvisioner.Capacity;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalProvisioner.Tests.Capacity;

/// <summary>What is found out before capacity is published: whose the objects are, and in which version (provisioner contract 1.4 and 9.3, scenario 80).</summary>
internal sealed class SetupTests : CapacityRigTest
{
    private const string Uid = "11111111-2222-3333-4444-555555555555";

    [TestCase(0, "v1 Pod driver-0")]
    [TestCase(1, "apps/v1 ReplicaSet driver")]
    [TestCase(2, "apps/v1 Deployment driver")]
    public async Task Objects_are_owned_by_whom_the_level_says(int level, string owner)
    {
        var rig = await Prepared(Options(capacity: Published with { OwnerLevel = level, PodName = "driver-0" }));
        AddPod(rig.World);
        AddNode(rig, "n1", "z1");
        rig.World.Add(new TestClass().Delayed());
        await rig.Run();
        await UntilCreated(rig, 1);
        var reference = rig.World.All(Capacities).Single()["metadata"]!["ownerReferences"]!.AsArray().Single()!;
        Assert.That($"{World.Text(reference, "apiVersion")} {World.Text(reference, "kind")} {World.Text(reference, "name")}", Is.EqualTo(owner));
        Assert.That((bool)reference["controller"]!, Is.True);
        Assert.That(World.Text(reference, "uid"), level is 2 ? Is.EqualTo(Uid) : Is.Not.Empty.And.Not.EqualTo(Uid));
    }

    [Test]
    public async Task An_owner_is_added_beside_others_and_is_no_second_controller()
    {
        var rig = await Prepared(Options(capacity: Published with { OwnerLevel = 0, PodName = "driver-0" }));
        AddPod(rig.World);
        AddNode(rig, "n1", "z1");
        rig.World.Add(new TestClass().Delayed());
        AddObject(rig, "csisc-of-earlier", "z1", capacity: "10Gi", more: $$""","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"earlier","uid":"{{Uid}}","controller":true}]""");
        await rig.Run();
        var updated = await rig.World.Until(Capacities, "csisc-of-earlier", o => o["metadata"]!["ownerReferences"]!.AsArray().Count is 2);
        var references = updated["metadata"]!["ownerReferences"]!.AsArray();
        Assert.That((World.Text(references[0], "name"), World.Text(references[1], "name")), Is.EqualTo(("earlier", "driver-0")));
        Assert.That(references[1]!["controller"], Is.Null);
    }

    private static IEnumerable<TestCaseData> Problems() =>
    [
        Case("No_namespace", o => o with { Namespace = "" }, "needs the environment variable NAMESPACE"),
        Case("No_pod", o => o with { OwnerLevel = 0 }, "needs the environment variable POD_NAME"),
        Case("A_pod_that_is_not_there", o => o with { OwnerLevel = 0, PodName = "driver-9" }, "cannot read Pod default/driver-9"),
        Case("A_pod_without_a_controller", o => o with { OwnerLevel = 1, PodName = "alone" }, "Pod default/alone has no controller"),
        Case("A_deployment_without_a_controller", o => o with { OwnerLevel = 3, PodName = "driver-0" }, "cannot read Deployment default/driver"),
        Case("A_namespace_that_is_not_there", o => o with { Namespace = "nowhere" }, "namespaces \\\"nowhere\\\" not found"),
    ];

    [TestCaseSource(nameof(Problems))]
    public async Task What_is_missing_ends_the_start_with_255(Func<CapacityOptions, CapacityOptions> change, string reason)
    {
        await using var rig = await StartRig.PrepareAsync();
        AddPod(new World(rig.Cluster.Storage));
        Assert.That(await rig.Run(Program(change(Published))).WithinLimit(), Is.EqualTo(255));
        Assert.That(rig.Log.All, Has.Some.Contains(reason));
    }

    [TestCase(403, "Forbidden")]
    [TestCase(503, "ServiceUnavailable")]
    public async Task A_server_that_does_not_say_what_it_serves_ends_the_start_with_255(int code, string reason)
    {
        await using var rig = await StartRig.PrepareAsync();
        rig.Cluster.Faults.Add(To("create", Capacities), Answers(code, reason));
        Assert.That(await rig.Run(Program(Published)).WithinLimit(), Is.EqualTo(255));
        Assert.That(rig.Log.All, Has.Some.Contains("cannot find out which version of CSIStorageCapacity is served").And.Some.Contains($"({code} {reason})"));
    }

    [Test]
    public async Task On_an_earlier_server_the_beta_version_is_used()
    {
        var options = Options();
        var rig = await Started(options with { Cluster = new ClusterOptions { NotServed = ["csistoragecapacities.storage.k8s.io"] } });
        var watched = await rig.Cluster.Requests.WaitFor(To("watch", Capacities)).WithinLimit();
        Assert.That((watched.Request.Version, watched.Request.Namespace), Is.EqualTo(("v1beta1", "default")));
    }

    [Test]
    public async Task The_objects_are_watched_by_namespace_and_labels()
    {
        var rig = await Started(Options());
        var watched = await rig.Cluster.Requests.WaitFor(To("watch", Capacities)).WithinLimit();
        Assert.That((watched.Request.Version, watched.Request.Namespace), Is.EqualTo(("v1", "default")));
    }

    private static void AddPod(World world)
    {
        var set = world.Create("replicasets", Json($$"""
            {"metadata":{"name":"driver","namespace":"default","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"driver","uid":"{{Uid}}","controller":true}]},
             "spec":{"selector":{"matchLabels":{"a":"b"} },"template":{"metadata":{"labels":{"a":"b"} },"spec":{"containers":[{"name":"c","image":"c"}]} } } }
            """));
        world.Create("pods", Pod("driver-0", $$""","ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n","uid":"u"},{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"driver","uid":"{{set.Uid}}","controller":true}]"""));
        world.Create("pods", Pod("alone", ""));
    }

    private static JsonObject Pod(string name, string more) =>
        Json($$$"""{"metadata":{"name":"{{{name}}}","namespace":"default"{{{more}}} },"spec":{"containers":[{"name":"c","image":"c"}]} }""");

    private static ControllerProgram Program(CapacityOptions capacity) => ProvisionerProgram.Describe() with
    {
        Sidecars = _ => [ProvisionerProgram.Sidecar(new ProvisionerOptions { Naming = new VolumeNaming("pvc", VolumeNaming.WholeUid), Capacity = capacity })],
    };

    private static TestCaseData Case(string name, Func<CapacityOptions, CapacityOptions> change, string reason) => new TestCaseData(change, reason).SetName(name);
}
