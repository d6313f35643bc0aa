using System.Text.Json;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Migration;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Tests.Migration;

/// <summary>What volumes of built-in plugins are to the drivers that took them over (common contract 16).</summary>
internal sealed class InTreeTranslationTests
{
    [TestCase("""{"awsElasticBlockStore":{"volumeID":"vol-1","fsType":"xfs","partition":0,"readOnly":true}}""", "vol-1", "xfs", true, "partition=0")]
    [TestCase("""{"awsElasticBlockStore":{"volumeID":"aws://us-east-1a/vol-1","partition":2}}""", "vol-1", null, false, "partition=2")]
    [TestCase("""{"azureDisk":{"diskURI":"/subs/d","diskName":"d","kind":"managed","cachingMode":"None","fsType":"ext4","readOnly":true}}""", "/subs/d", "ext4", true, "kind=Managed cachingmode=None fstype=ext4")]
    [TestCase("""{"azureDisk":{"diskURI":"/subs/d","diskName":"d"}}""", "/subs/d", null, false, "kind=Managed")]
    [TestCase("""{"azureFile":{"secretName":"azure-storage-account-acc-secret","shareName":"sh","secretNamespace":"ns","readOnly":true}}""", "#acc#sh#pv#ns", "", true, "sharename=sh")]
    [TestCase("""{"azureFile":{"secretName":"plain","shareName":"sh"},"claimRef":{"namespace":"claims"}}""", "#plain#sh#pv#claims", "", false, "sharename=sh")]
    [TestCase("""{"cinder":{"volumeID":"c-1","fsType":"ext3","readOnly":true}}""", "c-1", "ext3", true, "")]
    [TestCase("""{"gcePersistentDisk":{"pdName":"d","fsType":"ext4","partition":3}}""", "projects/UNSPECIFIED/zones/UNSPECIFIED/disks/d", "ext4", false, "partition=3")]
    [TestCase("""{"portworxVolume":{"volumeID":"p-1","fsType":"xfs","readOnly":true}}""", "p-1", "xfs", false, "")]
    [TestCase("""{"vsphereVolume":{"volumePath":"[ds] a.vmdk","fsType":"ext4","storagePolicyName":"gold"}}""", "[ds] a.vmdk", "ext4", false, "storagepolicyname=gold")]
    public void Translates(string spec, string handle, string? fsType, bool readOnly, string attributes)
    {
        var (details, error) = InTreeTranslation.Translate(Of(spec));
        Assert.That(error, Is.Null);
        Assert.That((details!.Csi!.VolumeHandle, details.Csi.FsType, details.Csi.ReadOnly), Is.EqualTo((handle, fsType, readOnly)));
        Assert.That(string.Join(' ', details.Csi.VolumeAttributes!.Select(a => $"{a.Key}={a.Value}")), Is.EqualTo(attributes));
    }

    [TestCase("""{"awsElasticBlockStore":{"volumeID":"aws://us-east-1a/other-1"}}""", "not of the form vol-")]
    [TestCase("""{"azureDisk":{"diskURI":"/d","diskName":"d","kind":"Dedicated"}}""", "only Managed disks are")]
    [TestCase("""{"azureFile":{"secretName":"s","shareName":"sh"}}""", "secret namespace is nil")]
    [TestCase("{}", "could not find in-tree plugin translation logic")]
    public void Says_why_it_cannot(string spec, string error) => Assert.That(InTreeTranslation.Translate(Of(spec)).Error, Does.Contain(error));

    [TestCase("us-central1-a", null, "projects/UNSPECIFIED/zones/us-central1-a/disks/d")]
    [TestCase(null, "europe-west1-b", "projects/UNSPECIFIED/zones/europe-west1-b/disks/d")]
    [TestCase("old-zone1-a", "new-zone1-a", "projects/UNSPECIFIED/zones/old-zone1-a/disks/d")]
    [TestCase("us-central1-a__us-central1-b", null, "projects/UNSPECIFIED/regions/us-central1/disks/d")]
    [TestCase("", null, "projects/UNSPECIFIED/zones/UNSPECIFIED/disks/d")]
    [TestCase(null, "", "projects/UNSPECIFIED/zones/UNSPECIFIED/disks/d")]
    [TestCase("", "new-zone1-a", "projects/UNSPECIFIED/zones/new-zone1-a/disks/d")]
    [TestCase("", "us-central1-a__us-central1-b", "projects/UNSPECIFIED/regions/us-central1/disks/d")]
    public void A_disk_is_found_by_the_zones_of_its_labels(string? beta, string? stable, string handle)
    {
        var labels = new Dictionary<string, string?> { ["failure-domain.beta.kubernetes.io/zone"] = beta, ["topology.kubernetes.io/zone"] = stable };
        var text = string.Join(',', labels.Where(l => l.Value is not null).Select(l => $"\"{l.Key}\":\"{l.Value}\""));
        var (details, _) = InTreeTranslation.Translate(Of("""{"gcePersistentDisk":{"pdName":"d"}}""", "\"labels\":{" + text + "}"));
        Assert.That(details!.Csi!.VolumeHandle, Is.EqualTo(handle));
    }

