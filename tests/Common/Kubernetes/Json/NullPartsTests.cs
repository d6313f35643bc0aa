using System.Text.Json;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Tests.Json;

/// <summary>What a server sends as null reads as what is not there, so that no reader has to expect it.</summary>
internal sealed class NullPartsTests
{
    private const string WithoutParts = """{"metadata":null,"spec":null,"status":null}""";

    [Test]
    public void A_volume_is_of_no_source_then() =>
        Assert.That(JsonSerializer.Deserialize(WithoutParts, KubeJson.Default.PersistentVolume)!.Spec.Csi, Is.Null);

    [Test]
    public void A_claim_asks_for_no_class_then() =>
        Assert.That(JsonSerializer.Deserialize(WithoutParts, KubeJson.Default.PersistentVolumeClaim)!.Spec.StorageClassName, Is.Null);

    [Test]
    public void An_attachment_is_of_nothing_and_not_attached_then()
    {
        var attachment = JsonSerializer.Deserialize(WithoutParts, KubeJson.Default.VolumeAttachment)!;
        Assert.That((attachment.Spec.Source, attachment.Status.Attached, attachment.Name), Is.EqualTo(((object?)null, false, "")));
    }
}
