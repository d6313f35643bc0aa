using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What kube-apiserver 1.36 makes of a StatefulSet and says of a wrong one.</summary>
internal sealed class StatefulSetRulesTests
{
    private Storage _storage = null!;

    [SetUp]
    public void Make() => _storage = TestStorage.Create();

    [TearDown]
    public void Free() => _storage.Dispose();

    [TestCase(""" "podManagementPolicy":"x" """, "spec.podManagementPolicy: Invalid value: \"x\": must be 'OrderedReady' or 'Parallel'")]
    [TestCase(""" "ordinals":{"start":-1} """, "spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0")]
    [TestCase(""" "minReadySeconds":-1 """, "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0")]
    [TestCase(""" "persistentVolumeClaimRetentionPolicy":{"whenDeleted":"z"} """,
        "spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: \"z\": supported values: \"Retain\", \"Delete\"")]
    [TestCase(""" "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"]}}] """,
        "spec.volumeClaimTemplates[0].spec.resources[storage]: Required value")]
    public void What_it_cannot_follow_is_refused(string field, string why) => Assert.That(Create(field).Error?.Message, Does.Contain(why));

    [Test]
    public void Its_templates_of_claims_are_whole_claims_and_what_it_did_not_say_is_written_out()
    {
        var spec = Create(""" "volumeClaimTemplates":[{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}] """)
            .Value.ToJson().Object("spec")!;
        var claim = spec.Array("volumeClaimTemplates").Objects().Single();
        Assert.Multiple(() =>
        {
            Assert.That((claim.Text("kind"), claim.Text("spec", "volumeMode"), claim.Text("status", "phase")), Is.EqualTo(("PersistentVolumeClaim", "Filesystem", "Pending")));
            Assert.That((spec.Text("persistentVolumeClaimRetentionPolicy", "whenDeleted"), spec.Text("persistentVolumeClaimRetentionPolicy", "whenScaled")), Is.EqualTo(("Retain", "Retain")));
            Assert.That((spec.Text("podManagementPolicy"), spec.Integer("updateStrategy", "rollingUpdate", "partition")), Is.EqualTo(("OrderedReady", (long?)0)));
        });
    }

    [TestCase("""{"spec":{"serviceName":"other"}}""", false)]
    [TestCase("""{"spec":{"podManagementPolicy":"Parallel"}}""", false)]
    [TestCase("""{"spec":{"replicas":3,"minReadySeconds":1,"ordinals":{"start":1}}}""", true)]
    public void Only_what_a_running_set_can_follow_may_change(string patch, bool isAllowed)
    {
        _ = Create("\"replicas\":1").Value;
        var changed = _storage.Patch("statefulsets", "default", "web", PatchKind.Merge, JsonNode.Parse(patch)!);
        Assert.That(changed.Error?.Message, isAllowed ? Is.Null : Is.EqualTo(
            "StatefulSet.apps \"web\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
            + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"));
    }

    private StoreResult Create(string field) => _storage.Create("statefulsets", JsonNode.Parse($$$"""
        {"metadata":{"name":"web","namespace":"default"},"spec":{ {{{field}}}, "serviceName":"peers","selector":{"matchLabels":{"app":"web"}},
         "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"i"}]} } } }
        """)!.AsObject(), new WriteOptions { IsStrict = true });
}
