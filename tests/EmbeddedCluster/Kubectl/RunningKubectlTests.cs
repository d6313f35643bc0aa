using Sidecars.EmbeddedCluster.Controllers;
using Sidecars.EmbeddedCluster.Tests.Controllers;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>A kubectl of today against a cluster whose controllers run: what waits for pods comes to an end, what asks containers is told why not.</summary>
internal sealed class RunningKubectlTests : ControllerTest
{
    private const string Set =
        """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: web}
        spec:
          serviceName: peers
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: "i:1", resources: {requests: {cpu: 100m, memory: 64Mi}}}]}
        """;

    private Kubectl _kubectl = null!;
    private string _home = "";

    private protected override bool HasNode => true;

    [SetUp]
    public async Task FindKubectl()
    {
        _home = Directory.CreateTempSubdirectory("kubectl").FullName;
        await Cluster.WriteKubeconfig(Path.Combine(_home, "config")).WaitAsync(TestLimits.Wait);
        Assert.That(Kubectl.Newest(), Does.Exist, "bring it with eng/helm.sh");
        _kubectl = new Kubectl(Kubectl.Newest(), Path.Combine(_home, "config"), _home);
    }

    [TearDown]
    public void Leave() => Directory.Delete(_home, recursive: true);

    [Test]
    public async Task A_deployment_is_waited_for_scaled_changed_and_taken_back()
    {
        await Ok("create deployment d --image=i:1 --replicas=2");
        Assert.That(await Ok("rollout status deployment d --timeout=20s"), Does.Contain("successfully rolled out"));
        await Ok("wait deployment d --for=condition=Available --timeout=20s");
        Assert.That(await Ok("scale deployment d --replicas=3"), Does.Contain("scaled"));
        await Ok("rollout status deployment d --timeout=20s");
        Assert.That(await Ok("get deployment d"), Does.Match(@"READY +UP-TO-DATE +AVAILABLE").And.Match(@"d +3/3 +3 +3 "));
        await Ok("set image deployment d i=i:2");
        await Ok("rollout status deployment d --timeout=20s");
        Assert.That(await Ok("rollout history deployment d"), Does.Match(@"(?m)^1 ").And.Match(@"(?m)^2 "));
        await Ok("rollout undo deployment d");
        await Ok("rollout status deployment d --timeout=20s");
        Assert.That(await Ok("get deployment d -o jsonpath={.spec.template.spec.containers[0].image}"), Is.EqualTo("i:1"));
        Assert.That(await Ok("scale deployment d --current-replicas=3 --replicas=1"), Does.Contain("scaled"));
        await Ok("delete deployment d --cascade=foreground --timeout=20s");
        Assert.That(await Ok("get pods,rs -o name"), Does.Contain("No resources found").Or.Empty);
    }

    [Test]
    public async Task A_stateful_set_too()
    {
        await Ok("apply -f -", Set);
        Assert.That(await Ok("rollout status sts web --timeout=20s"), Does.Contain("2 new pods have been updated"));
        await Ok("scale sts web --replicas=1");
        await Ok("wait pod web-1 --for=delete --timeout=20s");
        await Ok("apply --server-side --force-conflicts -f -", Set.Replace("i:1", "i:2", StringComparison.Ordinal));
        Assert.That(await Ok("rollout status sts web --timeout=20s"), Does.Contain("complete"));
        Assert.That(await Ok("rollout history sts web"), Does.Match(@"(?m)^1 ").And.Match(@"(?m)^2 "));
        await Ok("rollout undo sts web");
        await Ok("rollout status sts web --timeout=20s");
        Assert.That(await Ok("get pod web-0 -o jsonpath={.spec.containers[0].image}"), Is.EqualTo("i:1"));
        await Ok("delete sts web --cascade=orphan");
        Assert.That(await Ok("get pod web-0 -o jsonpath={.metadata.ownerReferences}"), Is.Empty);
    }

