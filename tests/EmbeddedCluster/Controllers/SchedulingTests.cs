using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests.Controllers;

internal sealed class SchedulingTests : ControllerTest
{
    private const string ZoneA = """{"zone":"a"}""";
    private const string ZoneB = """{"zone":"b"}""";

    [Test]
    public async Task A_pod_waits_for_its_immediate_claim_and_then_gets_a_node()
    {
        MakeNode("n");
        MakeClass();
        var claim = MakeClaim();
        MakePod("pod", "claim");
        Assert.That(await UntilEvent("pod", "FailedScheduling"), Does.Contain("unbound immediate PersistentVolumeClaims"));
        MakeVolume("pv-1", claim);
        var pod = await Until("pods", "pod", p => p.Text("spec", "nodeName") == "n");
        Assert.That(
            pod.ToJson().Array("status", "conditions").Objects().Single(c => c.Text("type") == "PodScheduled").Text("status"), Is.EqualTo("True"));
    }

    [Test]
    public async Task A_claim_that_waits_for_its_consumer_gets_the_chosen_node_and_the_pod_waits_for_the_volume()
    {
        MakeNode("n");
        MakeClass(mode: "WaitForFirstConsumer");
        var claim = MakeClaim();
        MakePod("pod", "claim");
        await Until("persistentvolumeclaims", "claim", c => c.Text("metadata", "annotations", "volume.kubernetes.io/selected-node") == "n");
        await Until("persistentvolumeclaims", "claim", c =>
            c.Text("metadata", "annotations", "volume.kubernetes.io/storage-provisioner") == "csi.example.com");
        Assert.That(Storage.Get("pods", "default", "pod").Value.ToJson().Text("spec", "nodeName"), Is.Null);
        MakeVolume("pv-1", claim);
        await Until("pods", "pod", p => p.Text("spec", "nodeName") == "n");
    }

    [Test]
    public async Task A_pod_goes_where_its_volume_can_be_reached()
    {
        MakeNode("a", ZoneA);
        MakeNode("b", ZoneB);
        MakeClass();
        MakeVolume("pv-1", MakeClaim(), more: Affinity("b"));
        await UntilPhase("persistentvolumeclaims", "claim", "Bound");
        MakePod("pod", "claim");
        await Until("pods", "pod", p => p.Text("spec", "nodeName") == "b");
    }

    [Test]
    public async Task A_volume_that_is_there_is_reserved_for_the_claim_on_the_node_that_reaches_it()
    {
        MakeNode("a", ZoneA);
        MakeNode("b", ZoneB);
        MakeClass(mode: "WaitForFirstConsumer", provisioner: "kubernetes.io/no-provisioner");
        MakeVolume("local", more: Affinity("b"));
        await UntilPhase("persistentvolumes", "local", "Available");
        MakeClaim();
        MakePod("pod", "claim");
        await Until("pods", "pod", p => p.Text("spec", "nodeName") == "b");
        Assert.That(Storage.Get("persistentvolumeclaims", "default", "claim").Value.ToJson().Text("spec", "volumeName"), Is.EqualTo("local"));
    }

    [Test]
    public async Task Where_capacity_counts_only_a_node_with_enough_of_it_is_chosen()
    {
        MakeNode("a", ZoneA);
        MakeNode("b", ZoneB);
        Make("csidrivers", """{"metadata":{"name":"csi.example.com"},"spec":{"storageCapacity":true}}""");
        MakeClass(mode: "WaitForFirstConsumer");
        Make("csistoragecapacities", Capacity("small", "a", "1Gi"));
        MakeClaim();
        MakePod("pod", "claim");
        Assert.That(await UntilEvent("pod", "FailedScheduling"), Does.Contain("0/2 nodes are available: 2 node(s) did not have enough free storage"));
        Make("csistoragecapacities", Capacity("enough", "b", "100Gi"));
        await Until("persistentvolumeclaims", "claim", c => c.Text("metadata", "annotations", "volume.kubernetes.io/selected-node") == "b");
    }

    [Test]
    public async Task A_closed_node_gets_no_pod_and_the_pod_says_why()
    {
        MakeNode("n");
        Storage.Patch("nodes", null, "n", PatchKind.Merge, JsonNode.Parse("""{"spec":{"unschedulable":true}}""")!);
        MakeClass();
        MakeVolume("pv-1", MakeClaim());
        await UntilPhase("persistentvolumeclaims", "claim", "Bound");
        MakePod("pod", "claim");
        await Until("pods", "pod", p => p.Array("status", "conditions").Objects().Any(c => c.Text("message")?.Contains("unschedulable") == true));
        Storage.Patch("nodes", null, "n", PatchKind.Merge, JsonNode.Parse("""{"spec":{"unschedulable":null}}""")!);
        await Until("pods", "pod", p => p.Text("spec", "nodeName") == "n");
    }

    [Test]
    public async Task A_pod_whose_claim_does_not_exist_names_it()
    {
        MakeNode("n");
        MakePod("pod", "missing");
        Assert.That(await UntilEvent("pod", "FailedScheduling"), Is.EqualTo("persistentvolumeclaim \"missing\" not found"));
    }

    private static string Affinity(string zone) => $$"""
        , "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["{{zone}}"]}]}]} }
        """;

    private static string Capacity(string name, string zone, string size) => $$"""
        {"metadata": {"name": "{{name}}", "namespace": "default"}, "storageClassName": "fast", "capacity": "{{size}}",
         "nodeTopology": {"matchLabels": {"zone": "{{zone}}"} } }
        """;
}
