using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Secrets;

namespace Sidecars.SnapshotController.Tests.Secrets;

/// <summary>Which secret a class names for a snapshot (snapshot controller contract 8).</summary>
internal sealed class SecretTemplateTests
{
    [TestCase("s", "n", "s", "n")]
    [TestCase("${volumesnapshot.name}", "${volumesnapshot.namespace}", "snap", "ns")]
    [TestCase("x-${volumesnapshotcontent.name}", "${volumesnapshotcontent.name}", "x-c", "c")]
    [TestCase("a${}b", "n", "ab", "n")]
    public void Names(string name, string ns, string expectedName, string expectedNamespace) =>
        Assert.That(Resolve(name, ns), Is.EqualTo((new SecretReference(expectedName, expectedNamespace), (string?)null)));

    [TestCase("s", null, "Both must be specified")]
    [TestCase(null, "n", "Both must be specified")]
    [TestCase("", "n", "is empty")]
    [TestCase("s", "${volumesnapshot.name}", "invalid tokens: [\"volumesnapshot.name\"]")]
    [TestCase("${pvc.name}", "n", "invalid tokens: [\"pvc.name\"]")]
    [TestCase("S", "n", "not a valid secret name")]
    [TestCase("s", "n.s", "not a valid namespace name")]
    [TestCase("s$", "n", "not a valid secret name")]
    public void Problems(string? name, string? ns, string problem) => Assert.That(Resolve(name, ns).Error, Does.Contain(problem));

    [Test]
    public void None() => Assert.That(Resolve(null, null), Is.EqualTo(((SecretReference?)null, (string?)null)));

    private static (SecretReference? Reference, string? Error) Resolve(string? name, string? ns)
    {
        var parameters = new List<KeyValuePair<string, string>> { new("tier", "cold") };
        if (name is not null) parameters.Add(new("csi.storage.k8s.io/snapshotter-secret-name", name));
        if (ns is not null) parameters.Add(new("csi.storage.k8s.io/snapshotter-secret-namespace", ns));
        return SecretTemplate.Resolve(SecretKeys.OfSnapshots, StringMap.From(parameters), "c", new ObjectKey("ns", "snap"));
    }
}