    [TestCase("__", "zone \"\" of a disk in several zones")]
    [TestCase("us-central1-a__", "zone \"\" of a disk in several zones")]
    [TestCase("z1__z2", "zone \"z1\" of a disk in several zones")]
    [TestCase("us-central1-a__us-east1-b", "are not all of one region")]
    public void A_disk_in_several_zones_that_name_no_region_is_refused(string zones, string error) => Assert.That(
        InTreeTranslation.Translate(Of("""{"gcePersistentDisk":{"pdName":"d"}}""", $"\"labels\":{{\"topology.kubernetes.io/zone\":\"{zones}\"}}")).Error,
        Does.Contain(error));

    [TestCase("ReadWriteMany", "ReadWriteOnce")]
    [TestCase("ReadOnlyMany,ReadWriteOnce", "ReadWriteOnce")]
    [TestCase("ReadOnlyMany", "ReadOnlyMany")]
    [TestCase("ReadWriteOncePod", "ReadWriteOnce")]
    [TestCase(null, null)]
    public void A_disk_is_written_from_one_node_at_most(string? modes, string? translated)
    {
        var list = modes is null ? "" : $",\"accessModes\":[{string.Join(',', modes.Split(',').Select(m => $"\"{m}\""))}]";
        var (details, _) = InTreeTranslation.Translate(Of("{\"gcePersistentDisk\":{\"pdName\":\"d\"}" + list + "}"));
        Assert.That(details!.AccessModes, translated is null ? Is.Null : Is.EqualTo((string[])[translated]));
    }

    [Test]
    public void The_secret_of_a_portworx_volume_stands_in_two_annotations()
    {
        const string both = "\"annotations\":{\"openstorage.io/auth-secret-name\":\"s\",\"openstorage.io/auth-secret-namespace\":\"ns\"}";
        const string one = "\"annotations\":{\"openstorage.io/auth-secret-name\":\"s\"}";
        Assert.That(InTreeTranslation.Translate(Of("""{"portworxVolume":{"volumeID":"p"}}""", both)).Details!.Csi!.ControllerPublishSecretRef!.ToString(), Is.EqualTo("ns/s"));
        Assert.That(InTreeTranslation.Translate(Of("""{"portworxVolume":{"volumeID":"p"}}""", one)).Details!.Csi!.ControllerPublishSecretRef, Is.Null);
    }

    private const string Gce = "pd.csi.storage.gke.io";
    private const string Node = "projects/p/zones/us-central1-a/instances/i";

    [TestCase("ebs.csi.aws.com", "vol-1", "i-1", "vol-1")]
    [TestCase(Gce, "projects/UNSPECIFIED/zones/z/disks/d", Node, "projects/p/zones/z/disks/d")]
    [TestCase(Gce, "projects/UNSPECIFIED/zones/UNSPECIFIED/disks/d", Node, "projects/p/zones/us-central1-a/disks/d")]
    [TestCase(Gce, "projects/UNSPECIFIED/regions/UNSPECIFIED/disks/d", Node, "projects/p/regions/us-central1/disks/d")]
    [TestCase(Gce, "projects/own/zones/UNSPECIFIED/disks/d", Node, "projects/own/zones/UNSPECIFIED/disks/d")]
    [TestCase(Gce, "short", Node, null)]
    [TestCase(Gce, "projects/UNSPECIFIED/zones/z/disks/d", "short", null)]
    [TestCase("csi.example.com", "h", "n", null)]
    public void A_handle_is_completed_by_what_the_node_is_called(string driver, string handle, string nodeId, string? repaired)
    {
        var (result, error) = HandleRepair.Repair(driver, handle, nodeId);
        Assert.That(result, Is.EqualTo(repaired));
        Assert.That(error is null, Is.EqualTo(repaired is not null));
    }

    private static PersistentVolume Of(string spec, string? metadata = null) => JsonSerializer.Deserialize(
        "{\"metadata\":{\"name\":\"pv\"" + (metadata is null ? "" : "," + metadata) + "},\"spec\":" + spec + "}", KubeJson.Default.PersistentVolume)!;
}
