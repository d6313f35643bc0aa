using System.Text;
using System.Text.Json;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Tests.Json;

public sealed class ProjectionTests
{
    private const string Claim = """
        {"kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{"name":"a","namespace":"default","uid":"u1","resourceVersion":"42",
         "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"big\":true}","x":"1","é":"ü","x2":""},
         "managedFields":[{"manager":"m","fieldsV1":{"f:spec":{}}}],"somethingNew":{"a":[1,2,{"b":null}]}},
         "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"},"limits":{"storage":"2Gi"}},"selector":{"matchLabels":{"a":"b"}},
         "volumeMode":"Filesystem","future":[[]]},"status":{"phase":"Pending"}}
        """;

    [Test]
    public void Unknown_fields_are_passed_over_and_known_ones_read()
    {
        var claim = JsonSerializer.Deserialize(Claim, KubeJson.Default.PersistentVolumeClaim)!;
        Assert.Multiple(() =>
        {
            Assert.That(claim.Key.ToString(), Is.EqualTo("default/a"));
            Assert.That(claim.Metadata.ResourceVersion, Is.EqualTo(42));
            Assert.That(claim.Spec.Resources!.Requests!["storage"], Is.EqualTo("1Gi"));
            Assert.That(claim.Spec.Selector, Is.Not.Null);
            Assert.That(claim.Annotation("x"), Is.EqualTo("1"));
            Assert.That(claim.Annotation("x2"), Is.Empty);
            Assert.That(claim.Annotation("é"), Is.EqualTo("ü"));
            Assert.That(claim.Annotation("kubectl.kubernetes.io/last-applied-configuration"), Is.Null);
        });
    }

    [Test]
    public void Repeated_texts_are_shared()
    {
        var a = JsonSerializer.Deserialize(Claim, KubeJson.Default.PersistentVolumeClaim)!;
        var b = JsonSerializer.Deserialize(Claim, KubeJson.Default.PersistentVolumeClaim)!;
        Assert.That(a.Spec.VolumeMode, Is.SameAs(b.Spec.VolumeMode));
        Assert.That(a.Metadata.Namespace, Is.SameAs(b.Metadata.Namespace));
    }

    [Test]
    public void A_pooled_text_is_the_text()
    {
        foreach (var text in new[] { "", "a", "ä", "日本", new string('x', 500), "pv.kubernetes.io/provisioned-by" })
            Assert.That(StringPool.Get(Encoding.UTF8.GetBytes(text)), Is.EqualTo(text));
        Assert.That(StringPool.Get("Ã"u8), Is.EqualTo("Ã"), "bytes above ASCII are never compared as characters");
    }

    [Test]
    public void A_new_volume_is_written_without_what_is_not_set()
    {
        var volume = new PersistentVolume { ApiVersion = "v1", Kind = "PersistentVolume", Metadata = { Name = "pv" }, Spec = { Csi = new CsiVolumeSource { Driver = "d", VolumeHandle = "h" } } };
        Assert.That(JsonSerializer.Serialize(volume, KubeJson.Default.PersistentVolume),
            Is.EqualTo("""{"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"pv"},"spec":{"csi":{"driver":"d","volumeHandle":"h"}}}"""));
    }

    [Test]
    public void A_lease_keeps_metadata_it_does_not_know_and_writes_microseconds()
    {
        var lease = JsonSerializer.Deserialize("""
            {"metadata":{"name":"l","resourceVersion":"abc","annotations":{"a":"b"},"ownerReferences":[]},
             "spec":{"holderIdentity":"me","renewTime":"2026-01-02T03:04:05.123456Z","strategy":"x"}}
            """, KubeJson.Default.Lease)!;
        var text = JsonSerializer.Serialize(lease, KubeJson.Default.Lease);
        Assert.That(text, Does.Contain("\"annotations\":{\"a\":\"b\"}").And.Contain("\"ownerReferences\":[]").And.Contain("\"resourceVersion\":\"abc\""));
        Assert.That(text, Does.Contain("\"renewTime\":\"2026-01-02T03:04:05.123456Z\"").And.Not.Contain("strategy"));
    }

    [Test]
    public void A_secret_never_prints_its_content()
    {
        var secret = JsonSerializer.Deserialize("""{"metadata":{"name":"s","namespace":"n"},"data":{"k":"c2VjcmV0"}}""", KubeJson.Default.Secret)!;
        Assert.That(Encoding.UTF8.GetString(secret.Data!["k"]), Is.EqualTo("secret"));
        Assert.That($"{secret}", Is.EqualTo("secret n/s"));
    }
}
