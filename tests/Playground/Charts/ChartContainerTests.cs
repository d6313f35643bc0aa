namespace Sidecars.Playground.Tests.Charts;

internal sealed class ChartContainerTests
{
    private static readonly HashSet<string> s_programs = ["csi-attacher", "livenessprobe"];

    [Test]
    public void A_container_is_known_by_its_command_and_without_one_by_its_image() => Assert.That(
        Containers("DaemonSet", """
            initContainers:
            - {name: first, image: r/livenessprobe, args: [--v=1]}
            containers:
            - {name: driver, image: registry.example.com/driver:v1}
            - {name: a, image: registry.example.com:5000/all@sha256:abc, command: [/csi-attacher]}
            """).Select(container => (container.Program, container.Namespace, container.Account, container.IsOnEveryNode)),
        Is.EqualTo(new[] { ("livenessprobe", "n", "sa", true), ("csi-attacher", "n", "sa", true) }));

    [Test]
    public void What_is_no_workload_has_none() =>
        Assert.That(ChartContainer.Of(YamlManifests.Read("{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: []}}", "f").Single(), "n", s_programs), Is.Empty);

    [TestCase("--a=$(NODE)", "--a=worker")]
    [TestCase("--a=$(OWN)/$(NAMESPACE)", "--a=one/n")]
    [TestCase("--a=$(CHAINED)", "--a=worker-x")]
    [TestCase("--a=$(NOWHERE)", "--a=$(NOWHERE)", TestName = "One that is not there stays as it is")]
    [TestCase("--a=$(SECRET)", "--a=$(SECRET)", TestName = "One whose value lies in a secret is not known here")]
    [TestCase("--a=$$(NODE)", "--a=$(NODE)", TestName = "A doubled sign is one")]
    public void Variables_are_expanded_as_by_the_kubelet(string argument, string expanded)
    {
        var container = Containers("Deployment", """
            containers:
            - name: a
              image: x/csi-attacher:v1
              args: ["ARGUMENT"]
              env:
              - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
              - {name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
              - {name: OWN, value: one}
              - {name: CHAINED, value: $(NODE)-x}
              - {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: k}}}
            """.Replace("ARGUMENT", argument, StringComparison.Ordinal)).Single();
        Assert.That(container.ArgumentsWith(container.EnvironmentOn("worker", "pod")), Is.EqualTo(new[] { expanded }));
    }

    [TestCase("--enable-capacity", true)]
    [TestCase("--enable-capacity=true", true)]
    [TestCase("--enable-capacity=false", false)]
    public void A_switch_is_on_as_the_program_reads_it(string argument, bool isOn) =>
        Assert.That(Containers("Deployment", $"containers: [{{name: a, image: csi-attacher, args: [{argument}]}}]").Single().Has("--enable-capacity"), Is.EqualTo(isOn));

    private static List<ChartContainer> Containers(string kind, string pod)
    {
        var spec = string.Join('\n', pod.Split('\n').Select(line => $"      {line}"));
        var manifest = $"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: w, namespace: n}}\nspec:\n  template:\n    spec:\n      serviceAccountName: sa\n{spec}\n";
        return [.. ChartContainer.Of(YamlManifests.Read(manifest, "f").Single(), "other", s_programs)];
    }
}
