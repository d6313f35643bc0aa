using System.Text.Json.Nodes;
using k8s;

namespace Sidecars.Charts.Tests;

/// <summary>What an API server and a kubelet would refuse or wait for for ever, found in the rendering alone.</summary>
[TestFixtureSource(typeof(ChartCase), nameof(ChartCase.All))]
internal sealed class StrictTests(object oneCase)
{
    /// <summary>Kinds of definitions, which the library has no types for. The embedded cluster decodes those of snapshots (<see cref="ApplyTests"/>).</summary>
    private static readonly string[] s_custom = ["PodMonitor", "ServiceMonitor", "VolumeSnapshotClass", "VolumeGroupSnapshotClass"];

    private readonly ChartCase _case = (ChartCase)oneCase;
    private IReadOnlyList<Manifest> _objects = [];

    [OneTimeSetUp]
    public async Task Render() => _objects = await _case.Objects();

    [Test]
    public void Every_document_is_of_its_kind_without_an_unknown_field()
    {
        foreach (var one in _objects.Where(one => !s_custom.Contains(one.Kind)))
            Assert.That(() => KubernetesYaml.LoadAllFromString(one.Text, typeMap: null, strict: true), Throws.Nothing, $"{one}");
    }

    [Test]
    public void No_two_documents_are_one_object() =>
        Assert.That(_objects.Select(one => (one.ApiVersion[..Math.Max(0, one.ApiVersion.IndexOf('/', StringComparison.Ordinal))], one.Kind, one.Namespace, one.Name)), Is.Unique);

    [Test]
    public void Every_object_says_whose_it_is()
    {
        foreach (var one in _objects.Where(one => one.Kind is not "ConfigMap"))
        {
            var labels = one.Content["metadata"]!["labels"]!;
            Assert.That(labels["app.kubernetes.io/instance"]?.GetValue<string>(), Is.EqualTo("rel"), $"{one}");
            Assert.That(labels["app.kubernetes.io/managed-by"]?.GetValue<string>(), Is.EqualTo("Helm"), $"{one}");
        }
    }

    [Test]
    public void Nothing_in_a_pod_stands_twice()
    {
        foreach (var workload in _objects.Where(one => one.Pod is not null))
        {
            Assert.That(Names(workload.Containers), Is.Unique, $"{workload}");
            Assert.That(Names(Manifest.Items(workload.Pod!["spec"]!["volumes"])), Is.Unique, $"{workload}");
            Assert.That(Names(Manifest.Items(workload.Pod!["spec"]!["imagePullSecrets"])), Is.Unique, $"{workload}");
            Assert.That(Ports(workload).Select(port => (port["containerPort"]!.GetValue<long>(), port["protocol"]?.GetValue<string>() ?? "TCP")), Is.Unique, $"{workload}");
            Assert.That(Names(Ports(workload)), Is.Unique, $"{workload}");
            foreach (var container in workload.Containers)
            {
                Assert.That(Names(Manifest.Items(container["env"])), Is.Unique, $"{workload}: {container["name"]}");
                Assert.That(Manifest.Items(container["volumeMounts"]).Select(mount => mount["mountPath"]!.GetValue<string>()), Is.Unique, $"{workload}: {container["name"]}");
            }
        }
    }

    [Test]
    public void Every_reference_leads_to_something_that_is_rendered()
    {
        foreach (var workload in _objects.Where(one => one.Pod is not null))
        {
            var pod = workload.Pod!["spec"]!;
            var account = pod["serviceAccountName"]!.GetValue<string>();
            if (_case.Name is not "own-accounts") Assert.That(Names(_objects, "ServiceAccount"), Does.Contain(account), $"{workload}");
            var volumes = Names(Manifest.Items(pod["volumes"])).ToList();
            foreach (var container in workload.Containers)
            {
                Assert.That(volumes, Is.SupersetOf(Manifest.Items(container["volumeMounts"]).Select(mount => mount["name"]!.GetValue<string>())), $"{workload}: {container["name"]}");
                foreach (var probe in (ReadOnlySpan<string>)["livenessProbe", "startupProbe"])
                    if (container[probe] is { } asks) Assert.That(Names(Manifest.Items(container["ports"])), Does.Contain(asks["httpGet"]!["port"]!.GetValue<string>()), $"{workload}: {container["name"]}");
            }
        }
        foreach (var binding in _objects.Where(one => one.Kind is "RoleBinding" or "ClusterRoleBinding"))
        {
            var role = binding.Content["roleRef"]!;
            Assert.That(_objects.Where(one => one.Kind == role["kind"]!.GetValue<string>() && one.Namespace == binding.Namespace).Select(one => one.Name), Does.Contain(role["name"]!.GetValue<string>()), $"{binding}");
            if (_case.Name is not "own-accounts")
                Assert.That(Manifest.Items(binding.Content["subjects"]).Select(subject => subject["name"]!.GetValue<string>()), Is.SubsetOf(Names(_objects, "ServiceAccount")), $"{binding}");
        }
    }

