using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests.Controllers;

/// <summary>What pods wait for beside the volumes they name: volumes of their own, files, variables, and a node that will have them.</summary>
internal sealed class PodNeedsTests : DriverTest
{
    [SetUp]
    public void AddClass() => MakeClass();

    [Test]
    public async Task An_ephemeral_volume_gets_a_claim_that_is_the_pod_s_and_goes_with_it()
    {
        MakePod("""{"name":"scratch","ephemeral":{"volumeClaimTemplate":{"metadata":{"labels":{"for":"scratch"}},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"fast","resources":{"requests":{"storage":"1Gi"}}}}}}""");
        var claim = await Until("persistentvolumeclaims", "pod-scratch", _ => true);
        var owner = claim.ToJson().Array("metadata", "ownerReferences").Objects().Single();
        Assert.That((owner.Text("kind"), owner.Text("name"), owner.Flag("controller"), claim.Labels["for"]), Is.EqualTo(("Pod", "pod", true, "scratch")));
        MakeVolume("pv-1", claim);
        await UntilPhase("pods", "pod", "Running");
        Assert.That(Driver.Calls.Of("NodePublishVolume"), Has.Count.EqualTo(1));

        Storage.Delete("pods", "default", "pod");
        await UntilGone("persistentvolumeclaims", "pod-scratch");
        Assert.That(Driver.Calls.Of("NodeUnpublishVolume"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_volume_that_stands_in_the_pod_is_published_without_more_ado_and_taken_away_with_it()
    {
        Make("csidrivers", """{"metadata":{"name":"csi.example.com"},"spec":{"podInfoOnMount":true,"volumeLifecycleModes":["Persistent","Ephemeral"]}}""");
        Make("secrets", """{"metadata":{"name":"key","namespace":"default"},"data":{"k":"dg=="}}""");
        MakePod("""{"name":"scratch","csi":{"driver":"csi.example.com","volumeAttributes":{"size":"1"},"nodePublishSecretRef":{"name":"key"}}}""");
        var pod = await UntilPhase("pods", "pod", "Running");
        var call = Driver.Calls.Of("NodePublishVolume").Single().Request;
        Assert.Multiple(() =>
        {
            Assert.That((string)call["volume_id"]!, Does.Match("^csi-[0-9a-f]{64}$"));
            Assert.That((string)call["target_path"]!, Does.EndWith($"pods/{pod.Uid}/volumes/kubernetes.io~csi/scratch/mount"));
            Assert.That((string)call["volume_context"]!["csi.storage.k8s.io/ephemeral"]!, Is.EqualTo("true"));
            Assert.That((string)call["volume_context"]!["size"]!, Is.EqualTo("1"));
            Assert.That(Driver.Calls.Of("NodeStageVolume"), Is.Empty);
            Assert.That(Storage.List("volumeattachments").Items, Is.Empty);
        });
        Storage.Delete("pods", "default", "pod");
        await UntilGone("pods", "pod");
        Assert.That((string)Driver.Calls.Of("NodeUnpublishVolume").Single().Request["volume_id"]!, Is.EqualTo((string)call["volume_id"]!));
    }

    [Test]
    public async Task One_of_a_driver_that_does_not_say_it_can_is_not_mounted()
    {
        MakePod("""{"name":"scratch","csi":{"driver":"csi.example.com"}}""");
        Assert.That(await UntilEvent("pod", "FailedMount"), Does.Contain("volume mode \"Ephemeral\" not supported by driver csi.example.com (only supports [\"Persistent\"])"));
    }

    [Test]
    public async Task A_claim_of_that_name_that_is_somebody_else_s_is_not_taken_for_it()
    {
        MakeVolume("pv-1", MakeClaim("pod-scratch"));
        await UntilPhase("persistentvolumeclaims", "pod-scratch", "Bound");
        MakePod("""{"name":"scratch","ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"fast","resources":{"requests":{"storage":"1Gi"}}}}}}""");
        Assert.That(await UntilEvent("pod", "FailedScheduling"), Does.Contain("PVC default/pod-scratch was not created for pod default/pod (pod is not owner)"));

        Storage.Delete("persistentvolumeclaims", "default", "pod-scratch");
        var own = await Until("persistentvolumeclaims", "pod-scratch", claim => claim.Array("metadata", "ownerReferences") is { Count: 1 });
        MakeVolume("pv-2", own);
        await UntilPhase("pods", "pod", "Running");
    }

    [TestCase("""{"name":"v","ephemeral":{}}""", "spec.volumes[0].ephemeral.volumeClaimTemplate: Required value")]
    [TestCase("""{"name":"v","ephemeral":{"volumeClaimTemplate":{"spec":{"resources":{"requests":{"storage":"1Gi"}}}}}}""",
        "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Required value: at least 1 access mode is required")]
    public void A_template_that_no_claim_can_be_made_of_is_refused(string volume, string why) =>
        Assert.That(Storage.Create("pods", Pod(volume)).Error?.Message, Does.Contain(why));

    [TestCase("""{"name":"files","configMap":{"name":"settings"}}""", "configmaps", "configmap \"settings\" not found")]
    [TestCase("""{"name":"files","secret":{"secretName":"settings"}}""", "secrets", "secret \"settings\" not found")]
    [TestCase("""{"name":"files","projected":{"sources":[{"secret":{"name":"settings"}}]}}""", "secrets", "secret \"settings\" not found")]
    public async Task A_pod_waits_for_the_files_it_mounts(string volume, string resource, string why)
    {
        MakePod(volume);
        Assert.That(await UntilEvent("pod", "FailedMount"), Is.EqualTo($"MountVolume.SetUp failed for volume \"files\" : {why}"));
        Assert.That(Storage.Get("pods", "default", "pod").Value.ToJson().Text("status", "phase"), Is.EqualTo("Pending"));
        Make(resource, """{"metadata":{"name":"settings","namespace":"default"}}""");
        await UntilPhase("pods", "pod", "Running");
    }

    [Test]
    public async Task Volumes_are_brought_once_however_long_the_variables_take()
    {
        MakeVolume("pv-1", MakeClaim());
        MakePod("""{"name":"v","persistentVolumeClaim":{"claimName":"claim"}}""", ""","envFrom":[{"secretRef":{"name":"settings"}}]""");
        await Until("pods", "pod", content => Waiting(content) is not null);
        await Until("events", await NameOfEvent("pod", "Failed"), content => content.Integer("count") > 2);
        Make("secrets", """{"metadata":{"name":"settings","namespace":"default"}}""");
        await UntilPhase("pods", "pod", "Running");
        Assert.That(Driver.Calls.Of("NodePublishVolume"), Has.Count.EqualTo(1));
    }

    [TestCase(""","envFrom":[{"configMapRef":{"name":"settings"}}]""", "configmaps", "configmap \"settings\" not found")]
    [TestCase(""","env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"settings","key":"a"}}}]""", "secrets", "secret \"settings\" not found")]
    public async Task A_container_waits_for_the_variables_it_starts_with(string needs, string resource, string why)
    {
        MakePod("", needs);
        var pod = (await Until("pods", "pod", content => Waiting(content)?.Text("reason") == "CreateContainerConfigError")).ToJson();
        Assert.That((Waiting(pod)?.Text("message"), pod.Text("status", "phase")), Is.EqualTo((why, "Pending")));
        Make(resource, """{"metadata":{"name":"settings","namespace":"default"},"data":{"a":"YQ=="}}""");
        await UntilPhase("pods", "pod", "Running");
    }

    [Test]
    public async Task A_key_that_is_not_there_is_named()
    {
        Make("configmaps", """{"metadata":{"name":"settings","namespace":"default"},"data":{"b":"1"}}""");
        MakePod("", ""","env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"settings","key":"a"}}}]""");
        await Until("pods", "pod", content => Waiting(content)?.Text("message") == "couldn't find key a in ConfigMap default/settings");
        Storage.Patch("configmaps", "default", "settings", PatchKind.Merge, JsonNode.Parse("""{"data":{"a":"1"}}""")!);
        await UntilPhase("pods", "pod", "Running");
    }

    [Test]
    public async Task What_is_optional_is_not_waited_for()
    {
        MakePod("""{"name":"files","configMap":{"name":"settings","optional":true}}""", ""","envFrom":[{"secretRef":{"name":"settings","optional":true}}]""");
        await UntilPhase("pods", "pod", "Running");
    }

    [TestCase("NoSchedule")]
    [TestCase("NoExecute")]
    public async Task A_tainted_node_is_for_those_who_bear_it(string effect)
    {
        Storage.Patch("nodes", null, NodeName, PatchKind.Merge, JsonNode.Parse($$"""{"spec":{"taints":[{"key":"dedicated","value":"gpu","effect":"{{effect}}"}]} }""")!);
        MakePod("", name: "shy");
        Assert.That(await UntilEvent("shy", "FailedScheduling"), Does.Contain("0/1 nodes are available: 1 node(s) had untolerated taint {dedicated: gpu}"));
        MakePod("", name: "bold", spec: ""","tolerations":[{"key":"dedicated","operator":"Equal","value":"gpu"}]""");
        await UntilPhase("pods", "bold", "Running");
        Storage.Patch("nodes", null, NodeName, PatchKind.Merge, JsonNode.Parse("""{"spec":{"taints":null}}""")!);
        await UntilPhase("pods", "shy", "Running");
    }

    [Test]
    public async Task A_taint_that_is_only_to_be_avoided_keeps_nobody_off()
    {
        Storage.Patch("nodes", null, NodeName, PatchKind.Merge, JsonNode.Parse("""{"spec":{"taints":[{"key":"busy","effect":"PreferNoSchedule"}]}}""")!);
        MakePod("");
        await UntilPhase("pods", "pod", "Running");
    }

    [Test]
    public async Task A_class_that_becomes_the_default_is_given_to_claims_that_wait_without_one()
    {
        MakeClaim("waiting", className: null);
        MakeClaim("classless", className: "");
        Assert.That(await UntilEvent("waiting", "FailedBinding"), Does.Contain("no storage class is set"));
        Storage.Patch("storageclasses", null, "fast", PatchKind.Merge,
            JsonNode.Parse("""{"metadata":{"annotations":{"storageclass.kubernetes.io/is-default-class":"true"}}}""")!);
        await Until("persistentvolumeclaims", "waiting", claim =>
            claim.Text("spec", "storageClassName") == "fast" && claim.Text("metadata", "annotations", "volume.kubernetes.io/storage-provisioner") == "csi.example.com");
        Assert.That(Storage.Get("persistentvolumeclaims", "default", "classless").Value.ToJson().Text("spec", "storageClassName"), Is.Empty);
    }

    private async Task<string> NameOfEvent(string about, string reason)
    {
        await UntilEvent(about, reason);
        return Storage.List("events").Items.First(e => e.ToJson() is var content && content.Text("reason") == reason && content.Text("involvedObject", "name") == about).Name;
    }

    private static JsonObject? Waiting(JsonObject pod) =>
        pod.Array("status", "containerStatuses").Objects().Select(container => container.Object("state", "waiting")).FirstOrDefault();

    private void MakePod(string volume, string container = "", string name = "pod", string spec = "") => _ = Storage.Create("pods", Pod(volume, container, name, spec)).Value;

    private static JsonObject Pod(string volume, string container = "", string name = "pod", string spec = "") => JsonNode.Parse($$"""
        {"metadata": {"name": "{{name}}", "namespace": "default"},
         "spec": {"containers": [{"name": "c", "image": "i" {{container}} }], "volumes": [{{volume}}] {{spec}} } }
        """)!.AsObject();
}
