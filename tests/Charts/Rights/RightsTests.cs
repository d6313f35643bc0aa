using System.Text.Json.Nodes;
using Sidecars.ClusterDriverRegistrar;
using Sidecars.ControllerManager;
using Sidecars.Csi;
using Sidecars.ExternalAttacher;
using Sidecars.ExternalProvisioner;
using Sidecars.ExternalProvisioner.Capacity;
using Sidecars.ExternalProvisioner.NodeDeployment;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Sources;
using Sidecars.ExternalResizer;
using Sidecars.ExternalSnapshotter;
using Sidecars.Kubernetes.Rights;
using Sidecars.SnapshotController;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;
using PluginService = Csi.V1.PluginCapability.Types.Service.Types.Type;

namespace Sidecars.Charts.Tests;

/// <summary>
/// Each sidecar's rights are those of the switched-on features and no others. The table is the contract of the charts; the programs' own and the
/// originals' needs are in it, so that an image may be swapped without a change of rights.
/// </summary>
internal sealed class RightsTests
{
    /// <summary>Role, switches of which one must be on (none is always; a dash asks for the absence of what follows it), resource, verbs. r3 is get, list, watch.</summary>
    private const string Table =
        """
        provisioner|||persistentvolumes|r3 create patch delete
        provisioner|||persistentvolumeclaims|r3
        provisioner|clone topology node||persistentvolumeclaims|update
        provisioner||storage.k8s.io|storageclasses|r3
        provisioner|||events|create patch
        provisioner|attach|storage.k8s.io|volumeattachments|r3
        provisioner|topology-node capacity-node|storage.k8s.io|csinodes|r3
        provisioner|topology-node capacity-node||nodes|r3
        provisioner|snapshot|snapshot.storage.k8s.io|volumesnapshots|get update
        provisioner|snapshot-nosweep|snapshot.storage.k8s.io|volumesnapshots|list watch
        provisioner|snapshot|snapshot.storage.k8s.io|volumesnapshotcontents|get
        provisioner|modify|storage.k8s.io|volumeattributesclasses|get
        provisioner|crossnamespace|gateway.networking.k8s.io|referencegrants|r3
        provisioner|secrets||secrets|get
        attacher|||persistentvolumes|r3 patch
        attacher||storage.k8s.io|csinodes|r3
        attacher||storage.k8s.io|volumeattachments|r3 patch
        attacher||storage.k8s.io|volumeattachments/status|patch
        attacher|||events|create patch
        snapshotter|||events|create patch
        snapshotter||snapshot.storage.k8s.io|volumesnapshotclasses|r3
        snapshotter||snapshot.storage.k8s.io|volumesnapshotcontents|r3 patch
        snapshotter||snapshot.storage.k8s.io|volumesnapshotcontents/status|update patch
        snapshotter|groups|groupsnapshot.storage.k8s.io|volumegroupsnapshotclasses|r3
        snapshotter|groups|groupsnapshot.storage.k8s.io|volumegroupsnapshotcontents|r3 patch
        snapshotter|groups|groupsnapshot.storage.k8s.io|volumegroupsnapshotcontents/status|update patch
        resizer|||persistentvolumes|r3 patch
        resizer|||persistentvolumeclaims|r3
        resizer|||persistentvolumeclaims/status|patch
        resizer|expand-inuse||pods|r3
        resizer|||events|create patch
        resizer|modify|storage.k8s.io|volumeattributesclasses|r3
        cluster-registrar||storage.k8s.io|csidrivers|create get watch
        cluster-registrar|reconcile|storage.k8s.io|csidrivers|patch
        cluster-registrar|deleteonstop|storage.k8s.io|csidrivers|delete
        controller|||persistentvolumes|r3
        controller|||persistentvolumeclaims|r3 update
        controller|||events|create patch
        controller||snapshot.storage.k8s.io|volumesnapshotclasses|r3
        controller||snapshot.storage.k8s.io|volumesnapshotcontents|r3 create delete patch
        controller||snapshot.storage.k8s.io|volumesnapshots|r3 update patch
        controller||snapshot.storage.k8s.io|volumesnapshots/status|update patch
        controller|groups|snapshot.storage.k8s.io|volumesnapshots|create delete
        controller|groups|snapshot.storage.k8s.io|volumesnapshotcontents/status|patch
        controller|groups|groupsnapshot.storage.k8s.io|volumegroupsnapshotclasses|r3
        controller|groups|groupsnapshot.storage.k8s.io|volumegroupsnapshotcontents|r3 create delete patch
        controller|groups|groupsnapshot.storage.k8s.io|volumegroupsnapshotcontents/status|patch
        controller|groups|groupsnapshot.storage.k8s.io|volumegroupsnapshots|r3 update patch
        controller|groups|groupsnapshot.storage.k8s.io|volumegroupsnapshots/status|update patch
        controller|distributed||nodes|r3
        """;

