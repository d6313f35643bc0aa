using System.Text.Json;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Tests.Migration;

/// <summary>What volumes of the drivers are to the built-in plugins they took over, and back again (provisioner contract 11).</summary>
internal sealed class BackTranslationTests
{
    private const string Ebs = "ebs.csi.aws.com", Gce = "pd.csi.storage.gke.io", Cinder = "cinder.csi.openstack.org", AzureDisk = "disk.csi.azure.com",
        AzureFile = "file.csi.azure.com", Vsphere = "csi.vsphere.vmware.com", Portworx = "pxd.portworx.com";

    private const string Uri = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/d";
    private const string Disk = "projects/p/zones/us-central1-a/disks/d";

    // driver, handle, further members of the source, the source of the plugin, the handle after the way back
    [TestCase(Ebs, "vol-1", ",\"fsType\":\"xfs\",\"readOnly\":true", "\"awsElasticBlockStore\":{\"volumeID\":\"vol-1\",\"fsType\":\"xfs\",\"partition\":0,\"readOnly\":true}", "vol-1")]
    [TestCase(Ebs, "vol-1", ",\"volumeAttributes\":{\"partition\":\"2\"}", "\"awsElasticBlockStore\":{\"volumeID\":\"vol-1\",\"partition\":2,\"readOnly\":false}", "vol-1")]
    [TestCase(Gce, Disk, ",\"fsType\":\"ext4\",\"volumeAttributes\":{\"partition\":\"\"}", "\"gcePersistentDisk\":{\"pdName\":\"d\",\"fsType\":\"ext4\",\"partition\":0,\"readOnly\":false}", "projects/UNSPECIFIED/zones/UNSPECIFIED/disks/d")]
    [TestCase(Gce, "projects/p/regions/us-central1/disks/d", ",\"volumeAttributes\":{\"partition\":\"3\"}", "\"gcePersistentDisk\":{\"pdName\":\"d\",\"partition\":3,\"readOnly\":false}", "projects/UNSPECIFIED/zones/UNSPECIFIED/disks/d")]
    [TestCase(Cinder, "c-1", ",\"fsType\":\"ext3\",\"readOnly\":true", "\"cinder\":{\"volumeID\":\"c-1\",\"fsType\":\"ext3\",\"readOnly\":true}", "c-1")]
    [TestCase(AzureDisk, Uri, "", "\"azureDisk\":{\"diskURI\":\"" + Uri + "\",\"fsType\":\"\",\"readOnly\":false,\"kind\":\"Managed\",\"diskName\":\"d\"}", Uri)]
    [TestCase(AzureDisk, Uri, ",\"fsType\":\"ext4\",\"readOnly\":true,\"volumeAttributes\":{\"CachingMode\":\"None\",\"fsType\":\"xfs\",\"kind\":\"Dedicated\"}",
        "\"azureDisk\":{\"diskURI\":\"" + Uri + "\",\"cachingMode\":\"None\",\"fsType\":\"xfs\",\"readOnly\":true,\"kind\":\"Managed\",\"diskName\":\"d\"}", Uri)]
    [TestCase(AzureDisk, "HTTPS://h/http://a/vhds/f.vhd", "", "\"azureDisk\":{\"diskURI\":\"HTTPS://h/http://a/vhds/f.vhd\",\"fsType\":\"\",\"readOnly\":false,\"kind\":\"Managed\",\"diskName\":\"f.vhd\"}", "HTTPS://h/http://a/vhds/f.vhd")]
    [TestCase(AzureFile, "g#acc#sh#disk#", "", "\"azureFile\":{\"secretName\":\"azure-storage-account-acc-secret\",\"shareName\":\"sh\",\"readOnly\":false,\"secretNamespace\":\"default\"}", "g#acc#sh#pv#default")]
    [TestCase(AzureFile, "#acc#sh", ",\"readOnly\":true,\"volumeAttributes\":{\"shareName\":\"own\",\"secretNamespace\":\"ns\"}", "\"azureFile\":{\"secretName\":\"azure-storage-account-acc-secret\",\"shareName\":\"own\",\"readOnly\":true,\"secretNamespace\":\"ns\"}", "#acc#own#pv#ns")]
    [TestCase(AzureFile, "any", ",\"volumeAttributes\":{\"sharename\":\"sh\",\"secretname\":\"a\",\"secretnamespace\":\"b\"},\"nodeStageSecretRef\":{\"name\":\"s\",\"namespace\":\"ns\"}", "\"azureFile\":{\"secretName\":\"s\",\"shareName\":\"sh\",\"readOnly\":false,\"secretNamespace\":\"ns\"}", "#s#sh#pv#ns")]
    [TestCase(Vsphere, "id-1", ",\"fsType\":\"ext4\",\"volumeAttributes\":{\"initialvolumefilepath\":\"[ds] a.vmdk\"}", "\"vsphereVolume\":{\"volumePath\":\"[ds] a.vmdk\",\"fsType\":\"ext4\"}", "[ds] a.vmdk")]
    [TestCase(Portworx, "p-1", ",\"fsType\":\"xfs\",\"readOnly\":true", "\"portworxVolume\":{\"volumeID\":\"p-1\",\"fsType\":\"xfs\",\"readOnly\":true}", "p-1")]
    public void A_volume_becomes_one_of_the_plugin_and_is_found_again(string driver, string handle, string source, string translated, string back)
    {
        var volume = Of(driver, handle, source);
        Assert.That(BackTranslation.Rewrite(volume), Is.Null);
        Assert.That(volume.Spec.Csi, Is.Null);
        Assert.That(Json(volume.Spec), Is.EqualTo("{" + translated + "}"));
        Assert.That(InTreeTranslation.HandleOf(volume), Is.EqualTo(back));
    }

