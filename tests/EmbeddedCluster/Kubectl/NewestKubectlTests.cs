namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What a kubectl of today does that older ones do not: it speaks protobuf about the kinds it has types for.</summary>
internal sealed class NewestKubectlTests
{
    private const string Deployment =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: d}
        spec:
          replicas: 2
          selector: {matchLabels: {a: b}}
          template:
            metadata: {labels: {a: b}}
            spec: {containers: [{name: c, image: "example.com/d:1"}]}
        """;

    private ClusterServer _cluster = null!;
    private Kubectl _kubectl = null!;
    private string _home = "";

    [SetUp]
    public async Task Start()
    {
        _cluster = await ClusterServer.StartAsync();
        _home = Directory.CreateTempSubdirectory("kubectl").FullName;
        await _cluster.WriteKubeconfig(Path.Combine(_home, "config"));
        Assert.That(Kubectl.Newest(), Does.Exist, "bring it with eng/helm.sh");
        _kubectl = new Kubectl(Kubectl.Newest(), Path.Combine(_home, "config"), _home);
    }

    [TearDown]
    public async Task Stop()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [TestCase("create ns team", "namespaces", "team", null)]
    [TestCase("create ns team --dry-run=server", "namespaces", "team", null)]
    [TestCase("create secret generic s --from-literal=user=me", "secrets", "s", "\"data\":{\"user\":\"bWU=\"}")]
    [TestCase("create configmap c --from-literal=colour=red", "configmaps", "c", "\"data\":{\"colour\":\"red\"}")]
    [TestCase("create sa robot", "serviceaccounts", "robot", null)]
    [TestCase("create deployment d --image=example.com/d:1 --replicas=2 --port=8080", "deployments", "d", "\"image\":\"example.com/d:1\"")]
    [TestCase("create service nodeport n --tcp=80:http", "services", "n", "\"targetPort\":\"http\"")]
    [TestCase("create role r --verb=get,list --resource=pods --resource-name=p", "roles", "r", "\"verbs\":[\"get\",\"list\"]")]
    [TestCase("create clusterrolebinding b --clusterrole=view --user=me", "clusterrolebindings", "b", "\"kind\":\"User\"")]
    [TestCase("create pdb p --selector=a=b --min-available=50%", "poddisruptionbudgets", "p", "\"minAvailable\":\"50%\"")]
    [TestCase("run shell --image=busybox:1 --env=A=b --restart=Never", "pods", "shell", "\"env\":[{\"name\":\"A\",\"value\":\"b\"}]")]
    public async Task It_creates_objects_of_the_built_in_kinds(string command, string resource, string name, string? part)
    {
        Assert.That(await Ok(command), Does.Contain("created"));

        var stored = _cluster.Storage.Get(resource, "default", name);
        Assert.That(stored.IsOk, Is.EqualTo(!command.Contains("--dry-run", StringComparison.Ordinal)));
        if (part is not null) Assert.That(stored.Value.ToJson().ToJsonString(), Does.Contain(part));
    }

    [Test]
    public async Task It_asks_for_rights_and_tokens_and_drains_a_node()
    {
        Assert.That(await Ok("auth can-i create pods"), Does.Contain("yes"));
        await Ok("create sa robot");
        Assert.That((await Ok("create token robot")).Trim(), Is.Not.Empty);
        _ = _cluster.Storage.Create("nodes", TestStorage.Json("""{"metadata":{"name":"n1"}}""")).Value;
        _ = _cluster.Storage.Create("pods", TestStorage.Json("""{"metadata":{"name":"p","namespace":"default"},"spec":{"nodeName":"n1","containers":[{"name":"c","image":"i"}]}}""")).Value;

        Assert.That(await Ok("drain n1 --force --grace-period=0 --timeout=20s"), Does.Contain("drained"));

        Assert.That(_cluster.Storage.Get("pods", "default", "p").Error?.IsNotFound, Is.True);
        Assert.That(_cluster.Storage.Get("nodes", null, "n1").Value.ToJson().Flag("spec", "unschedulable"), Is.True);
    }

    [Test]
    public async Task It_applies_on_the_server_and_is_told_whose_a_field_is()
    {
        Assert.That(await Ok("apply --server-side -f -", Deployment), Does.Contain("deployment.apps/d serverside-applied"));
        await Ok("patch deployment d --type merge --field-manager scaler -p {\"spec\":{\"replicas\":3}}".Replace("\"", "\\\"", StringComparison.Ordinal));

        var (code, refused) = await _kubectl.Run("apply --server-side -f -", Deployment);
        Assert.That((code, refused), Is.EqualTo((1, refused)));
        Assert.That(refused, Does.Contain("Apply failed with 1 conflict: conflict with \"scaler\" using apps/v1: .spec.replicas"));

        await Ok("apply --server-side --force-conflicts -f -", Deployment);
        Assert.That(_cluster.Storage.Get("deployments", "default", "d").Value.ToJson().Integer("spec", "replicas"), Is.EqualTo(2));
    }

    [Test]
    public async Task What_it_applied_itself_before_it_takes_over_on_the_server_without_force()
    {
        await Ok("apply -f -", Deployment);
        Assert.That(await Ok("apply --server-side -f -", Deployment.Replace("replicas: 2", "replicas: 4", StringComparison.Ordinal)), Does.Contain("serverside-applied"));
        Assert.That(_cluster.Storage.Get("deployments", "default", "d").Value.ToJson().Integer("spec", "replicas"), Is.EqualTo(4));
    }

    [Test]
    public async Task What_the_server_added_below_what_was_applied_is_the_applier_s_and_a_conflict_for_the_next()
    {
        var withVariable = Deployment.Replace("image:", "env: [{name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}], image:", StringComparison.Ordinal);
        await Ok("apply --server-side --field-manager helm -f -", withVariable);
        var (code, refused) = await _kubectl.Run("apply --server-side -f -", withVariable);
        Assert.That((code, refused), Is.EqualTo((1, refused)));
        Assert.That(refused, Does.Contain("Apply failed with 1 conflict: conflict with \"helm\": .spec.template.spec.containers[name=\"c\"].env[name=\"NODE\"].valueFrom.fieldRef"));
        await Ok("apply --server-side --field-manager other -f -", withVariable.Replace("fieldRef: {", "fieldRef: {apiVersion: v1, ", StringComparison.Ordinal));
        await Ok("apply --server-side --force-conflicts -f -", withVariable);
    }

    [TestCase("")]
    [TestCase(" --server-side")]
    public async Task It_shows_what_an_apply_would_change(string way)
    {
        await Ok($"apply{way} -f -", Deployment);
        Assert.That(await Ok($"diff{way} -f -", Deployment), Is.Empty);

        var (code, difference) = await _kubectl.Run($"diff{way} -f -", Deployment.Replace("d:1", "d:2", StringComparison.Ordinal));

        Assert.That(code, Is.EqualTo(1), difference);
        Assert.That(difference, Does.Contain("-      - image: example.com/d:1").And.Contain("+      - image: example.com/d:2"));
        Assert.That(await Ok("get deployment d -o jsonpath={.spec.template.spec.containers[0].image}"), Is.EqualTo("example.com/d:1"));
    }

    [TestCase("pod.spec", "PodSpec", "nodeSelector\t<map[string]string>")]
    [TestCase("deployment.spec.template.spec.containers.ports", "ContainerPort", "containerPort\t<integer> -required-")]
    [TestCase("pvc.spec.resources.requests", "map[string]Quantity", "FIELD: requests")]
    [TestCase("pdb.spec", "PodDisruptionBudgetSpec", "maxUnavailable\t<IntOrString>")]
    [TestCase("crd.spec.versions.schema", "CustomResourceValidation", "openAPIV3Schema")]
    public async Task It_explains_the_built_in_kinds(string path, string type, string words)
    {
        var text = await Ok($"explain {path}");
        Assert.That(text, Does.Contain(type).And.Contain(words));
    }

    [Test]
    public async Task It_explains_a_custom_resource_in_the_words_of_its_definition()
    {
        await _cluster.ApplyManifests(Path.GetDirectoryName(SnapshotDefinitions.Files().First())!);
        Assert.That(await Ok("explain volumesnapshot.spec.source"), Does.Contain("persistentVolumeClaimName\t<string>").And.Contain("VolumeSnapshot"));
        Assert.That(await Ok("explain volumesnapshot.metadata"), Does.Contain("ObjectMeta"));
    }

    private async Task<string> Ok(string arguments, string input = "")
    {
        var (code, output) = await _kubectl.Run(arguments, input);
        Assert.That(code, Is.Zero, $"kubectl {arguments}: {output}");
        return output;
    }
}
