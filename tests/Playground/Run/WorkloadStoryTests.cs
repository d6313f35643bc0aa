using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.Playground.Tests.Run;

/// <summary>What is waited for where a manifest makes pods by others; here no controller makes any, so that each state is the test's.</summary>
internal sealed class WorkloadStoryTests
{
    private const string Workload = """
        {"apiVersion":"apps/v1","kind":"KIND","metadata":{"name":"db","namespace":"default"},
         "spec":{"replicas":2,"selector":{"matchLabels":{"app":"db"}},"template":{"metadata":{"labels":{"app":"db"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        """;

    [TestCase("StatefulSet", "statefulsets")]
    [TestCase("Deployment", "deployments")]
    public async Task It_is_true_when_all_its_pods_are_ready_and_says_before_how_many_are(string kind, string resource)
    {
        await using var cluster = await ClusterServer.StartAsync().WithinLimit();
        var story = new WorkloadStory(new ClusterState(cluster.Storage), [Manifest(kind)]);
        var (rising, gone) = (story.Rising().Single(), story.Gone().Single());
        Assert.That((rising.IsTrue(), rising.LastSeen(), gone.IsTrue()), Is.EqualTo((false, "it does not exist", true)));
        _ = cluster.Storage.Create($"{resource}.apps", Manifest(kind)).Value;
        Assert.That((rising.IsTrue(), rising.LastSeen(), gone.IsTrue()), Is.EqualTo((false, "0 of 2 pods are ready", false)));
        SetReady(cluster, resource, 1);
        Assert.That((rising.IsTrue(), rising.LastSeen()), Is.EqualTo((false, "1 of 2 pods are ready")));
        SetReady(cluster, resource, 2);
        Assert.That((rising.IsTrue(), rising.Deed), Is.EqualTo((true, $"all pods of {kind} default/db ready")));
        _ = cluster.Storage.Delete($"{resource}.apps", "default", "db").Value;
        Assert.That(gone.IsTrue());
    }

    [Test]
    public async Task Of_other_kinds_it_is_said_that_nothing_is_waited_for()
    {
        await using var cluster = await ClusterServer.StartAsync().WithinLimit();
        var story = new WorkloadStory(new ClusterState(cluster.Storage), [Manifest("DaemonSet"), Manifest("StatefulSet")]);
        Assert.That(story.NotWaitedFor(), Is.EqualTo((string[])["DaemonSet default/db is applied, and its pods are not waited for"]));
    }

    [TestCase("""{"name":"v","persistentVolumeClaim":{"claimName":"p-v"}}""", true)]
    [TestCase("""{"name":"v","ephemeral":{"volumeClaimTemplate":{}}}""", true)]
    [TestCase("""{"name":"w","ephemeral":{"volumeClaimTemplate":{}}}""", false)]
    [TestCase("""{"name":"v","emptyDir":{}}""", false)]
    public void A_pod_uses_the_claim_it_names_and_the_one_that_is_made_for_it(string volume, bool uses)
    {
        var pod = JsonNode.Parse($$$"""{"kind":"Pod","metadata":{"name":"p"},"spec":{"volumes":[{{{volume}}}]}}""")!.AsObject();
        var claim = JsonNode.Parse("""{"kind":"PersistentVolumeClaim","metadata":{"name":"p-v","namespace":"default"}}""")!.AsObject();
        Assert.That(Story.Uses(pod, claim), Is.EqualTo(uses));
    }

    private static JsonObject Manifest(string kind) => JsonNode.Parse(Workload.Replace("KIND", kind, StringComparison.Ordinal))!.AsObject();

    private static void SetReady(ClusterServer cluster, string resource, int ready)
    {
        var stored = cluster.Storage.Get($"{resource}.apps", "default", "db").Value.ToJson();
        stored["status"] = new JsonObject { ["replicas"] = 2, ["readyReplicas"] = ready };
        _ = cluster.Storage.UpdateStatus($"{resource}.apps", stored).Value;
    }
}