    [Test]
    public void Every_selector_finds_the_pods_of_one_workload_and_every_named_port_is_theirs()
    {
        foreach (var workload in _objects.Where(one => one.Pod is not null))
        {
            Assert.That(Selected(workload.Content["spec"]!["selector"]!["matchLabels"]!), Is.EqualTo((string[])[workload.Name]), $"{workload}");
            foreach (var spread in Manifest.Items(workload.Pod!["spec"]!["topologySpreadConstraints"]))
                Assert.That(Selected(spread["labelSelector"]!["matchLabels"]!), Is.EqualTo((string[])[workload.Name]), $"{workload}");
        }
        foreach (var one in _objects)
        {
            var spec = one.Content["spec"];
            var (selector, ports) = one.Kind switch
            {
                "PodDisruptionBudget" => (spec!["selector"]!["matchLabels"], []),
                "PodMonitor" => (spec!["selector"]!["matchLabels"], Texts(spec["podMetricsEndpoints"], "port")),
                "NetworkPolicy" => (spec!["podSelector"]!["matchLabels"], Texts(spec["ingress"]![0]!["ports"], "port")),
                "Service" => (spec!["selector"], Texts(spec["ports"], "targetPort")),
                _ => (null, (IReadOnlyList<string>)[]),
            };
            if (selector is null) continue;
            var found = Selected(selector);
            Assert.That(found, Has.Count.EqualTo(1), $"{one}");
            var workload = _objects.Single(other => other.Pod is not null && other.Name == found[0]);
            Assert.That(ports, Is.SubsetOf(Names(Ports(workload))), $"{one}");
        }
        foreach (var monitor in _objects.Where(one => one.Kind is "ServiceMonitor"))
        {
            var services = _objects.Where(one => one.Kind is "Service" && Matches(monitor.Content["spec"]!["selector"]!["matchLabels"]!, one.Content["metadata"]!["labels"]!)).ToList();
            Assert.That(services, Has.Count.EqualTo(1), $"{monitor}");
            Assert.That(Texts(monitor.Content["spec"]!["endpoints"], "port"), Is.SubsetOf(Texts(services[0].Content["spec"]!["ports"], "name")), $"{monitor}");
        }
    }

    [Test]
    public void Every_image_has_a_tag_or_a_digest()
    {
        foreach (var image in _objects.SelectMany(one => one.Containers).Select(container => container["image"]!.GetValue<string>()))
            Assert.That(image, Does.Match(@"^[a-z0-9.:-]+(/[a-z0-9._-]+)+(:[\w.-]+|@sha256:[0-9a-f]{64})$"));
    }

    /// <summary>The strictest of the pod security standards holds for whatever is not a node's pod, unless the driver itself must be root.</summary>
    [Test]
    public void The_controllers_pod_is_restricted()
    {
        foreach (var workload in _objects.Where(one => one.Kind is "Deployment" && _case is not { Name: "root-driver" or "everything" or "hostnetwork" or "values" }))
        {
            var pod = workload.Pod!["spec"]!;
            Assert.That(pod["securityContext"]!["runAsNonRoot"]!.GetValue<bool>(), $"{workload}");
            Assert.That(pod["hostNetwork"], Is.Null, $"{workload}");
            Assert.That(Manifest.Items(pod["volumes"]).Where(volume => volume["hostPath"] is not null), Is.Empty, $"{workload}");
            foreach (var context in workload.Containers.Select(container => container["securityContext"]!))
            {
                Assert.That(context["allowPrivilegeEscalation"]!.GetValue<bool>(), Is.False, $"{workload}");
                Assert.That(context["capabilities"]!["drop"]![0]!.GetValue<string>(), Is.EqualTo("ALL"), $"{workload}");
                Assert.That(context["seccompProfile"]!["type"]!.GetValue<string>(), Is.EqualTo("RuntimeDefault"), $"{workload}");
            }
        }
    }

    private static IEnumerable<string> Names(IEnumerable<JsonObject> items) => items.Select(item => item["name"]!.GetValue<string>());

    private static IEnumerable<string> Names(IEnumerable<Manifest> objects, string kind) => objects.Where(one => one.Kind == kind).Select(one => one.Name);

    private static IReadOnlyList<string> Texts(JsonNode? list, string key) => [.. Manifest.Items(list).Select(item => item[key]!.GetValue<string>())];

    private static IEnumerable<JsonObject> Ports(Manifest workload) => workload.Containers.SelectMany(container => Manifest.Items(container["ports"]));

    private static bool Matches(JsonNode selector, JsonNode labels) => selector.AsObject().All(pair => labels[pair.Key]?.GetValue<string>() == pair.Value!.GetValue<string>());

    private List<string> Selected(JsonNode selector) =>
        [.. _objects.Where(one => one.Pod is { } pod && Matches(selector, pod["metadata"]!["labels"]!)).Select(one => one.Name)];
}
