using System.Text.Json;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Tests.Migration;

/// <summary>What classes of built-in plugins are to the drivers that took them over (provisioner contract 11).</summary>
internal sealed class ClassTranslationTests
{
    private const string Ebs = "aws-ebs", Gce = "gce-pd", Cinder = "cinder", AzureDisk = "azure-disk", AzureFile = "azure-file", Vsphere = "vsphere-volume", Portworx = "portworx-volume";
    private const string FsType = "csi.storage.k8s.io/fstype";

    [TestCase(Ebs, "type=gp3 fsType=xfs", "type=gp3 " + FsType + "=xfs")]
    [TestCase(Ebs, "IopsPerGB=10 FSTYPE=ext4 encrypted=true", "IopsPerGB=10 allowautoiopspergbincrease=true " + FsType + "=ext4 encrypted=true")]
    [TestCase(Ebs, "fstype=xfs csi.storage.k8s.io/fstype=xfs", FsType + "=xfs")]
    [TestCase(Ebs, "", "")]
    [TestCase(Gce, "type=pd-ssd fstype=xfs replication-type=regional-pd", "type=pd-ssd " + FsType + "=xfs replication-type=regional-pd")]
    [TestCase(Gce, "iopsPerGB=1", "iopsPerGB=1")]
    [TestCase(Cinder, "fsType=ext3 availability=nova zone=z", FsType + "=ext3 availability=nova zone=z")]
    [TestCase(AzureDisk, "fsType=ext3 kind=Managed cachingMode=None", "fsType=ext3 kind=Managed cachingMode=None")]
    [TestCase(AzureFile, "fsType=ext3 zone=z skuName=Standard_LRS", "fsType=ext3 zone=z skuName=Standard_LRS")]
    [TestCase(Vsphere, "fstype=ext4 StoragePolicyName=gold DataStore=ds diskformat=thin unknown=x",
        FsType + "=ext4 storagepolicyname=gold datastore-migrationparam=ds diskformat-migrationparam=thin csimigration=true")]
    [TestCase(Vsphere, "hostFailuresToTolerate=1 forceProvisioning=2 cacheReservation=3 diskStripes=4 objectSpaceReservation=5 iopsLimit=6",
        "hostfailurestotolerate-migrationparam=1 forceprovisioning-migrationparam=2 cachereservation-migrationparam=3 diskstripes-migrationparam=4 "
        + "objectspacereservation-migrationparam=5 iopslimit-migrationparam=6 csimigration=true")]
    [TestCase(Vsphere, "", "csimigration=true")]
    [TestCase(Portworx, "repl=2 fs=ext4", "repl=2 fs=ext4")]
    [TestCase(Portworx, "openstorage.io/auth-secret-name=s",
        "csi.storage.k8s.io/provisioner-secret-name=s csi.storage.k8s.io/controller-publish-secret-name=s csi.storage.k8s.io/node-stage-secret-name=s "
        + "csi.storage.k8s.io/node-publish-secret-name=s csi.storage.k8s.io/controller-expand-secret-name=s csi.storage.k8s.io/node-expand-secret-name=s")]
    [TestCase(Portworx, "OpenStorage.io/auth-secret-namespace=ns",
        "csi.storage.k8s.io/provisioner-secret-namespace=ns csi.storage.k8s.io/controller-publish-secret-namespace=ns csi.storage.k8s.io/node-stage-secret-namespace=ns "
        + "csi.storage.k8s.io/node-publish-secret-namespace=ns csi.storage.k8s.io/controller-expand-secret-namespace=ns csi.storage.k8s.io/node-expand-secret-namespace=ns")]
    public void Parameters_are_put_in_the_drivers_words(string plugin, string parameters, string translated)
    {
        var (result, error) = ClassTranslation.Translate(Of(plugin, parameters));
        Assert.That(error, Is.Null);
        Assert.That(Text(result!), Is.EqualTo(translated));
        Assert.That(result!.AllowedTopologies, Is.Null);
    }

    [TestCase(Ebs, "zone=us-east-1a", "topology.ebs.csi.aws.com/zone:us-east-1a")]
    [TestCase(Ebs, "Zones=us-east-1a,us-east-1b", "topology.ebs.csi.aws.com/zone:us-east-1a,us-east-1b")]
    [TestCase(Ebs, "zones=us-east-1a,\tus-east-1b", "topology.ebs.csi.aws.com/zone:us-east-1a,us-east-1b")]
    [TestCase(Gce, "zone=us-central1-a", "topology.gke.io/zone:us-central1-a")]
    [TestCase(Gce, "zones=us-central1-a,us-central1-b", "topology.gke.io/zone:us-central1-a,us-central1-b")]
    [TestCase(AzureDisk, "zone=eastus-1", "topology.disk.csi.azure.com/zone:eastus-1")]
    [TestCase(AzureDisk, "zones=eastus-1,2,", "topology.disk.csi.azure.com/zone:eastus-1,,")]
    public void Zones_of_the_parameters_become_places_that_are_allowed(string plugin, string parameters, string topologies)
    {
        var (result, error) = ClassTranslation.Translate(Of(plugin, parameters));
        Assert.That(error, Is.Null);
        Assert.That(result!.Parameters, Is.Empty);
        Assert.That(Topologies(result), Is.EqualTo(topologies));
    }

