using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests.Scenarios;

/// <summary>Claims that cannot be served: the event says why, and the driver is not asked (provisioner contract 12 and 13).</summary>
internal sealed class RefusedClaimTests : RigTest
{
    private const string Prefix = "csi.storage.k8s.io/";
    private static readonly JsonObject s_populator = new() { ["apiGroup"] = "example.com", ["kind"] = "MyPopulator", ["name"] = "p" };

    private static IEnumerable<TestCaseData> Classes() =>
    [
        Case("Two_file_systems", [("fstype", "a"), (Prefix + "fstype", "b")], "fstype specified in parameters with both \"fstype\" and \"csi.storage.k8s.io/fstype\" keys"), // 3
        Case("An_unknown_token_in_the_default_secret", [(Prefix + "secret-name", "${pvc.uid}"), (Prefix + "secret-namespace", "d")], "invalid tokens: [\"pvc.uid\"]"), // 13
        Case("An_empty_deprecated_secret_name", [("csiProvisionerSecretName", ""), ("csiProvisionerSecretNamespace", "d")],
            "Provisioner secrets specified in parameters but value of either namespace or name is empty"), // 15
        Case("A_secret_named_twice", [("csiProvisionerSecretName", "a"), (Prefix + "provisioner-secret-name", "a"), (Prefix + "provisioner-secret-namespace", "d")],
            "Provisioner secrets specified in parameters with both \"csi\" and \"csi.storage.k8s.io/\" keys"), // 17
        Case("Half_a_secret", [(Prefix + "node-stage-secret-name", "a")], "either name and namespace for NodeStage secrets specified, Both must be specified"),
        Case("A_claims_name_in_a_namespace", [(Prefix + "secret-name", "a"), (Prefix + "secret-namespace", "${pvc.name}")], "invalid tokens: [\"pvc.name\"]"), // 19
        Case("A_secret_name_that_is_no_name", [(Prefix + "node-publish-secret-name", "A_B"), (Prefix + "node-publish-secret-namespace", "d")],
            "\"A_B\" is not a valid secret name"),
        Case("An_unknown_reserved_key", [(Prefix + "bim", "x")],
            "failed to strip CSI Parameters of prefixed keys: found unknown parameter key \"csi.storage.k8s.io/bim\" with reserved namespace csi.storage.k8s.io/"), // 21
        Case("A_key_of_the_extra_metadata", [(Prefix + "pvc/name", "x")], "found unknown parameter key"),
    ];

    private static IEnumerable<TestCaseData> Claims() =>
    [
        Case("A_selector", "selector", new JsonObject { ["matchLabels"] = new JsonObject { ["a"] = "b" } }, "claim Selector is not supported"), // 23
        Case("A_snapshot_that_is_not_there", "dataSource", Source("snapshot.storage.k8s.io", "VolumeSnapshot"),
            "error getting handle for DataSource Type VolumeSnapshot by Name source: error getting snapshot source from api server"),
        Case("A_claim_to_clone_that_is_not_there", "dataSource", Source(null, "PersistentVolumeClaim"),
            "error getting handle for DataSource Type PersistentVolumeClaim by Name source: error getting PVC source"),
    ];

    [TestCaseSource(nameof(Classes))]
    public async Task A_class_is_refused((string, string)[] parameters, string expected) =>
        Assert.That(await Refusal(new TestClass().With(parameters), new TestClaim()), Does.Contain(expected));

    [TestCaseSource(nameof(Claims))]
    public async Task A_claim_is_refused(string field, JsonNode value, string expected) =>
        Assert.That(
            await Refusal(new TestClass(), new TestClaim().Specified(field, value), RigOptions.WithCapabilities("CREATE_DELETE_VOLUME", "CREATE_DELETE_SNAPSHOT", "CLONE_VOLUME", "MODIFY_VOLUME")),
            Does.Contain(expected));

    [TestCase("CREATE_DELETE_SNAPSHOT", "snapshot restore")]
    [TestCase("CLONE_VOLUME", "clone operations")] // 55
    [TestCase("MODIFY_VOLUME", "VolumeAttributesClass")] // 31
    [TestCase("CREATE_DELETE_VOLUME", "dynamic provisioning")]
    public async Task A_missing_capability_is_named(string missing, string what)
    {
        string[] all = ["CREATE_DELETE_VOLUME", "CREATE_DELETE_SNAPSHOT", "CLONE_VOLUME", "MODIFY_VOLUME"];
        var claim = missing switch
        {
            "CREATE_DELETE_SNAPSHOT" => new TestClaim().Specified("dataSource", Source("snapshot.storage.k8s.io", "VolumeSnapshot")),
            "CLONE_VOLUME" => new TestClaim().Specified("dataSource", Source(null, "PersistentVolumeClaim")),
            "MODIFY_VOLUME" => new TestClaim().Specified("volumeAttributesClassName", "gold"),
            _ => new TestClaim(),
        };
        Assert.That(await Refusal(new TestClass(), claim, RigOptions.WithCapabilities([.. all.Where(c => c != missing)])),
            Is.EqualTo($"CSI driver does not support {what}: controller {missing} capability is not reported"));
    }

    [Test]
    public async Task A_plugin_without_controller_service_is_named()
    {
        var message = await Refusal(new TestClass(), new TestClaim(), new RigOptions { Driver = new ScriptedDriverOptions { PluginCapabilities = [] } });
        Assert.That(message, Does.Contain("plugin CONTROLLER_SERVICE capability is not reported"));
    }

    [Test] // 51
    public async Task A_source_in_another_namespace_is_refused()
    {
        var source = Source("snapshot.storage.k8s.io", "VolumeSnapshot");
        source["namespace"] = "kube-system";
        // An API server with the gate off drops the source; only one with it on shows the provisioner such a claim.
        var cluster = new ClusterOptions { FeatureGates = new Dictionary<string, bool> { ["CrossNamespaceVolumeDataSource"] = true } };
        Assert.That(await Refusal(new TestClass(), new TestClaim().Specified("dataSourceRef", source), new RigOptions { Cluster = cluster }),
            Is.EqualTo("dataSourceRef namespace specified but the CrossNamespaceVolumeDataSource feature is disabled"));
    }

    [Test] // 28
    public async Task A_claim_for_a_populator_is_left_to_it()
    {
        var rig = await Started(RigOptions.WithStandingClock);
        rig.World.Add(new TestClass());
        rig.World.Add(new TestClaim().Specified("dataSourceRef", s_populator));
        await rig.World.UntilEvent("claim", "Provisioning", "Assuming an external populator will provision the volume");
        await rig.Passes(TimeSpan.FromMinutes(1));
        Assert.That(rig.Driver.Calls.Of("CreateVolume"), Is.Empty);
        Assert.That(rig.World.EventsAbout("claim"), Has.None.StartsWith("ProvisioningFailed"));
    }

    private static JsonObject Source(string? group, string kind)
    {
        var source = new JsonObject { ["kind"] = kind, ["name"] = "source" };
        if (group is not null) source["apiGroup"] = group;
        return source;
    }

    private static TestCaseData Case(string name, (string, string)[] parameters, string expected) =>
        new TestCaseData(parameters, expected).SetName($"{name}_in_the_class_is_refused");

    private static TestCaseData Case(string name, string field, JsonNode value, string expected) =>
        new TestCaseData(field, value, expected).SetName($"{name}_in_the_claim_is_refused");
}