    [TestCase(Ebs, "vol-1", ",\"volumeAttributes\":{\"partition\":\"one\"}", "the attribute partition=\"one\" of the volume is not a number")]
    [TestCase(Ebs, "vol-1", ",\"volumeAttributes\":{\"partition\":\"\"}", "the attribute partition=\"\" of the volume is not a number")]
    [TestCase(Gce, "d", "", "volume handle d has not the form projects/P/zones/Z/disks/D")]
    [TestCase(Gce, Disk, ",\"volumeAttributes\":{\"partition\":\"x\"}", "is not a number")]
    [TestCase(AzureDisk, "d", "", "volume handle d has not the form /subscriptions/S/")]
    [TestCase(AzureDisk, "/resourceGroups/g/subscriptions/s/providers/Microsoft.Compute/disks/d", "", "has not the form /subscriptions/S/")]
    [TestCase(AzureDisk, "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/", "", "has not the form /subscriptions/S/")]
    [TestCase(AzureFile, "sh", "", "volume handle sh has not the form GROUP#ACCOUNT#SHARE")]
    [TestCase(AzureFile, "g#acc", ",\"volumeAttributes\":{\"sharename\":\"sh\"}", "volume handle g#acc has not the form GROUP#ACCOUNT#SHARE")]
    [TestCase(Vsphere, "id-1", "", "the driver did not say its path in the attribute initialvolumefilepath")]
    [TestCase("csi.example.com", "h", "", "driver csi.example.com has taken over no in-tree plugin")]
    public void Says_why_it_cannot(string driver, string handle, string source, string error) =>
        Assert.That(BackTranslation.Rewrite(Of(driver, handle, source)), Does.Contain(error));

    // The affinity as "key:value,value;key:value|..."; the labels as "key=value key=value".
    private const string Zone = "topology.kubernetes.io/zone", Region = "topology.kubernetes.io/region";
    private const string BetaZone = "failure-domain.beta.kubernetes.io/zone", BetaRegion = "failure-domain.beta.kubernetes.io/region";

