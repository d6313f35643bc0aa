using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Requests;

public sealed class ParameterTests
{
    [TestCase("fstype=ext3", "ext3")]
    [TestCase("FSType=ext3", "ext3")]
    [TestCase("csi.storage.k8s.io/fstype=xfs", "xfs")]
    [TestCase("fstype=", "ext4")]
    [TestCase("type=ssd", "ext4")]
    public void The_file_system_comes_from_the_class_or_the_default(string parameter, string expected) =>
        Assert.That(FileSystemType.Of(Map(parameter), "ext4").FsType, Is.EqualTo(expected));

    [TestCase("fstype=a", "csi.storage.k8s.io/fstype=b")]
    [TestCase("fstype=a", "fsType=a")]
    public void Two_file_systems_are_an_error(string one, string two) => Assert.That(FileSystemType.Of(Map(one, two), "").Error,
        Is.EqualTo("fstype specified in parameters with both \"fstype\" and \"csi.storage.k8s.io/fstype\" keys"));

    [Test]
    public void All_known_reserved_keys_are_stripped_and_nothing_else()
    {
        string[] purposes = ["", "provisioner-", "controller-publish-", "node-stage-", "node-publish-", "controller-expand-", "node-expand-", "controller-modify-"];
        var reserved = purposes.SelectMany(p => new[] { $"csi.storage.k8s.io/{p}secret-name=x", $"csi.storage.k8s.io/{p}secret-namespace=x" })
            .Append("csi.storage.k8s.io/fstype=x").ToArray();
        Assert.That(reserved, Has.Length.EqualTo(17));

        var (parameters, error) = ReservedParameters.Strip(Map([.. reserved, "csiFoo=bar", "csiProvisionerSecretName=kept"]));
        Assert.That(error, Is.Null);
        Assert.That(parameters, Is.EquivalentTo(new Dictionary<string, string> { ["csiFoo"] = "bar", ["csiProvisionerSecretName"] = "kept" }));
    }

    [TestCase("csi.storage.k8s.io/bim")]
    [TestCase("csi.storage.k8s.io/pvc/name")]
    [TestCase("csi.storage.k8s.io/resizer-secret-name")]
    [TestCase("csi.storage.k8s.io/FSTYPE")]
    public void An_unknown_reserved_key_is_an_error(string key) => Assert.That(ReservedParameters.Strip(Map($"{key}=x")).Error,
        Is.EqualTo($"found unknown parameter key \"{key}\" with reserved namespace csi.storage.k8s.io/"));

    private static StringMap Map(params string[] parameters) =>
        StringMap.From(parameters.Select(p => new KeyValuePair<string, string>(p.Split('=')[0], p.Split('=')[1])));
}