    [TestCase("csi-driver", "minimal", "attach expand", "provisioner attacher resizer")]
    [TestCase("csi-driver", "no-attach", "", "provisioner")]
    [TestCase("csi-driver", "capacity", "attach expand topology capacity", "provisioner attacher resizer")]
    [TestCase("csi-driver", "snapshots", "attach expand snapshot nosweep", "provisioner attacher resizer snapshotter")]
    [TestCase("csi-driver", "groups", "attach expand snapshot groups", "provisioner attacher resizer snapshotter")]
    [TestCase("csi-driver", "attributes", "attach modify", "provisioner attacher resizer")]
    [TestCase("csi-driver", "clone", "attach expand clone", "provisioner attacher resizer")]
    [TestCase("csi-driver", "node-deployment", "attach expand topology capacity snapshot node", "provisioner attacher resizer snapshotter")]
    [TestCase("csi-driver", "secrets-cluster", "attach expand secrets", "provisioner attacher resizer")]
    [TestCase("csi-driver", "secrets-named", "attach expand snapshot", "provisioner attacher resizer snapshotter")]
    [TestCase("csi-driver", "cluster-registrar", "attach expand reconcile", "provisioner attacher resizer cluster-registrar")]
    [TestCase("csi-driver", "go", "attach expand snapshot", "provisioner attacher resizer snapshotter")]
    [TestCase("snapshot-controller", "default", "groups", "controller")]
    [TestCase("snapshot-controller", "no-groups", "", "controller")]
    [TestCase("snapshot-controller", "distributed", "groups distributed", "controller")]
    public async Task The_rights_are_those_of_the_features(string chart, string name, string features, string roles)
    {
        var objects = await ChartCase.Of(chart, name).Objects();
        var switched = features.Split(' ').ToHashSet(StringComparer.Ordinal);
        var found = objects.Where(one => one.Kind is "ClusterRole").ToDictionary(one => one.Name[(one.Name.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        Assert.That(found.Keys, Is.EquivalentTo(roles.Split(' ')));
        foreach (var (role, granted) in found) Assert.That(Granted(granted), Is.EquivalentTo(Wanted(role, switched)), role);
    }

    [Test]
    public async Task Gates_and_flags_that_ask_for_more_or_less_move_the_rights()
    {
        var result = await Helm.Four.Template(Workspace.Chart("csi-driver"), "storage", [.. ChartCase.Of("csi-driver", "minimal").Values,
            "--set", "csi-sidecars.capabilities.modify=true", "--set", "csi-sidecars.provisioner.args.feature-gates.CrossNamespaceVolumeDataSource=true",
            "--set", "csi-sidecars.provisioner.args.feature-gates.VolumeAttributesClass=false", "--set", "csi-sidecars.resizer.args.handle-volume-inuse-error=false"]);
        var roles = Manifest.ReadAll(result.Output).Where(one => one.Kind is "ClusterRole").ToDictionary(one => one.Name);
        var provisioner = Granted(roles["hostpath.csi.example.com:provisioner"]);
        Assert.That(provisioner, Does.Contain("gateway.networking.k8s.io/referencegrants watch"));
        Assert.That(provisioner, Does.Not.Contain("storage.k8s.io/volumeattributesclasses get"));
        Assert.That(Granted(roles["hostpath.csi.example.com:resizer"]), Does.Not.Contain("/pods list"));
    }

    [Test]
    public async Task The_cluster_registrar_may_change_its_own_object_alone()
    {
        var role = (await ChartCase.Of("csi-driver", "cluster-registrar").Objects()).Single(one => one.Kind is "ClusterRole" && one.Name.EndsWith(":cluster-registrar", StringComparison.Ordinal));
        foreach (var rule in Manifest.Items(role.Content["rules"]).Where(rule => Texts(rule, "verbs").All(verb => verb is not "create")))
            Assert.That(Texts(rule, "resourceNames"), Is.EqualTo((string[])["hostpath.csi.example.com"]));
    }

    [TestCase("a.b.example.com", "a-b-example-com")]
    [TestCase("plain", "plain")]
    public async Task Leases_have_the_originals_names_and_rights_on_no_other(string driver, string sanitised)
    {
        var result = await Helm.Four.Template(Workspace.Chart("csi-driver"), "storage",
            [.. ChartCase.Of("csi-driver", "minimal").Values, "--set", $"csi-sidecars.driverName={driver}", "--set", "csi-sidecars.capabilities.snapshot=true", "--set", "csi-sidecars.leaderElection.namespace=leases"]);
        var roles = Manifest.ReadAll(result.Output).Where(one => one.Kind is "Role").ToList();
        Assert.That(roles.Select(role => (role.Namespace, role.Name)), Is.EquivalentTo(
            ((string[])["provisioner", "attacher", "snapshotter", "resizer"]).Select(sidecar => ("leases", $"rel-csi-driver-{sidecar}-lease"))));
        Assert.That(roles.SelectMany(role => Manifest.Items(role.Content["rules"])).SelectMany(rule => Texts(rule, "resourceNames")), Is.EquivalentTo(
            (string[])[sanitised, $"external-attacher-leader-{sanitised}", $"external-snapshotter-leader-{sanitised}", $"external-resizer-{sanitised}"]));
        foreach (var role in roles) Assert.That(Granted(role), Is.EquivalentTo((string[])["coordination.k8s.io/leases create", "coordination.k8s.io/leases get", "coordination.k8s.io/leases update"]));
    }

    [TestCase("capacity", "2", "get pods, get replicasets")]
    [TestCase("node-deployment", "0", "get pods")]
    public async Task Capacity_goes_up_to_the_owner_it_names(string name, string level, string owners)
    {
        var objects = await ChartCase.Of("csi-driver", name).Objects();
        var role = objects.Single(one => one.Kind is "Role" && one.Name.EndsWith("-capacity", StringComparison.Ordinal));
        Assert.That(role.Namespace, Is.EqualTo("storage"));
        Assert.That(Granted(role).Where(right => !right.Contains("csistoragecapacities", StringComparison.Ordinal)).Select(right => $"get {right[(right.IndexOf('/', StringComparison.Ordinal) + 1)..^4]}"),
            Is.EquivalentTo(owners.Split(", ")));
        var args = objects.SelectMany(one => one.Containers).Single(one => one["name"]!.GetValue<string>() == "csi-provisioner")["args"]!.AsArray().Select(arg => arg!.GetValue<string>());
        Assert.That(args, Does.Contain($"--capacity-ownerref-level={level}").And.Contain("--enable-capacity=true"));
    }

    [Test]
    public async Task Secrets_are_read_by_name_in_their_own_namespaces()
    {
        var roles = (await ChartCase.Of("csi-driver", "secrets-named").Objects()).Where(one => one.Kind is "Role" && one.Name.EndsWith(":secrets", StringComparison.Ordinal)).ToList();
        Assert.That(roles.ToDictionary(role => role.Namespace, role => string.Join(' ', Manifest.Items(role.Content["rules"]).SelectMany(rule => Texts(rule, "resourceNames")))),
            Is.EquivalentTo(new Dictionary<string, string> { ["vault"] = "attach backend snap", ["per-claim"] = "", ["tenants"] = "" }));
        foreach (var role in roles) Assert.That(Granted(role), Is.EqualTo((string[])["/secrets get"]), role.Namespace);
    }

    [Test]
    public async Task Without_references_no_sidecar_reads_a_secret()
    {
        foreach (var name in (string[])["minimal", "snapshots", "groups", "capacity"])
            Assert.That((await ChartCase.Of("csi-driver", name).Objects()).Where(one => one.Kind is "Role" or "ClusterRole").SelectMany(Granted), Has.None.Contains("/secrets"), name);
    }

    /// <summary>Node pods have no token where nobody in them asks the API server.</summary>
    [TestCase("minimal", false)]
    [TestCase("node-deployment", true)]
    [TestCase("everything", true)]
    public async Task A_node_has_a_token_only_where_one_is_used(string name, bool mounted)
    {
        var objects = await ChartCase.Of("csi-driver", name).Objects();
        var node = objects.Single(one => one.Kind is "DaemonSet");
        Assert.That(node.Pod!["spec"]!["automountServiceAccountToken"]!.GetValue<bool>(), Is.EqualTo(mounted));
        Assert.That(objects.Single(one => one.Kind is "ServiceAccount" && one.Name.EndsWith("-node", StringComparison.Ordinal)).Content["automountServiceAccountToken"]!.GetValue<bool>(), Is.EqualTo(mounted));
    }

    /// <summary>
    /// What the programs ask for at their start is in the same table: nothing of theirs is missing in the charts, and what the charts grant beyond it is what
    /// the originals ask for.
    /// </summary>
    [TestCaseSource(nameof(Programs))]
    public void The_programs_ask_for_their_rows_of_the_table(string role, string features, IEnumerable<RequiredRight> asked, string[] ofTheOriginal)
    {
        var own = asked.Where(right => right.Namespace is null).SelectMany(right => right.Verbs.Select(verb => $"{right.Group}/{right.Resource} {verb}")).Distinct().ToList();
        var wanted = Wanted(role, [.. features.Split(' ')]).Distinct().ToList();
        Assert.That(own.Except(wanted), Is.Empty, "asked for and not granted");
        Assert.That(wanted.Except(own), Is.EquivalentTo(ofTheOriginal), "granted and not asked for");
    }

    private static IEnumerable<TestCaseData> Programs()
    {
        var capable = new ConnectedDriver("d", new PluginCapabilities(PluginService.ControllerService, PluginService.VolumeAccessibilityConstraints),
            new ControllerCapabilities(ControllerRpc.PublishUnpublishVolume, ControllerRpc.CreateDeleteSnapshot, ControllerRpc.CloneVolume, ControllerRpc.ModifyVolume, ControllerRpc.ExpandVolume), null!);
        var plain = new ConnectedDriver("d", new PluginCapabilities(PluginService.ControllerService), new ControllerCapabilities(), null!);
        var all = new ProvisionerOptions
        {
            Naming = new VolumeNaming("pvc", -1), Sources = new SourceOptions { CrossesNamespaces = true }, Capacity = new CapacityOptions { IsEnabled = true, Namespace = "ns" },
        };
        yield return Case("provisioner", "attach topology capacity snapshot clone modify crossnamespace", ProvisionerRights.Of(all, capable),
            "snapshot.storage.k8s.io/volumesnapshots watch", "gateway.networking.k8s.io/referencegrants get", "gateway.networking.k8s.io/referencegrants watch");
        yield return Case("provisioner", "nosweep", ProvisionerRights.Of(new ProvisionerOptions { Naming = new VolumeNaming("pvc", -1) }, plain));
        yield return Case("provisioner", "node", ProvisionerRights.Of(
            new ProvisionerOptions { Naming = new VolumeNaming("pvc", -1), Nodes = new NodeDeploymentOptions { Node = "n" } }, plain));
        yield return Case("attacher", "", AttacherRights.All);
        yield return Case("snapshotter", "groups", SnapshotterRights.Of(hasGroups: true),
            "snapshot.storage.k8s.io/volumesnapshotcontents/status update", "groupsnapshot.storage.k8s.io/volumegroupsnapshotcontents/status update");
        yield return Case("snapshotter", "", SnapshotterRights.Of(hasGroups: false), "snapshot.storage.k8s.io/volumesnapshotcontents/status update");
        yield return Case("resizer", "expand modify", ResizerRights.Of(new ResizerOptions(), capable.Controller));
        yield return Case("resizer", "", ResizerRights.Of(new ResizerOptions(), plain.Controller));
        yield return Case("cluster-registrar", "reconcile deleteonstop", RegistrarRights.Of("d", reconciles: true, deletesOnStop: true));
        yield return Case("cluster-registrar", "", RegistrarRights.Of("d", reconciles: false, deletesOnStop: false));
        yield return Case("controller", "groups distributed", SnapshotControllerRights.Of(new SnapshotControllerOptions { IsDistributed = true }),
            "/persistentvolumes get", "/nodes get", "snapshot.storage.k8s.io/volumesnapshotclasses get", "snapshot.storage.k8s.io/volumesnapshots update",
            "snapshot.storage.k8s.io/volumesnapshots/status update", "groupsnapshot.storage.k8s.io/volumegroupsnapshotclasses get",
            "groupsnapshot.storage.k8s.io/volumegroupsnapshotcontents/status patch", "groupsnapshot.storage.k8s.io/volumegroupsnapshots update", "groupsnapshot.storage.k8s.io/volumegroupsnapshots/status update");

        static TestCaseData Case(string role, string features, IEnumerable<RequiredRight> asked, params string[] ofTheOriginal) =>
            new TestCaseData(role, features, asked, ofTheOriginal).SetArgDisplayNames(role, features);
    }

    private static IEnumerable<string> Granted(Manifest role) => Manifest.Items(role.Content["rules"])
        .SelectMany(rule => from groupName in Texts(rule, "apiGroups") from resource in Texts(rule, "resources") from verb in Texts(rule, "verbs") select $"{groupName}/{resource} {verb}").Distinct();

    private static IEnumerable<string> Wanted(string role, HashSet<string> switched) =>
        from line in Table.Split('\n')
        let cells = line.Trim().Split('|')
        where cells[0] == role && IsOn(cells[1], switched)
        from verb in cells[4].Replace("r3", "get list watch", StringComparison.Ordinal).Split(' ')
        select $"{cells[2]}/{cells[3]} {verb}";

    private static bool IsOn(string switches, HashSet<string> switched) =>
        switches.Length is 0 || switches.Split(' ').Any(one => one.Split('-') is var parts && switched.Contains(parts[0]) && parts.Skip(1).All(part => !switched.Contains(part)));

    private static IEnumerable<string> Texts(JsonObject rule, string key) => rule[key] is JsonArray items ? items.Select(item => item!.GetValue<string>()) : [];
}