    [TestCase(Ebs, "topology.ebs.csi.aws.com/zone:us-east-1a", Zone + ":us-east-1a;" + Region + ":us-east-1", Region + "=us-east-1 " + Zone + "=us-east-1a")]
    [TestCase(Ebs, "topology.ebs.csi.aws.com/zone:us-gov-west-1a", Zone + ":us-gov-west-1a;" + Region + ":us-gov-west-1", Region + "=us-gov-west-1 " + Zone + "=us-gov-west-1a")]
    [TestCase(Ebs, "topology.ebs.csi.aws.com/zone:us-west-2-lax-1a", Zone + ":us-west-2-lax-1a;" + Region + ":us-west-2", Region + "=us-west-2 " + Zone + "=us-west-2-lax-1a")]
    [TestCase(Ebs, "topology.ebs.csi.aws.com/zone:us-east-1-wl1-bos-wlz-1", Zone + ":us-east-1-wl1-bos-wlz-1;" + Region + ":us-east-1", Region + "=us-east-1 " + Zone + "=us-east-1-wl1-bos-wlz-1")]
    [TestCase(Ebs, BetaZone + ":us-east-1a", BetaZone + ":us-east-1a;" + BetaRegion + ":us-east-1", BetaRegion + "=us-east-1 " + BetaZone + "=us-east-1a")]
    [TestCase(Ebs, "topology.ebs.csi.aws.com/zone:us-east-1a;" + Region + ":own", Zone + ":us-east-1a;" + Region + ":own", Region + "=own " + Zone + "=us-east-1a")]
    [TestCase(Gce, "topology.gke.io/zone:us-central1-b|topology.gke.io/zone:us-central1-a;x:y",
        Zone + ":us-central1-b;" + Region + ":us-central1|" + Zone + ":us-central1-a;x:y;" + Region + ":us-central1", Region + "=us-central1 " + Zone + "=us-central1-a__us-central1-b")]
    [TestCase(Gce, "topology.gke.io/zone:us-central1-a|topology.gke.io/zone:us-east1-b",
        Zone + ":us-central1-a;" + Region + ":us-central1|" + Zone + ":us-east1-b;" + Region + ":us-east1", Zone + "=us-central1-a__us-east1-b")]
    [TestCase(Cinder, "topology.cinder.csi.openstack.org/zone:nova|topology.cinder.csi.openstack.org/zone:alpha", Zone + ":nova|" + Zone + ":alpha", Zone + "=alpha__nova")]
    [TestCase(Cinder, "other:x", "other:x", "")]
    [TestCase(Vsphere, "topology.csi.vmware.com/region:r2;topology.csi.vmware.com/zone:z2|topology.csi.vmware.com/region:r1;topology.csi.vmware.com/zone:z1",
        Region + ":r2;" + Zone + ":z2|" + Region + ":r1;" + Zone + ":z1", Region + "=r1 " + Zone + "=z1")]
    [TestCase(Vsphere, "topology.csi.vmware.com/zone:z", Zone + ":z", Zone + "=z")]
    [TestCase(AzureDisk, "topology.disk.csi.azure.com/zone:eastus-1", "topology.disk.csi.azure.com/zone:eastus-1", "")]
    [TestCase(AzureFile, "topology.kubernetes.io/zone:z", "topology.kubernetes.io/zone:z", "")]
    [TestCase(Portworx, "px:1", "px:1", "")]
    [TestCase(Ebs, null, null, "")]
    public void Places_are_put_in_the_clusters_words(string driver, string? affinity, string? translated, string labels)
    {
        var volume = Usable(driver, affinity);
        var given = volume.Spec.NodeAffinity;
        Assert.That(BackTranslation.Rewrite(volume), Is.Null);
        Assert.That(Affinity(volume.Spec.NodeAffinity), Is.EqualTo(translated));
        Assert.That(Affinity(given), Is.EqualTo(affinity)); // others may share it
        Assert.That(string.Join(' ', (volume.Metadata.Labels ?? StringMap.Empty).Select(l => $"{l.Key}={l.Value}")), Is.EqualTo(labels));
    }

    [TestCase(Ebs, "topology.ebs.csi.aws.com/zone:nowhere", "the name of zone \"nowhere\" does not tell its region")]
    [TestCase(Ebs, "topology.ebs.csi.aws.com/zone:us-east-1", "the name of zone \"us-east-1\" does not tell its region")]
    [TestCase(Ebs, "topology.ebs.csi.aws.com/outpost-id:op-1", "the driver named no zone")]
    [TestCase(Ebs, "topology.ebs.csi.aws.com/zone:us-east-1a,us-west-2a", "zones us-east-1a, us-west-2a are not all of one region")]
    [TestCase(Gce, "topology.gke.io/zone:a-b-c-d", "the name of zone \"a-b-c-d\" does not tell its region")]
    public void Says_why_a_place_has_no_region(string driver, string affinity, string error) =>
        Assert.That(BackTranslation.Rewrite(Usable(driver, affinity)), Does.Contain(error));

