using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster.Controllers;

namespace Sidecars.EmbeddedCluster.Tests.Controllers;

internal sealed class DeploymentTests : ControllerTest
{
    private protected override bool HasNode => true;

    [TestCase("25%", "25%", 4, 5, 3)]
    [TestCase("0", "0", 4, 4, 3)]
    [TestCase("100%", "0", 3, 6, 3)]
    [TestCase("10%", "10%", 3, 4, 3)]
    [TestCase("0", "100%", 3, 3, 0)]
    public void A_rolling_update_stays_between_its_bounds(string surge, string unavailable, int replicas, int most, int fewest)
    {
        var deployment = MakeDeployment("d", replicas, $$$""","strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":{{{Bound(surge)}}},"maxUnavailable":{{{Bound(unavailable)}}}}}""");
        var plan = RollingUpdate.Of(deployment);
        Assert.That((replicas + plan.MaxSurge, plan.MinAvailable), Is.EqualTo((most, fewest)));

        static string Bound(string bound) => bound.EndsWith('%') ? $"\"{bound}\"" : bound;
    }

    [Test]
    public async Task It_runs_as_many_pods_as_it_asks_for_and_says_so()
    {
        MakeDeployment("d", 2);
        var deployment = (await Until("deployments", "d", IsComplete)).ToJson();
        Assert.Multiple(() =>
        {
            Assert.That(Pods(), Has.Count.EqualTo(2));
            Assert.That(Condition(deployment, "Available"), Is.EqualTo("True MinimumReplicasAvailable"));
            Assert.That(deployment.Text("metadata", "annotations", "deployment.kubernetes.io/revision"), Is.EqualTo("1"));
            Assert.That(Pods().Select(pod => pod.Labels.ContainsKey("pod-template-hash")), Is.All.True);
        });
        await Until("deployments", "d", content => Condition(content, "Progressing") == "True NewReplicaSetAvailable");
    }

    [Test]
    public async Task A_pod_that_is_gone_is_replaced_and_too_many_are_taken_away()
    {
        MakeDeployment("d", 2);
        await Until("deployments", "d", IsComplete);
        var gone = Pods()[0];
        Storage.Delete("pods", "default", gone.Name);
        await UntilGone("pods", gone.Name);
        await UntilPods(pods => pods.Count(pod => pod.Uid != gone.Uid && PodState.IsReady(pod)) == 2);

        Change("""{"spec":{"replicas":1}}""");
        await Until("deployments", "d", content => IsComplete(content) && content.Integer("status", "replicas") == 1);
        await UntilPods(pods => pods.Count == 1);
    }

    [Test]
    public async Task A_new_template_replaces_the_pods_in_turn_and_the_old_set_stays_as_history()
    {
        MakeDeployment("d", 3);
        await Until("deployments", "d", IsComplete);
        Change("""{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i:2"}]}}}}""");
        await Until("deployments", "d", content => IsComplete(content) && content.Integer("metadata", "generation") == 2);

        var sets = Storage.List("replicasets", "default").Items.Select(set => set.ToJson()).OrderBy(set => set.Text("metadata", "annotations", "deployment.kubernetes.io/revision")).ToList();
        Assert.That(sets.Select(set => set.Integer("spec", "replicas")), Is.EqualTo(new[] { 0, 3 }));
        Assert.That(Pods().Where(pod => !pod.IsBeingDeleted).Select(pod => pod.ToJson().Array("spec", "containers").Objects().First().Text("image")), Is.All.EqualTo("i:2"));
    }

