using Sidecars.ExternalSnapshotter.Requests;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalSnapshotter.Tests.Requests;

internal sealed class SnapshotParametersTests
{
    [Test]
    public void Keys_of_all_secrets_stay_here_in_classes_of_either_kind()
    {
        var all = ClassSecret.All.SelectMany(s => new[] { s.NameKey, s.NamespaceKey }).Append("a").Select(k => KeyValuePair.Create(k, "v"));
        var (parameters, error) = SnapshotParameters.Of(StringMap.From(all), "volumesnapshot", null, "c");
        Assert.That((error, parameters!.Keys.Single(), ClassSecret.All.Count), Is.EqualTo(((string?)null, "a", 4)));
        Assert.That(ClassSecret.All.Select(s => s.NameKey), Is.EquivalentTo((string[])
        [
            "csi.storage.k8s.io/snapshotter-secret-name", "csi.storage.k8s.io/snapshotter-list-secret-name",
            "csi.storage.k8s.io/group-snapshotter-secret-name", "csi.storage.k8s.io/group-snapshotter-get-secret-name",
        ]));
    }

    [TestCase("csi.storage.k8s.io/bim")]
    [TestCase("csi.storage.k8s.io/")]
    [TestCase("csi.storage.k8s.io/volumesnapshot/name")]
    public void Any_other_key_of_that_prefix_is_an_error(string key)
    {
        var (parameters, error) = SnapshotParameters.Of(StringMap.From([new(key, "x")]), "volumesnapshot", null, "c");
        Assert.That(parameters, Is.Null);
        Assert.That(error, Is.EqualTo($"failed to remove CSI Parameters of prefixed keys: found unknown parameter key \"{key}\" with reserved namespace csi.storage.k8s.io/"));
    }

    [Test]
    public void Without_a_class_there_are_none() => Assert.That(SnapshotParameters.Of(null, "volumesnapshot", null, "c").Parameters, Is.Empty);
}