    [TestCase("topology.gke.io/zone:us-central1-a", "projects/UNSPECIFIED/zones/us-central1-a/disks/d")]
    [TestCase("topology.gke.io/zone:us-central1-a|topology.gke.io/zone:us-central1-b", "projects/UNSPECIFIED/regions/us-central1/disks/d")]
    public void A_disk_is_found_again_by_the_label_it_got(string affinity, string handle)
    {
        var volume = Usable(Gce, affinity);
        Assert.That(BackTranslation.Rewrite(volume), Is.Null);
        Assert.That(InTreeTranslation.HandleOf(volume), Is.EqualTo(handle));
    }

    [TestCase("g#acc#sh#disk#", "", "g")]
    [TestCase("g#acc#sh#disk#", ",\"volumeAttributes\":{\"sharename\":\"sh\",\"secretname\":\"s\"}", "g")]
    [TestCase("#acc#sh", "", null)]
    public void The_resource_group_of_a_share_is_noted_on_the_volume(string handle, string source, string? group)
    {
        var volume = Of(AzureFile, handle, source);
        Assert.That(BackTranslation.Rewrite(volume), Is.Null);
        Assert.That(volume.Annotation("kubernetes.io/azure-file-resource-group"), Is.EqualTo(group));
        Assert.That(volume.Annotation("its"), Is.EqualTo("own"));
    }

    [Test]
    public void The_secret_of_a_portworx_volume_is_noted_on_it_and_found_again()
    {
        const string secrets = ",\"controllerPublishSecretRef\":{\"name\":\"s\",\"namespace\":\"ns\"},\"nodePublishSecretRef\":{\"name\":\"s\",\"namespace\":\"ns\"}";
        var volume = Of(Portworx, "p", secrets);
        Assert.That(BackTranslation.Rewrite(volume), Is.Null);
        Assert.That(InTreeTranslation.Translate(volume).Details!.Csi!.ControllerPublishSecretRef!.ToString(), Is.EqualTo("ns/s"));
    }

    private static PersistentVolume Usable(string driver, string? affinity)
    {
        var handle = driver is Gce ? Disk : driver is AzureDisk ? Uri : driver is AzureFile ? "#a#s" : "vol-1";
        var volume = Of(driver, handle, ",\"volumeAttributes\":{\"initialvolumefilepath\":\"[ds] a.vmdk\"}");
        volume.Spec.NodeAffinity = affinity is null ? null : new VolumeNodeAffinity
        {
            Required = new NodeSelector
            {
                NodeSelectorTerms = affinity.Split('|').Select(term => new NodeSelectorTerm
                {
                    MatchExpressions = [.. term.Split(';').Select(e => e.Split(':')).Select(e => new NodeSelectorRequirement { Key = e[0], Operator = "In", Values = e[1].Split(',') })],
                }).ToList(),
            },
        };
        return volume;
    }

    private static string? Affinity(VolumeNodeAffinity? affinity) => affinity is null ? null : string.Join('|', affinity.Required!.NodeSelectorTerms!.Select(term =>
        string.Join(';', term.MatchExpressions!.Select(e => $"{e.Key}:{string.Join(',', e.Values!)}"))));

    private static string Json(VolumeSpec spec) => JsonSerializer.Serialize(new PersistentVolume { Spec = spec }, KubeJson.Default.PersistentVolume)
        .Replace("{\"metadata\":{},\"spec\":", "", StringComparison.Ordinal)[..^1];

    private static PersistentVolume Of(string driver, string handle, string source) => JsonSerializer.Deserialize(
        "{\"metadata\":{\"name\":\"pv\",\"annotations\":{\"its\":\"own\"}},\"spec\":{\"csi\":{\"driver\":\"" + driver + "\",\"volumeHandle\":\"" + handle + "\"" + source + "}}}",
        KubeJson.Default.PersistentVolume)!;
}
