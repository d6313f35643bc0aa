using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests.Controllers;

internal sealed class StatefulSetTests : DriverTest
{
    [SetUp]
    public void AddClass() => MakeClass();

    [Test]
    public async Task Its_pods_come_one_after_the_other_each_with_a_claim_of_its_own()
    {
        MakeSet(replicas: 2);
        await Until("persistentvolumeclaims", "data-web-0", _ => true);
        await UntilEvent("web-0", "FailedScheduling");
        Assert.That(Storage.Get("pods", "default", "web-1").IsOk, Is.False, "the second waits until the first is ready");

        await Provide("data-web-0");
        await UntilPhase("pods", "web-0", "Running");
        await Provide("data-web-1");

        var set = (await Until("statefulsets", "web", IsComplete)).ToJson();
        var pod = Storage.Get("pods", "default", "web-1").Value.ToJson();
        Assert.Multiple(() =>
        {
            Assert.That(pod.Text("metadata", "labels", "apps.kubernetes.io/pod-index"), Is.EqualTo("1"));
            Assert.That((pod.Text("spec", "hostname"), pod.Text("spec", "subdomain")), Is.EqualTo(("web-1", "peers")));
            Assert.That(Driver.Calls.Of("NodePublishVolume"), Has.Count.EqualTo(2));
            Assert.That(Storage.Get("persistentvolumeclaims", "default", "data-web-1").Value.Labels["app"], Is.EqualTo("web"));
            Assert.That(set.Text("status", "currentRevision"), Is.EqualTo(set.Text("status", "updateRevision")).And.StartsWith("web-"));
        });
    }

    [Test]
    public async Task A_pod_that_was_deleted_comes_back_to_the_same_claim()
    {
        MakeSet(replicas: 1);
        await Provide("data-web-0");
        var first = await UntilPhase("pods", "web-0", "Running");
        var claim = Storage.Get("persistentvolumeclaims", "default", "data-web-0").Value.Uid;
        Storage.Delete("pods", "default", "web-0");
        await Until("pods", "web-0", pod => pod.Text("metadata", "uid") != first.Uid && pod.Text("status", "phase") == "Running");
        Assert.That(Storage.Get("persistentvolumeclaims", "default", "data-web-0").Value.Uid, Is.EqualTo(claim));
    }

    [Test]
    public async Task It_shrinks_from_the_end_and_leaves_the_claims_unless_it_says_otherwise()
    {
        MakeSet(replicas: 2);
        await Provide("data-web-0");
        await Provide("data-web-1");
        await Until("statefulsets", "web", IsComplete);
        Scale(1);
        await UntilGone("pods", "web-1");
        await Until("statefulsets", "web", IsComplete);
        Assert.That(Storage.Get("persistentvolumeclaims", "default", "data-web-1").Value.IsBeingDeleted, Is.False);

        Storage.Patch("statefulsets", "default", "web", PatchKind.Merge,
            JsonNode.Parse("""{"spec":{"persistentVolumeClaimRetentionPolicy":{"whenScaled":"Delete","whenDeleted":"Retain"}}}""")!);
        Scale(0);
        await UntilGone("pods", "web-0");
        await UntilGone("persistentvolumeclaims", "data-web-0");
    }

    [Test]
    public async Task A_new_template_renews_the_pods_from_the_last_and_stops_at_the_partition()
    {
        MakeSet(replicas: 2);
        await Provide("data-web-0");
        await Provide("data-web-1");
        var old = (await Until("statefulsets", "web", IsComplete)).ToJson().Text("status", "updateRevision");
        Change("""{"spec":{"updateStrategy":{"rollingUpdate":{"partition":1}},"template":{"spec":{"containers":[{"name":"c","image":"i:2"}]}}}}""");

        await Until("pods", "web-1", pod => Image(pod) == "i:2" && pod.Text("status", "phase") == "Running");
        await Until("statefulsets", "web", set => set.Integer("status", "updatedReplicas") == 1 && set.Integer("status", "readyReplicas") == 2);
        Storage.Delete("pods", "default", "web-0");
        var kept = await Until("pods", "web-0", pod => pod.Text("status", "phase") == "Running" && pod.Text("metadata", "deletionTimestamp") is null);
        Assert.That(Image(kept.ToJson()), Is.EqualTo("i"), "what stands before the partition is made anew of what it was");

        Change("""{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}""");
        await Until("pods", "web-0", pod => Image(pod) == "i:2");
        await Until("statefulsets", "web", set => IsComplete(set) && set.Text("status", "currentRevision") != old);
    }