    [Test]
    public async Task What_is_to_be_recreated_ends_before_it_begins_anew()
    {
        MakeDeployment("d", 2, ""","strategy":{"type":"Recreate"}""");
        await Until("deployments", "d", IsComplete);
        var old = Pods().Select(pod => pod.Uid).ToHashSet();
        var version = Storage.Version;
        Change("""{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i:2"}]}}}}""");
        await Until("deployments", "d", content => IsComplete(content) && content.Integer("metadata", "generation") == 2);

        using var limit = new CancellationTokenSource(TestLimits.Wait);
        await foreach (var change in Storage.Watch("pods", version, stop: limit.Token))
        {
            if (change.Type == WatchEventType.Deleted) old.Remove(change.Object.Uid);
            if (change.Type != WatchEventType.Added) continue;
            Assert.That(old, Is.Empty);
            break;
        }
    }

    [Test]
    public async Task A_rollout_that_gets_nowhere_says_so_once_its_time_is_over()
    {
        MakeDeployment("d", 1, ""","progressDeadlineSeconds":1""", pod: ""","nodeSelector":{"no":"where"}""");
        await Until("deployments", "d", content => Condition(content, "Progressing") == "False ProgressDeadlineExceeded");
    }

    [Test]
    public async Task Its_deletion_takes_sets_and_pods_along()
    {
        MakeDeployment("d", 2);
        await Until("deployments", "d", IsComplete);
        var (set, pods) = (Storage.List("replicasets", "default").Items.Single().Name, Pods());
        Storage.Delete("deployments", "default", "d");
        await UntilGone("replicasets", set);
        foreach (var pod in pods) await UntilGone("pods", pod.Name);
    }

    [Test]
    public async Task A_namespace_goes_with_all_that_runs_in_it_and_nothing_is_made_anew_there()
    {
        Make("namespaces", """{"metadata":{"name":"team"}}""");
        Make("deployments", Deployment("d", 2, ns: "team"));
        await Until("deployments", "d", IsComplete, "team");
        Storage.Delete("namespaces", null, "team");
        await UntilGone("namespaces", "team", "");
        Assert.That(Storage.List("pods").Items.Concat(Storage.List("replicasets").Items), Is.Empty);
    }

    [Test]
    public async Task A_daemon_set_has_a_pod_on_every_node_that_will_have_it()
    {
        Make("daemonsets", """
            {"metadata": {"name": "d", "namespace": "default"},
             "spec": {"selector": {"matchLabels": {"app": "d"} }, "template": {"metadata": {"labels": {"app": "d"} }, "spec": {"containers": [{"name": "c", "image": "i"}]} } } }
            """);
        var first = (await Until("daemonsets", "d", set => set.Integer("status", "numberReady") == 1 && set.Integer("status", "desiredNumberScheduled") == 1)).ToJson();
        Assert.That(first.Integer("status", "observedGeneration"), Is.EqualTo(1));

        Make("nodes", """{"metadata":{"name":"other"},"spec":{"taints":[{"key":"dedicated","value":"x","effect":"NoSchedule"}]}}""");
        Storage.Patch("daemonsets", "default", "d", PatchKind.Merge, JsonNode.Parse("""{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i:2"}]}}}}""")!);
        await Until("daemonsets", "d", set => set.Integer("status", "updatedNumberScheduled") == 1 && set.Integer("status", "numberReady") == 1
            && set.Integer("status", "observedGeneration") == 2);
        Assert.That(Pods("app", "d").Count(pod => !pod.IsBeingDeleted), Is.EqualTo(1), "a tainted node is left alone");

        Storage.Patch("nodes", null, "other", PatchKind.Merge, JsonNode.Parse("""{"spec":{"taints":null}}""")!);
        await Until("daemonsets", "d", set => set.Integer("status", "desiredNumberScheduled") == 2);
    }

