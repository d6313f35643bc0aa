namespace Sidecars.Charts.Tests;

/// <summary>What hangs on the version of the cluster.</summary>
internal sealed class KubernetesVersionTests
{
    [TestCase("1.34.0", "storage.k8s.io/v1")]
    [TestCase("1.36.2", "storage.k8s.io/v1")]
    [TestCase("v1.33.4-eks-1", "storage.k8s.io/v1beta1")]
    [TestCase("1.31.0", "storage.k8s.io/v1beta1")]
    public async Task An_attributes_class_has_the_version_that_the_cluster_serves(string version, string expected)
    {
        foreach (var helm in Helm.Both)
        {
            var result = await helm.Template(Workspace.Chart("csi-driver"), "storage", [.. ChartCase.Of("csi-driver", "attributes").Values, "--kube-version", version]);
            Assert.That(result.Succeeded, $"{helm}: {result.Errors}");
            Assert.That(Manifest.ReadAll(result.Output).Single(one => one.Kind is "VolumeAttributesClass").ApiVersion, Is.EqualTo(expected), $"{helm}");
        }
    }

    [Test]
    public async Task A_cluster_without_attributes_classes_is_named_with_the_class()
    {
        foreach (var helm in Helm.Both)
        {
            var result = await helm.Template(Workspace.Chart("csi-driver"), "storage", [.. ChartCase.Of("csi-driver", "attributes").Values, "--kube-version", "1.30.1"]);
            Assert.That(result.Succeeded, Is.False, $"{helm}");
            Assert.That(result.Errors, Does.Contain("volumeAttributesClasses").And.Contain("gold").And.Contain("1.30.1"), $"{helm}");
        }
    }

    [TestCase("csi-driver", "minimal")]
    [TestCase("snapshot-controller", "default")]
    public async Task Clusters_from_1_29_on_are_taken_whatever_their_vendor_adds_and_older_ones_are_not(string chart, string name)
    {
        foreach (var helm in Helm.Both)
        {
            foreach (var (version, isTaken) in ((string, bool)[])[("v1.29.3-gke.100", true), ("v1.29.0+k3s1", true), ("1.28.9", false)])
            {
                var result = await helm.Template(Workspace.Chart(chart), "storage", [.. ChartCase.Of(chart, name).Values, "--kube-version", version]);
                Assert.That(result.Succeeded, Is.EqualTo(isTaken), $"{helm}, {version}: {result.Errors}");
            }
        }
    }
}
