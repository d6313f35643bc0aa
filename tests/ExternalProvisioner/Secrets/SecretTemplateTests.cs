using Sidecars.ExternalProvisioner.Secrets;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Secrets;

public sealed class SecretTemplateTests
{
    private static readonly TemplateClaim s_claim = new("pvcnamespace", "pvcname", StringMap.From([new("akey", "avalue"), new("tricky", "${pvc.name}")]));

    [TestCase("static-${pv.name}-${pvc.namespace}-${pvc.name}-${pvc.annotations['akey']}", "static-${pv.name}-${pvc.namespace}",
        "static-pvname-pvcnamespace-pvcname-avalue", "static-pvname-pvcnamespace", TestName = "All_tokens")]
    [TestCase("plain", "ns", "plain", "ns", TestName = "Without_tokens")]
    [TestCase("a.b-c.d", "ns", "a.b-c.d", "ns", TestName = "A_name_may_be_a_subdomain")]
    [TestCase("a${}b${unclosed", "ns", "abunclosed", "ns", TestName = "Empty_and_unclosed_braces_are_swallowed")]
    public void Templates_resolve(string name, string ns, string expectedName, string expectedNamespace)
    {
        var (reference, error) = Resolve(name, ns);
        Assert.That(error, Is.Null);
        Assert.That(reference, Is.EqualTo(new SecretReference(expectedName, expectedNamespace)));
    }

    [TestCase("n", "${pvc.name}", "error resolving value \"${pvc.name}\": invalid tokens: [\"pvc.name\"]")]
    [TestCase("n", "${bar}", "error resolving value \"${bar}\": invalid tokens: [\"bar\"]")]
    [TestCase("${b}-${a}-${b}", "ns", "error resolving value \"${b}-${a}-${b}\": invalid tokens: [\"a\" \"b\"]")]
    [TestCase("$pvc.name", "ns", "error resolving value \"$pvc.name\": invalid tokens: [\"pvc\"]")]
    [TestCase("$$", "ns", "error resolving value \"$$\": invalid tokens: [\"$\"]")]
    [TestCase("${pvc.annotations['nokey']}", "ns", "error resolving value \"${pvc.annotations['nokey']}\": invalid tokens: [\"pvc.annotations['nokey']\"]")]
    [TestCase("Upper", "ns", "\"Upper\" is not a valid secret name")]
    [TestCase("n", "a.b", "\"a.b\" is not a valid namespace name")]
    [TestCase("${pvc.annotations['tricky']}", "ns", "\"${pvc.annotations['tricky']}\" resolved to \"${pvc.name}\" which is not a valid secret name")]
    [TestCase("n", "-${pvc.namespace}", "\"-${pvc.namespace}\" resolved to \"-pvcnamespace\" which is not a valid namespace name")]
    public void Bad_templates_say_what_is_wrong(string name, string ns, string expected) => Assert.That(Resolve(name, ns).Error, Is.EqualTo(expected));

    private static readonly object[] s_pairs =
    [
        new object?[] { new[] { "csiProvisionerSecretName=a", "csi.storage.k8s.io/provisioner-secret-namespace=b" }, "b/a", null },
        new object?[] { new[] { "csiProvisionerSecretName=a", "csiProvisionerSecretNamespace=b" }, "b/a", null },
        new object?[] { new[] { "csi.storage.k8s.io/secret-name=d", "csi.storage.k8s.io/secret-namespace=e" }, "e/d", null },
        new object?[] { Array.Empty<string>(), null, null },
        new object?[] { new[] { "csiProvisionerSecretName=a" }, null, "either name and namespace for Provisioner secrets specified, Both must be specified" },
        new object?[] { new[] { "csi.storage.k8s.io/provisioner-secret-namespace=a" }, null, "either name and namespace for Provisioner secrets specified, Both must be specified" },
        new object?[] { new[] { "csiProvisionerSecretName=", "csiProvisionerSecretNamespace=b" }, null, "Provisioner secrets specified in parameters but value of either namespace or name is empty" },
        new object?[] { new[] { "csiProvisionerSecretName=a", "csi.storage.k8s.io/provisioner-secret-name=a", "csiProvisionerSecretNamespace=b" }, null, "Provisioner secrets specified in parameters with both \"csi\" and \"csi.storage.k8s.io/\" keys" },
        new object?[] { new[] { "csi.storage.k8s.io/secret-name=d" }, null, "default: either name and namespace for Default secrets specified, Both must be specified" },
    ];

    [TestCaseSource(nameof(s_pairs))]
    public void Which_keys_name_a_secret(string[] parameters, string? expected, string? error)
    {
        var map = StringMap.From(parameters.Select(p => new KeyValuePair<string, string>(p.Split('=')[0], p.Split('=')[1])));
        var (reference, problem) = SecretTemplate.Resolve(SecretPurpose.Provisioner, map, "pv", new TemplateClaim("ns", "n"));
        Assert.That(reference?.ToString(), Is.EqualTo(expected));
        var wrapped = error is null ? null
            : error.StartsWith("default: ", StringComparison.Ordinal) ? $"failed to get default name and namespace template from params: {error["default: ".Length..]}"
            : $"failed to get name and namespace template from params: {error}";
        Assert.That(problem, Is.EqualTo(wrapped));
    }

    [Test]
    public void Every_purpose_falls_back_to_the_default_secret()
    {
        var map = StringMap.From([new("csi.storage.k8s.io/secret-name", "${pvc.name}"), new("csi.storage.k8s.io/secret-namespace", "default-ns")]);
        foreach (var purpose in SecretPurpose.All)
        {
            Assert.That(SecretTemplate.Resolve(purpose, map, "pv", new TemplateClaim("ns", "my-pvc")).Reference,
                Is.EqualTo(new SecretReference("my-pvc", "default-ns")), purpose.Kind);
        }
    }

    private static (SecretReference? Reference, string? Error) Resolve(string name, string ns) => SecretTemplate.Resolve(SecretPurpose.NodeStage,
        StringMap.From([new("csi.storage.k8s.io/node-stage-secret-name", name), new("csi.storage.k8s.io/node-stage-secret-namespace", ns)]), "pvname", s_claim);
}