    [Test]
    public async Task Parallel_ones_wait_for_nobody()
    {
        MakeSet(replicas: 3, more: ""","podManagementPolicy":"Parallel" """);
        await Until("pods", "web-2", _ => true);
        Assert.That(Storage.Get("pods", "default", "web-0").Value.ToJson().Text("status", "phase"), Is.EqualTo("Pending"));
    }

    [Test]
    public async Task Its_deletion_takes_the_pods_along_and_leaves_the_claims()
    {
        MakeSet(replicas: 1);
        await Provide("data-web-0");
        await UntilPhase("pods", "web-0", "Running");
        using var api = new ApiClient(Cluster.Url);
        await api.Delete("/apis/apps/v1/namespaces/default/statefulsets/web", """{"propagationPolicy":"Foreground"}""");
        await UntilGone("statefulsets", "web");
        Assert.That(Storage.Get("pods", "default", "web-0").Error?.IsNotFound, Is.True, "in the foreground the set is the last to go");
        Assert.That(Storage.Get("persistentvolumeclaims", "default", "data-web-0").IsOk, Is.True);
    }

    [Test]
    public async Task Pods_that_were_left_behind_are_taken_over_by_the_next_set_of_their_labels()
    {
        MakeSet(replicas: 1);
        await Provide("data-web-0");
        var pod = await UntilPhase("pods", "web-0", "Running");
        using var api = new ApiClient(Cluster.Url);
        await api.Delete("/apis/apps/v1/namespaces/default/statefulsets/web", """{"propagationPolicy":"Orphan"}""");
        await UntilGone("statefulsets", "web");
        var left = await Until("pods", "web-0", content => content.Array("metadata", "ownerReferences") is null);
        Assert.That((left.Uid, left.IsBeingDeleted), Is.EqualTo((pod.Uid, false)));

        MakeSet(replicas: 1);
        await Until("statefulsets", "web", IsComplete);
        Assert.That(Storage.Get("pods", "default", "web-0").Value.Uid, Is.EqualTo(pod.Uid));
    }

    private static string? Image(JsonObject pod) => pod.Array("spec", "containers").Objects().First().Text("image");

    private void Scale(int replicas) => Change($$"""{"spec":{"replicas":{{replicas}} } }""");

    private void Change(string patch) => Assert.That(Storage.Patch("statefulsets", "default", "web", PatchKind.Merge, JsonNode.Parse(patch)!).Error, Is.Null);

    /// <summary>What <c>kubectl rollout status</c> waits for.</summary>
    private static bool IsComplete(JsonObject set) =>
        set.Integer("status", "observedGeneration") == set.Integer("metadata", "generation")
        && (set.Integer("status", "readyReplicas") ?? 0) == set.Integer("spec", "replicas")
        && set.Integer("status", "replicas") == set.Integer("spec", "replicas")
        && set.Text("status", "currentRevision") == set.Text("status", "updateRevision");

    private async Task Provide(string claim) => MakeVolume("pv-" + claim, await Until("persistentvolumeclaims", claim, _ => true));

    private void MakeSet(int replicas, string more = "") => Make("statefulsets", $$"""
        {"metadata": {"name": "web", "namespace": "default"},
         "spec": {"replicas": {{replicas}}, "serviceName": "peers", "selector": {"matchLabels": {"app": "web"} },
                  "template": {"metadata": {"labels": {"app": "web"} },
                               "spec": {"containers": [{"name": "c", "image": "i", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}]} },
                  "volumeClaimTemplates": [{"metadata": {"name": "data"},
                    "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "resources": {"requests": {"storage": "1Gi"} } } }]
                  {{more}} } }
        """);
}
