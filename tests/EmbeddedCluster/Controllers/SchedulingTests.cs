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

    [Test]
    public async Task What_is_largest_counts_before_what_is_free_and_what_nobody_knows_holds_nothing()
    {
        MakeNode("a", ZoneA);
        MakeNode("b", ZoneB);
        MakeNode("c", """{"zone":"c"}""");
        MakeNode("d", """{"zone":"d"}""");
        Make("csidrivers", """{"metadata":{"name":"csi.example.com"},"spec":{"storageCapacity":true}}""");
        MakeClass(mode: "WaitForFirstConsumer");
        Make("csistoragecapacities", Capacity("in-pieces", "a", "100Gi", """, "maximumVolumeSize": "4Gi" """));
        Make("csistoragecapacities", """{"metadata":{"name":"unknown","namespace":"default"},"storageClassName":"fast","nodeTopology":{"matchLabels":{"zone":"b"}}}""");
        Make("csistoragecapacities", """{"metadata":{"name":"nowhere","namespace":"default"},"storageClassName":"fast","capacity":"100Gi"}""");
        Make("csistoragecapacities", Capacity("of-another-class", "c", "100Gi").Replace("fast", "slow"));
        MakeClaim();
        MakePod("pod", "claim");
        Assert.That(await UntilEvent("pod", "FailedScheduling"), Does.Contain("0/4 nodes are available: 4 node(s) did not have enough free storage"));
        Make("csistoragecapacities", Capacity("enough", "d", "5Gi"));
        await Until("persistentvolumeclaims", "claim", c => SelectedNode(c) == "d");
    }

    [Test]
    public async Task Without_a_word_of_the_driver_its_capacity_does_not_count()
    {
        MakeNode("n");
        Make("csidrivers", """{"metadata":{"name":"csi.example.com"},"spec":{"storageCapacity":false}}""");
        MakeClass(mode: "WaitForFirstConsumer");
        MakeClaim();
        MakePod("pod", "claim");
        await Until("persistentvolumeclaims", "claim", c => SelectedNode(c) == "n");
    }

    [Test]
    public async Task Room_that_is_gone_after_a_node_was_selected_changes_nothing()
    {
        MakeNode("a", ZoneA);
        Make("csidrivers", """{"metadata":{"name":"csi.example.com"},"spec":{"storageCapacity":true}}""");
        MakeClass(mode: "WaitForFirstConsumer");
        Make("csistoragecapacities", Capacity("just-enough", "a", "5Gi"));
        var claim = MakeClaim();
        MakePod("pod", "claim");
        await Until("persistentvolumeclaims", "claim", c => SelectedNode(c) == "a");
        Storage.Delete("csistoragecapacities", "default", "just-enough");
        MakeVolume("pv-1", claim);
        await Until("pods", "pod", p => p.Text("spec", "nodeName") == "a");
        Assert.That(Storage.List("events").Items.Select(e => e.ToJson().Text("reason")), Does.Not.Contain("FailedScheduling"));
    }

    [Test]
    public async Task While_the_volume_for_the_selected_node_is_being_bound_the_pod_waits_without_a_word()
    {
        MakeNode("a", ZoneA);
        MakeClass(mode: "WaitForFirstConsumer");
        MakeClaim();
        MakePod("pod", "claim");
        await Until("persistentvolumeclaims", "claim", c => SelectedNode(c) == "a");
        // Half of what a binding consists of: the name is there and the phase is not.
        Storage.Patch("persistentvolumeclaims", "default", "claim", PatchKind.Merge, JsonNode.Parse("""{"spec":{"volumeName":"pv-1"}}""")!);
        MakeNode("b", ZoneB);
        MakePod("fence", "missing");
        Assert.That(await UntilEvent("fence", "FailedScheduling"), Does.Contain("not found"));
        Assert.That(
            Storage.List("events").Items.Where(e => e.Root.GetProperty("involvedObject").GetProperty("name").GetString() == "pod").Select(e => e.ToJson().Text("reason")),
            Does.Not.Contain("FailedScheduling"));
    }

    [Test]
    public async Task Only_a_node_that_the_class_allows_is_chosen()
    {
        MakeNode("a", ZoneA);
        Make("storageclasses", """
            {"metadata":{"name":"fast"},"provisioner":"csi.example.com","volumeBindingMode":"WaitForFirstConsumer",
             "allowedTopologies":[{"matchLabelExpressions":[{"key":"zone","values":["b","c"]}]}]}
            """);
        MakeClaim();
        MakePod("pod", "claim");
        Assert.That(
            await UntilEvent("pod", "FailedScheduling"), Is.EqualTo("0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind."));
        MakeNode("b", ZoneB);
        await Until("persistentvolumeclaims", "claim", c => SelectedNode(c) == "b");
    }

    [Test]
    public async Task A_claim_whose_node_is_given_back_gets_the_others_one_after_the_other_and_then_the_first_again()
    {
        foreach (var name in (string[])["a", "b", "c"]) MakeNode(name);
        MakeClass(mode: "WaitForFirstConsumer");
        MakeClaim();
        MakePod("pod", "claim");
        foreach (var expected in (string[])["a", "b", "c", "a"])
        {
            await Until("persistentvolumeclaims", "claim", c => SelectedNode(c) == expected);
            Storage.Patch(
                "persistentvolumeclaims", "default", "claim", PatchKind.Merge,
                JsonNode.Parse("""{"metadata":{"annotations":{"volume.kubernetes.io/selected-node":null}}}""")!);
        }

        Assert.That(await UntilEvent("pod", "FailedScheduling"), Does.Contain("provisioning failed for PVC \"claim\""));
    }

    private static string? SelectedNode(JsonObject claim) => claim.Text("metadata", "annotations", "volume.kubernetes.io/selected-node");

    private static string Affinity(string zone) => $$"""
        , "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["{{zone}}"]}]}]} }
        """;

    private static string Capacity(string name, string zone, string size, string more = "") => $$"""
        {"metadata": {"name": "{{name}}", "namespace": "default"}, "storageClassName": "fast", "capacity": "{{size}}",
         "nodeTopology": {"matchLabels": {"zone": "{{zone}}"} } {{more}} }
        """;
}