    [TestCase("helm-3")]
    [TestCase("helm-4")]
    public async Task Helm_waits_for_what_it_installed_and_is_not_kept_waiting(string version)
    {
        var chart = Directory.CreateDirectory(Path.Combine(_home, "chart", "templates")).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(chart, "Chart.yaml"), "{apiVersion: v2, name: chart, version: 0.1.0}");
        await File.WriteAllTextAsync(Path.Combine(chart, "templates", "set.yaml"), Set);
        await File.WriteAllTextAsync(Path.Combine(chart, "templates", "others.yaml"), $"""
            {Set.Replace("kind: StatefulSet", "kind: Deployment", StringComparison.Ordinal).Replace("  serviceName: peers\n", "", StringComparison.Ordinal).Replace("web", "site", StringComparison.Ordinal)}
            ---
            {Set.Replace("kind: StatefulSet", "kind: DaemonSet", StringComparison.Ordinal).Replace("  serviceName: peers\n  replicas: 2\n", "", StringComparison.Ordinal).Replace("web", "agent", StringComparison.Ordinal)}
            """);
        var program = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Kubectl.Newest()))!, version, "helm");
        Assert.That(program, Does.Exist, "bring it with eng/helm.sh");
        var helm = new Kubectl(program, Path.Combine(_home, "config"), _home);

        var (code, output) = await helm.Run($"install r {chart} --wait --timeout 20s");
        Assert.That((code, output), Is.EqualTo((0, output)));
        Assert.That(Storage.List("pods").Items.Count(PodState.IsReady), Is.EqualTo(5));
        (code, output) = await helm.Run("uninstall r --wait --timeout 20s");
        Assert.That((code, output), Is.EqualTo((0, output)));
    }

    [Test]
    public async Task A_node_is_described_with_what_it_has_and_what_pods_take_of_it()
    {
        await Ok("apply -f -", Set);
        await Ok("rollout status sts web --timeout=20s");
        var text = await Ok($"describe node {NodeName}");
        Assert.That(text, Does.Contain("HolderIdentity:  node-1").And.Contain("cpu").And.Contain("200m (").And.Match(@"InternalIP: +127\.0\.0\.1"));
        Assert.That(text, Does.Not.Contain("Failed to get lease").And.Not.Contain("-9223372036854775808"));
    }

    [TestCase("logs web-0", "pod web-0 has no logs: this cluster starts no containers; what its node did for it is told by: kubectl describe pod web-0 -n default")]
    [TestCase("exec web-0 -- ls", "pod web-0 has nothing to run a command in: this cluster starts no containers; its volumes are folders on this machine")]
    [TestCase("attach web-0", "pod web-0 has nothing to run a command in: this cluster starts no containers")]
    [TestCase("cp web-0:/a a", "pod web-0 has nothing to run a command in: this cluster starts no containers")]
    [TestCase("port-forward web-0 8080:80", "pod web-0 listens at no port: this cluster starts no containers; run the program on this machine")]
    [TestCase("logs nobody", "pods \"nobody\" not found")]
    public async Task What_is_asked_of_a_container_is_refused_with_where_to_look_instead(string command, string words)
    {
        await Ok("apply -f -", Set);
        await Ok("rollout status sts web --timeout=20s");
        var (code, output) = await _kubectl.Run(command);
        Assert.That((code, output), Is.EqualTo((1, output)));
        Assert.That(output, Does.Contain(words));
    }

    [Test]
    public async Task It_is_told_where_the_cluster_is() => Assert.That(await Ok("cluster-info"), Does.Contain("is running at").And.Contain(Cluster.Url.Authority));

    private async Task<string> Ok(string arguments, string input = "")
    {
        var (code, output) = await _kubectl.Run(arguments, input);
        Assert.That(code, Is.Zero, $"kubectl {arguments}: {output}");
        return output;
    }
}