    [TestCase(Ebs, "topology.ebs.csi.aws.com/zone")]
    [TestCase(Gce, "topology.gke.io/zone")]
    [TestCase(Cinder, "topology.cinder.csi.openstack.org/zone")]
    [TestCase(AzureDisk, "topology.disk.csi.azure.com/zone")]
    [TestCase(AzureFile, null)]
    [TestCase(Vsphere, "topology.csi.vmware.com/zone")]
    [TestCase(Portworx, null)]
    public void Zone_labels_that_are_allowed_get_the_drivers_key(string plugin, string? zoneKey)
    {
        const string region = "topology.kubernetes.io/region:r";
        var (stable, beta) = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone");
        var given = Of(plugin, "", $"{stable}:a,b;{region}|{beta}:c");
        var (result, error) = ClassTranslation.Translate(given);
        Assert.That(error, Is.Null);
        Assert.That(Topologies(result!), Is.EqualTo($"{zoneKey ?? stable}:a,b;{region}|{zoneKey ?? beta}:c"));
        Assert.That(Topologies(given), Is.EqualTo($"{stable}:a,b;{region}|{beta}:c")); // it lies in a store
    }

    [Test]
    public void A_bare_number_is_no_zone_of_azure() => Assert.That(
        Topologies(ClassTranslation.Translate(Of(AzureDisk, "", "topology.kubernetes.io/zone:1,eastus-1|topology.disk.csi.azure.com/zone:22|other:3")).Class!),
        Is.EqualTo("topology.disk.csi.azure.com/zone:,eastus-1|topology.disk.csi.azure.com/zone:|other:3"));

    [TestCase(Ebs, "zone=a", "cannot simultaneously set allowed topologies and zone/zones parameters", "k:v")]
    [TestCase(Gce, "zones=a,b", "cannot simultaneously set allowed topologies and zone/zones parameters", "k:v")]
    [TestCase(AzureDisk, "zone=a", "cannot simultaneously set allowed topologies and zone/zones parameters", "k:v")]
    [TestCase(Ebs, "zone=a zones=b", "parameters zone and zones both say where volumes may be")]
    [TestCase(Ebs, "zones=a,,b", "parameter zones=\"a,,b\" names a zone without a name")]
    [TestCase(Gce, "zone=", "parameter zone=\"\" names a zone without a name")]
    [TestCase(Gce, "fsType=xfs csi.storage.k8s.io/fstype=ext4", "parameters fsType and csi.storage.k8s.io/fstype both stand for csi.storage.k8s.io/fstype")]
    [TestCase(Vsphere, "datastore=a DATASTORE=b", "parameters datastore and DATASTORE both stand for datastore-migrationparam")]
    [TestCase(Portworx, "openstorage.io/auth-secret-name=s csi.storage.k8s.io/node-stage-secret-name=t", "both stand for csi.storage.k8s.io/node-stage-secret-name")]
    public void Says_why_it_cannot(string plugin, string parameters, string error, string? allowed = null)
    {
        var (result, problem) = ClassTranslation.Translate(Of(plugin, parameters, allowed));
        Assert.That(result, Is.Null);
        Assert.That(problem, Does.Contain(error));
    }

    [TestCase("csi.example.com")]
    [TestCase("ebs.csi.aws.com")]
    [TestCase("kubernetes.io/glusterfs")]
    [TestCase(null)]
    public void A_class_of_no_built_in_plugin_stays_as_it_is(string? provisioner)
    {
        var given = Of(Ebs, "fsType=xfs zone=a");
        given.Provisioner = provisioner;
        Assert.That(ClassTranslation.Translate(given).Class, Is.SameAs(given));
    }

    [Test]
    public void All_else_of_the_class_stays()
    {
        var given = Of(Portworx, "repl=2");
        (given.ReclaimPolicy, given.MountOptions, given.VolumeBindingMode) = ("Retain", ["noatime"], "WaitForFirstConsumer");
        var result = ClassTranslation.Translate(given).Class!;
        Assert.That(JsonSerializer.Serialize(result, KubeJson.Default.StorageClass), Is.EqualTo(JsonSerializer.Serialize(given, KubeJson.Default.StorageClass)));
    }

    /// <summary>A class of the plugin; parameters as <c>key=value</c>, with a blank between them, topologies as <c>key:value,value;key:value|...</c>.</summary>
    private static StorageClass Of(string plugin, string parameters, string? topologies = null) => new()
    {
        Metadata = { Name = "class", Uid = "u" },
        Provisioner = $"kubernetes.io/{plugin}",
        Parameters = StringMap.From(parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')).Select(p => new KeyValuePair<string, string>(p[0], p[1]))),
        AllowedTopologies = topologies?.Split('|').Select(term => new TopologySelectorTerm
        {
            MatchLabelExpressions = [.. term.Split(';').Select(e => e.Split(':')).Select(e => new TopologySelectorRequirement { Key = e[0], Values = e[1].Split(',') })],
        }).ToList(),
    };

    private static string Text(StorageClass storageClass) => string.Join(' ', storageClass.Parameters!.Select(p => $"{p.Key}={p.Value}"));

    private static string Topologies(StorageClass storageClass) => string.Join('|', storageClass.AllowedTopologies!.Select(term =>
        string.Join(';', term.MatchLabelExpressions!.Select(e => $"{e.Key}:{string.Join(',', e.Values!)}"))));
}