    [Test]
    public async Task Its_scale_is_read_and_written_by_itself()
    {
        MakeDeployment("d", 1);
        await Until("deployments", "d", IsComplete);
        using var api = new ApiClient(Cluster.Url);
        const string Path = "/apis/apps/v1/namespaces/default/deployments/d/scale";
        var scale = (await api.Get(Path)).Body;
        Assert.That((scale.Text("kind"), scale.Integer("spec", "replicas"), scale.Integer("status", "replicas"), scale.Text("status", "selector")), Is.EqualTo(("Scale", 1, 1, "app=d")));

        Assert.That((await api.Merge(Path, """{"spec":{"replicas":3}}""")).Body.Integer("spec", "replicas"), Is.EqualTo(3));
        await Until("deployments", "d", content => IsComplete(content) && content.Integer("status", "replicas") == 3);
        scale["spec"]!["replicas"] = 2;
        Assert.That((await api.Put(Path, scale.ToJsonString())).Code, Is.EqualTo(409), "it was scaled meanwhile");
        var refused = await api.Merge(Path, """{"spec":{"replicas":-1}}""");
        Assert.That((refused.Code, refused.Body.Text("message")), Is.EqualTo((422, "Scale.autoscaling \"d\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0")));
    }

    [TestCase("", false)]
    [TestCase("\"replicas\":1,", true)]
    public async Task Who_scales_is_noted_where_the_number_was_somebody_s(string replicas, bool isNoted)
    {
        using var api = new ApiClient(Cluster.Url);
        const string Path = "/apis/apps/v1/namespaces/default/deployments/d";
        var applied = await api.Apply(Path + "?fieldManager=me", $$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{ {{{replicas}}} "selector":{"matchLabels":{"app":"d"}},
             "template":{"metadata":{"labels":{"app":"d"}},"spec":{"containers":[{"name":"c","image":"i"}]} } } }
            """);
        Assert.That(applied.Code, Is.EqualTo(201), applied.ToString());
        await api.Merge(Path + "/scale?fieldManager=scaler", """{"spec":{"replicas":2}}""");
        var owners = (await api.Get(Path)).Body["metadata"].Array("managedFields").Objects().ToList();
        Assert.That(owners.Exists(owner => owner.Text("manager") == "scaler" && owner.Text("subresource") == "scale"), Is.EqualTo(isNoted));
        Assert.That(owners.First(owner => owner.Text("manager") == "me").At("fieldsV1", "f:spec", "f:replicas"), Is.Null);
    }

    private List<StoredObject> Pods(string label = "app", string value = "d") =>
        [.. Storage.List("pods", "default").Items.Where(pod => pod.Labels.GetValueOrDefault(label) == value)];

    private async Task UntilPods(Func<List<StoredObject>, bool> holds)
    {
        using var limit = new CancellationTokenSource(TestLimits.Wait);
        await foreach (var _ in Storage.Watch("pods", stop: limit.Token))
            if (holds(Pods())) return;
    }

    private void Change(string patch) => Assert.That(Storage.Patch("deployments", "default", "d", PatchKind.Merge, JsonNode.Parse(patch)!).Error, Is.Null);

    private static string Condition(JsonObject deployment, string type) =>
        deployment.Array("status", "conditions").Objects().Where(condition => condition.Text("type") == type).Select(condition => $"{condition.Text("status")} {condition.Text("reason")}").FirstOrDefault() ?? "";

    private static bool IsComplete(JsonObject deployment)
    {
        var wanted = deployment.Integer("spec", "replicas");
        return deployment.Integer("status", "observedGeneration") == deployment.Integer("metadata", "generation") && wanted == deployment.Integer("status", "updatedReplicas")
            && wanted == deployment.Integer("status", "replicas") && wanted == deployment.Integer("status", "availableReplicas");
    }

    private StoredObject MakeDeployment(string name, int replicas, string more = "", string pod = "") => Make("deployments", Deployment(name, replicas, more, pod));

    private static string Deployment(string name, int replicas, string more = "", string pod = "", string ns = "default") => $$"""
        {"metadata": {"name": "{{name}}", "namespace": "{{ns}}"},
         "spec": {"replicas": {{replicas}}, "selector": {"matchLabels": {"app": "{{name}}"} },
                  "template": {"metadata": {"labels": {"app": "{{name}}"} }, "spec": {"containers": [{"name": "c", "image": "i"}] {{pod}} } } {{more}} } }
        """;
}
