using System.Reflection;
using System.Text.Json.Serialization;
using k8s.Models;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>The field table against the models of the client library, which come from the API's own description.</summary>
public sealed class KindTableTests
{
    private static readonly Dictionary<string, string> s_otherNames = new()
    {
        ["core.Event"] = "Corev1Event",
        ["core.EventSeries"] = "Corev1EventSeries",
        ["core.EndpointPort"] = "Corev1EndpointPort",
        ["storage.TokenRequest"] = "Storagev1TokenRequest",
        ["rbac.Subject"] = "Rbacv1Subject",
        ["apiextensions.ServiceReference"] = "Apiextensionsv1ServiceReference",
        ["apiextensions.WebhookClientConfig"] = "Apiextensionsv1WebhookClientConfig",
    };

    // The library describes a later release than the one the table stands for; a server of that release drops these fields.
    private static readonly Dictionary<string, string[]> s_newerThanTheTable = new()
    {
        ["core.PersistentVolumeClaimStatus"] = ["healthStatus"],
        ["core.PodSpec"] = ["evictionResponders"],
        ["core.PodStatus"] = ["volumeHealth"],
        ["core.NodeSpec"] = ["podPreemptionPolicy"],
        ["storage.CSINode"] = ["status"],
    };

    [TestCase("core.PersistentVolume")]
    [TestCase("core.PersistentVolumeSpec")]
    [TestCase("core.PersistentVolumeStatus")]
    [TestCase("core.CSIPersistentVolumeSource")]
    [TestCase("core.PersistentVolumeClaim")]
    [TestCase("core.PersistentVolumeClaimSpec")]
    [TestCase("core.PersistentVolumeClaimStatus")]
    [TestCase("core.Pod")]
    [TestCase("core.PodSpec")]
    [TestCase("core.PodStatus")]
    [TestCase("core.Container")]
    [TestCase("core.Volume")]
    [TestCase("core.Node")]
    [TestCase("core.NodeSpec")]
    [TestCase("core.NodeStatus")]
    [TestCase("core.Secret")]
    [TestCase("core.ConfigMap")]
    [TestCase("core.Event")]
    [TestCase("core.ObjectReference")]
    [TestCase("storage.StorageClass")]
    [TestCase("storage.VolumeAttachment")]
    [TestCase("storage.VolumeAttachmentSpec")]
    [TestCase("storage.VolumeAttachmentStatus")]
    [TestCase("storage.VolumeError")]
    [TestCase("storage.CSINode")]
    [TestCase("storage.CSINodeDriver")]
    [TestCase("storage.CSIDriver")]
    [TestCase("storage.CSIDriverSpec")]
    [TestCase("storage.CSIStorageCapacity")]
    [TestCase("storage.VolumeAttributesClass")]
    [TestCase("coordination.LeaseSpec")]
    [TestCase("meta.ObjectMeta")]
    [TestCase("meta.OwnerReference")]
    [TestCase("apps.DeploymentSpec")]
    [TestCase("rbac.PolicyRule")]
    [TestCase("apiextensions.CustomResourceDefinitionSpec")]
    public void The_table_has_the_fields_of_the_client_librarys_model(string type)
    {
        var name = s_otherNames.GetValueOrDefault(type) ?? $"V1{type[(type.IndexOf('.', StringComparison.Ordinal) + 1)..]}";
        var model = typeof(V1PersistentVolume).Assembly.GetType($"k8s.Models.{name}")!;
        Assert.That(model, Is.Not.Null, name);
        var expected = model.GetProperties().Select(p => p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name)
            .Where(n => n is not (null or "apiVersion" or "kind") || (n is not null && IsReference(type)));
        Assert.That(KindTable.Find(type).Fields.Keys, Is.EquivalentTo(expected.Except(s_newerThanTheTable.GetValueOrDefault(type) ?? [])));
    }

    // Everywhere else the two are the object's own type, which every kind has and the table leaves out.
    private static bool IsReference(string type) => type is "core.ObjectReference" or "meta.OwnerReference";
}
