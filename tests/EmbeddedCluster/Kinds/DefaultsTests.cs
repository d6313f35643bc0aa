using Microsoft.Extensions.Time.Testing;

namespace Sidecars.EmbeddedCluster.Tests;

internal sealed class DefaultsTests
{
    [Test]
    public void A_claim_gets_its_volume_mode_and_phase_and_loses_the_status_it_came_with()
    {
        using var storage = TestStorage.Create();

        var claim = storage.Create("persistentvolumeclaims", TestStorage.Json(
            """{"metadata":{"name":"a","namespace":"default"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}},"status":{"phase":"Bound"}}""")).Value.ToJson();

        Assert.That(claim.Text("spec", "volumeMode"), Is.EqualTo("Filesystem"));
        Assert.That(claim["status"]!.ToJsonString(), Is.EqualTo("""{"phase":"Pending"}"""));
    }

    [Test]
    public void A_volume_stamps_the_last_change_of_its_phase()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var storage = TestStorage.Create(new ClusterOptions { Time = time });
        var volume = storage.Create("persistentvolumes", TestStorage.Json(Manifest.Volume("a"))).Value.ToJson();

        Assert.That(volume["status"]!.ToJsonString(), Is.EqualTo("""{"phase":"Pending","lastPhaseTransitionTime":"2026-01-01T00:00:00Z"}"""));
        Assert.That(volume.Text("spec", "persistentVolumeReclaimPolicy"), Is.EqualTo("Retain"));

        time.Advance(TimeSpan.FromMinutes(1));
        var bound = storage.Patch("persistentvolumes", null, "a", PatchKind.Merge, TestStorage.Json("""{"status":{"phase":"Bound"}}"""), "status").Value.ToJson();

        Assert.That(bound.Text("status", "lastPhaseTransitionTime"), Is.EqualTo("2026-01-01T00:01:00Z"));
    }

    [Test]
    public void A_storage_class_and_a_driver_get_their_defaults()
    {
        using var storage = TestStorage.Create();
        var storageClass = storage.Create("storageclasses", TestStorage.Json("""{"metadata":{"name":"a"},"provisioner":"p.example.com"}""")).Value.ToJson();
        var driver = storage.Create("csidrivers", TestStorage.Json("""{"metadata":{"name":"p.example.com"},"spec":{}}""")).Value.ToJson();

        Assert.That(storageClass.Text("reclaimPolicy"), Is.EqualTo("Delete"));
        Assert.That(storageClass.Text("volumeBindingMode"), Is.EqualTo("Immediate"));
        Assert.That(driver["spec"]!.ToJsonString(), Does.Contain("\"attachRequired\":true").And.Contain("\"volumeLifecycleModes\":[\"Persistent\"]"));
    }

    [Test]
    public void A_driver_has_a_generation_from_the_first_change_of_its_spec_on()
    {
        using var storage = TestStorage.Create();
        storage.Create("csidrivers", TestStorage.Json("""{"metadata":{"name":"p.example.com"},"spec":{}}"""));
        Assert.That(Generation("""{"metadata":{"labels":{"a":"b"}}}"""), Is.Null);
        Assert.That(Generation("""{"spec":{"podInfoOnMount":true}}"""), Is.EqualTo(1));
        Assert.That(Generation("""{"metadata":{"labels":{"a":"c"}}}"""), Is.EqualTo(1));
        Assert.That(Generation("""{"spec":{"podInfoOnMount":false}}"""), Is.EqualTo(2));

        long? Generation(string change) =>
            storage.Patch("csidrivers", null, "p.example.com", PatchKind.Merge, TestStorage.Json(change)).Value.ToJson()["metadata"].Integer("generation");
    }

    [Test]
    public void A_variable_that_names_a_field_of_its_pod_means_a_field_of_v1()
    {
        using var storage = TestStorage.Create();
        var pod = storage.Create("pods", TestStorage.Json(
            """{"metadata":{"name":"a","namespace":"default"},"spec":{"containers":[{"name":"c","image":"i","env":[{"name":"N","valueFrom":{"fieldRef":{"fieldPath":"spec.nodeName"}}}]}]}}""")).Value.ToJson();

        Assert.That(pod["spec"].Array("containers").Objects().Single().Array("env").Objects().Single()["valueFrom"]!.ToJsonString(), Is.EqualTo("""{"fieldRef":{"fieldPath":"spec.nodeName","apiVersion":"v1"}}"""));
    }

    [TestCase(64, true)]
    [TestCase(253, true)]
    [TestCase(254, false)]
    public void A_drivers_object_may_have_a_longer_name_than_the_driver_itself(int length, bool isTaken)
    {
        using var storage = TestStorage.Create();
        var driver = TestStorage.Json("""{"metadata":{},"spec":{}}""");
        driver["metadata"]!["name"] = new string('a', length);
        Assert.That(storage.Create("csidrivers", driver).IsOk, Is.EqualTo(isTaken));
    }

    [Test]
    public void The_texts_of_a_secret_become_data()
    {
        using var storage = TestStorage.Create();

        var secret = storage.Create("secrets", TestStorage.Json(
            """{"metadata":{"name":"a","namespace":"default"},"data":{"k":"b2xk","x":"eA=="},"stringData":{"k":"new"}}""")).Value.ToJson();

        Assert.That(secret["data"]!.ToJsonString(), Is.EqualTo("""{"k":"bmV3","x":"eA=="}"""));
        Assert.That(secret.ContainsKey("stringData"), Is.False);
        Assert.That(secret.Text("type"), Is.EqualTo("Opaque"));
    }

    [Test]
    public void A_claim_without_a_class_gets_the_newest_default_class_when_the_plug_in_is_on()
    {
        var time = new FakeTimeProvider();
        using var storage = TestStorage.Create(new ClusterOptions { Time = time, Admission = AdmissionOptions.All });
        foreach (var name in new[] { "z-old", "a-new" })
        {
            _ = storage.Create("storageclasses", TestStorage.Json(
                $$"""{"metadata":{"name":"{{name}}","annotations":{"storageclass.kubernetes.io/is-default-class":"true"} },"provisioner":"p.example.com"}""")).Value;
            time.Advance(TimeSpan.FromMinutes(1));
        }

        var claim = storage.Create("persistentvolumeclaims", TestStorage.Json(
            """{"metadata":{"name":"a","namespace":"default"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""")).Value.ToJson();

        Assert.That(claim.Text("spec", "storageClassName"), Is.EqualTo("a-new"));
        Assert.That(claim.Array("metadata", "finalizers").Texts(), Is.EqualTo(new[] { "kubernetes.io/pvc-protection" }));
    }

    [Test]
    public void A_data_source_and_its_reference_are_kept_alike()
    {
        using var storage = TestStorage.Create();

        var claim = storage.Create("persistentvolumeclaims", TestStorage.Json(
            """{"metadata":{"name":"a","namespace":"default"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"dataSource":{"kind":"PersistentVolumeClaim","name":"b"}}}""")).Value.ToJson();

        Assert.That(claim["spec"]!["dataSourceRef"]!.ToJsonString(), Is.EqualTo("""{"kind":"PersistentVolumeClaim","name":"b","apiGroup":null}"""));
    }
}
