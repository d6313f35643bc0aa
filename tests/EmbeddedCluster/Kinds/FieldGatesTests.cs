using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests.Kinds;

/// <summary>Fields whose feature gate is off go without a word, and stay where they are already.</summary>
public sealed class FieldGatesTests
{
    private const string Driver = """{"metadata":{"name":"d.example.com"},"spec":{"preventPodSchedulingIfMissing":true,"seLinuxMount":true}}""";

    [Test]
    public void A_field_whose_gate_is_off_is_dropped_from_a_new_object_and_from_a_change()
    {
        using var storage = new Storage(new ClusterOptions());
        var created = storage.Create("csidrivers", Json(Driver)).Value.ToJson();
        Assert.That(created["spec"]!.AsObject().ContainsKey("preventPodSchedulingIfMissing"), Is.False);
        Assert.That(created["spec"]!["seLinuxMount"]!.GetValue<bool>());

        var patched = storage.Patch("csidrivers", null, "d.example.com", PatchKind.Merge, Json("""{"spec":{"preventPodSchedulingIfMissing":true}}""")).Value;
        Assert.That(patched.ToJson()["spec"]!.AsObject().ContainsKey("preventPodSchedulingIfMissing"), Is.False);
        Assert.That(patched.ToJson()["metadata"]!["resourceVersion"]!.ToString(), Is.EqualTo(created["metadata"]!["resourceVersion"]!.ToString()), "nothing changed");
    }

    [Test]
    public void Options_turn_gates_on_and_off()
    {
        using var storage = new Storage(new ClusterOptions
        {
            FeatureGates = new Dictionary<string, bool> { ["VolumeLimitScaling"] = true, ["SELinuxMountReadWriteOncePod"] = false },
        });
        var spec = storage.Create("csidrivers", Json(Driver)).Value.ToJson()["spec"]!.AsObject();
        Assert.That(spec["preventPodSchedulingIfMissing"]!.GetValue<bool>());
        Assert.That(spec.ContainsKey("seLinuxMount"), Is.False);
    }

    [Test]
    public void A_field_that_is_stored_can_be_changed_although_its_gate_is_off_by_now()
    {
        var gates = new FieldGates(new Dictionary<string, bool>());
        using var storage = new Storage(new ClusterOptions());
        var (old, now) = (Json(Driver), Json("""{"spec":{"preventPodSchedulingIfMissing":false}}"""));
        gates.Apply(storage.Find("csidrivers")!, now, old);
        Assert.That(now["spec"]!["preventPodSchedulingIfMissing"]!.GetValue<bool>(), Is.False);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_source_in_another_namespace_is_dropped_while_its_gate_is_off(bool isOn)
    {
        using var storage = TestStorage.Create(new ClusterOptions { FeatureGates = new Dictionary<string, bool> { ["CrossNamespaceVolumeDataSource"] = isOn } });
        var created = storage.Create("persistentvolumeclaims", Json("""
            {"metadata":{"name":"a","namespace":"default"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},
             "dataSourceRef":{"kind":"VolumeSnapshot","name":"s","apiGroup":"snapshot.storage.k8s.io","namespace":"other"}}}
            """)).Value.ToJson();

        Assert.That(created["spec"]!.AsObject().ContainsKey("dataSourceRef"), Is.EqualTo(isOn));
        Assert.That(created["spec"]!.AsObject().ContainsKey("dataSource"), Is.False);
    }

    [Test]
    public void Beside_a_source_in_another_namespace_the_older_field_counts_alone_while_the_gate_is_off()
    {
        using var storage = TestStorage.Create();
        var created = storage.Create("persistentvolumeclaims", Json("""
            {"metadata":{"name":"a","namespace":"default"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},
             "dataSource":{"kind":"PersistentVolumeClaim","name":"x"},"dataSourceRef":{"kind":"PersistentVolumeClaim","name":"x","namespace":"default"}}}
            """)).Value.ToJson();

        Assert.That(created["spec"]!["dataSourceRef"]!.AsObject().ContainsKey("namespace"), Is.False);
        Assert.That((string?)created["spec"]!["dataSourceRef"]!["name"], Is.EqualTo("x"));
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
