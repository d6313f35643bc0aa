namespace Sidecars.Charts.Tests;

/// <summary>What a change of values or of the release moves in the pods, and what it must not.</summary>
internal sealed class SwapTests
{
    /// <summary>From ours to the originals: image, memory, and the gate that gives the lease back, which hangs in theirs.</summary>
    [TestCase("go")]
    [TestCase("mixed")]
    public async Task An_implementation_changes_the_image_and_nothing_that_rights_or_selectors_hang_on(string name)
    {
        var values = ChartCase.Of("csi-driver", "minimal").Values.Concat(["--set", "csi-sidecars.capabilities.snapshot=true"]);
        var ours = (await Helm.Four.Template(Workspace.Chart("csi-driver"), "storage", values)).Output.Split('\n');
        var theirs = (await ChartCase.Of("csi-driver", name).Rendered()).Split('\n');
        var differences = ours.Except(theirs).Concat(theirs.Except(ours)).Select(line => line.Trim()).ToList();
        Assert.That(differences, Is.Not.Empty);
        foreach (var line in differences) Assert.That(line, Does.StartWith("image: ").Or.StartWith("memory: ").Or.Match("^- \"--feature-gates=(CSIVolumeGroupSnapshot=false,?)?(ReleaseLeaderElectionOnExit=true)?\"$"));
        foreach (var container in Manifest.ReadAll(string.Join('\n', theirs)).SelectMany(one => one.Containers).Where(one => one["image"]!.GetValue<string>().StartsWith("registry.k8s.io/", StringComparison.Ordinal)))
            Assert.That(container["args"]!.AsArray().Select(arg => arg!.GetValue<string>()), Has.None.Contains("ReleaseLeaderElectionOnExit"));
    }

    /// <summary>The two programs differ in what they do with groups where nobody says it; the rights follow the capability.</summary>
    [TestCase("csharp", true)]
    [TestCase("csharp", false)]
    [TestCase("go", true)]
    [TestCase("go", false)]
    public async Task The_snapshotter_is_told_whether_there_are_groups(string implementation, bool hasGroups)
    {
        var values = ChartCase.Of("csi-driver", "snapshots").Values
            .Concat(["--set", $"csi-sidecars.snapshotter.implementation={implementation},csi-sidecars.capabilities.groupSnapshot={(hasGroups ? "true" : "false")}"]);
        var rendered = await Helm.Four.Template(Workspace.Chart("csi-driver"), "storage", values);
        Assert.That(rendered.Succeeded, rendered.Errors);
        var snapshotter = Manifest.ReadAll(rendered.Output).SelectMany(one => one.Containers).Single(one => one["name"]!.GetValue<string>() is "csi-snapshotter");
        Assert.That(snapshotter["args"]!.AsArray().Select(arg => arg!.GetValue<string>()), Has.Some.Contains($"CSIVolumeGroupSnapshot={(hasGroups ? "true" : "false")}"));
    }

    /// <summary>Seconds before the probe and before a pod counts as ready follow the time for which it may wait for the kinds.</summary>
    [TestCase("30s", 35)]
    [TestCase("90s", 95)]
    public async Task The_snapshot_controller_is_left_alone_while_it_may_wait_for_the_kinds(string interval, int seconds)
    {
        var values = ChartCase.Of("snapshot-controller", "default").Values.Concat(["--set", $"args.retry-crd-interval-max={interval}"]);
        var rendered = await Helm.Four.Template(Workspace.Chart("snapshot-controller"), "kube-system", values);
        Assert.That(rendered.Succeeded, rendered.Errors);
        var deployment = Manifest.ReadAll(rendered.Output).Single(one => one.Kind is "Deployment");
        Assert.That(deployment.Content["spec"]!["minReadySeconds"]!.GetValue<long>(), Is.EqualTo(seconds));
        Assert.That(deployment.Containers.Single()["livenessProbe"]!["initialDelaySeconds"]!.GetValue<long>(), Is.EqualTo(seconds));
    }

    /// <summary>A release of the charts in which no image and no setting is new restarts no pod.</summary>
    [TestCase("csi-driver")]
    [TestCase("snapshot-controller")]
    public async Task A_new_version_of_the_chart_alone_leaves_pods_and_selectors_as_they_are(string name)
    {
        var copy = Workspace.CopyOf(name, $"bumped-{name}");
        foreach (var file in Directory.EnumerateFiles(copy, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) is "Chart.yaml" or "_names.tpl"))
            await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("0.1.0", "7.8.9", StringComparison.Ordinal));
        var pin = name is "csi-driver" ? "csi-sidecars.images.csharp.tag=pinned" : "image.tag=pinned";
        var chart = ChartCase.Of(name, name is "csi-driver" ? "minimal" : "default");
        var before = await Workloads(Workspace.Chart(name));
        var after = await Workloads(copy);
        Assert.That(before, Is.Not.Empty);
        Assert.That(after, Is.EqualTo(before));

        async Task<List<string>> Workloads(string folder)
        {
            var result = await Helm.Four.Template(folder, chart.Namespace, [.. chart.Values, "--set", pin]);
            Assert.That(result.Succeeded, result.Errors);
            return [.. Manifest.ReadAll(result.Output).Where(one => one.Pod is not null).Select(one => $"{one.Content["spec"]!["selector"]}{one.Pod}")];
        }
    }

    [Test]
    public async Task Two_drivers_in_one_namespace_and_in_one_umbrella_have_no_name_in_common()
    {
        var umbrella = Path.Combine(Workspace.Folder, "copies/umbrella-drivers");
        Directory.CreateDirectory(Path.Combine(umbrella, "charts"));
        await File.WriteAllTextAsync(Path.Combine(umbrella, "Chart.yaml"),
            "apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies:\n  - {name: csi-driver, alias: block, version: 0.1.0}\n  - {name: csi-driver, alias: file, version: 0.1.0}\n");
        Workspace.CopyOf("csi-driver", "umbrella-drivers/charts/csi-driver");
        await File.WriteAllTextAsync(Path.Combine(umbrella, "values.yaml"), """
            block: {driver: {image: {repository: r.example.com/block, tag: v1}}, csi-sidecars: {driverName: block.example.com, images: {csharp: {repository: r.example.com/s}}}}
            file: {driver: {image: {repository: r.example.com/file, tag: v1}}, csi-sidecars: {driverName: file.example.com, images: {csharp: {repository: r.example.com/s}}}}
            """);
        foreach (var helm in Helm.Both)
        {
            var result = await helm.Template(umbrella, "storage");
            Assert.That(result.Succeeded, $"{helm}: {result.Errors}");
            var objects = Manifest.ReadAll(result.Output);
            Assert.That(objects.Select(one => (one.Kind, one.Namespace, one.Name)), Is.Unique, $"{helm}");
            var pods = objects.Where(one => one.Pod is not null).ToList();
            Assert.That(pods.Select(one => one.Name), Is.EquivalentTo((string[])["rel-block-controller", "rel-block-node", "rel-file-controller", "rel-file-node"]), $"{helm}");
            Assert.That(pods.Select(one => one.Content["spec"]!["selector"]!.ToJsonString()), Is.Unique, $"{helm}");
            Assert.That(pods.Where(one => one.Kind is "Deployment").Select(one => objects.Where(role => role.Kind is "Role" && role.Name.StartsWith(one.Name[..^"controller".Length], StringComparison.Ordinal))
                .SelectMany(role => Manifest.Items(role.Content["rules"])).Select(rule => rule["resourceNames"]?.ToJsonString()).OfType<string>().Order(StringComparer.Ordinal).First()), Is.Unique, $"{helm}");
        }
    }

    [Test]
    public async Task The_kubelets_folder_is_one_in_all_four_places()
    {
        var node = (await ChartCase.Of("csi-driver", "kubelet-dir").Objects()).Single(one => one.Kind is "DaemonSet");
        var paths = Manifest.Items(node.Pod!["spec"]!["volumes"]).Select(volume => volume["hostPath"]!["path"]!.GetValue<string>()).ToList();
        Assert.That(paths, Is.SupersetOf((string[])["/var/lib/k0s/kubelet", "/var/lib/k0s/kubelet/plugins/hostpath.csi.example.com", "/var/lib/k0s/kubelet/plugins_registry"]));
        var registrar = node.Containers.Single(one => one["name"]!.GetValue<string>() == "node-driver-registrar");
        Assert.That(registrar["args"]!.AsArray().Select(arg => arg!.GetValue<string>()), Does.Contain("--kubelet-registration-path=/var/lib/k0s/kubelet/plugins/hostpath.csi.example.com/csi.sock"));
        Assert.That(node.Text, Does.Not.Contain("/var/lib/kubelet").And.Not.Contain("kubelet//"));
    }

    [Test]
    public async Task A_pod_on_the_network_of_its_node_serves_on_loopback_and_without_a_policy()
    {
        var objects = await ChartCase.Of("csi-driver", "hostnetwork").Objects();
        Assert.That(objects.Select(one => one.Kind), Does.Not.Contain("NetworkPolicy"));
        var node = objects.Single(one => one.Kind is "DaemonSet");
        foreach (var container in node.Containers)
        {
            foreach (var port in Manifest.Items(container["ports"])) Assert.That(port["hostIP"]!.GetValue<string>(), Is.EqualTo("127.0.0.1"), $"{container["name"]}");
            if (container["livenessProbe"] is { } probe) Assert.That(probe["httpGet"]!["host"]!.GetValue<string>(), Is.EqualTo("127.0.0.1"), $"{container["name"]}");
            foreach (var argument in container["args"]!.AsArray().Select(arg => arg!.GetValue<string>()).Where(arg => arg.StartsWith("--http-endpoint=", StringComparison.Ordinal)))
                Assert.That(argument, Does.StartWith("--http-endpoint=127.0.0.1:"), $"{container["name"]}");
        }
    }

    [Test]
    public async Task One_replica_elects_too_and_has_no_budget()
    {
        var objects = await ChartCase.Of("csi-driver", "single-replica").Objects();
        Assert.That(objects.Select(one => one.Kind), Does.Not.Contain("PodDisruptionBudget"));
        Assert.That(objects.SelectMany(one => one.Containers).Single(one => one["name"]!.GetValue<string>() == "csi-resizer")["args"]!.AsArray().Select(arg => arg!.GetValue<string>()), Does.Contain("--leader-election=true"));
    }

    [Test]
    public async Task A_sidecar_on_nodes_elects_nobody_and_knows_its_node()
    {
        var objects = await ChartCase.Of("csi-driver", "node-deployment").Objects();
        var node = objects.Single(one => one.Kind is "DaemonSet");
        foreach (var name in (string[])["csi-provisioner", "csi-snapshotter"])
        {
            Assert.That(objects.Single(one => one.Kind is "Deployment").Containers.Select(one => one["name"]!.GetValue<string>()), Does.Not.Contain(name));
            var container = node.Containers.Single(one => one["name"]!.GetValue<string>() == name);
            Assert.That(container["args"]!.AsArray().Select(arg => arg!.GetValue<string>()), Does.Contain("--node-deployment=true").And.None.StartsWith("--leader-election"));
            Assert.That(Manifest.Items(container["env"]).Select(one => one["name"]!.GetValue<string>()), Does.Contain("NODE_NAME"));
        }
        Assert.That(objects.Where(one => one.Kind is "Role").Select(one => one.Name), Has.None.Contains("provisioner-lease").And.None.Contains("snapshotter-lease"));
    }

    [TestCase("root-driver", "Deployment", "runAsUser", "0")]
    [TestCase("selinux", "DaemonSet", "seLinuxOptions", """{"type":"spc_t"}""")]
    public async Task Sidecars_follow_the_drivers_user_and_type_without_a_capability(string name, string kind, string field, string value)
    {
        var workload = (await ChartCase.Of("csi-driver", name).Objects()).Single(one => one.Kind == kind);
        foreach (var container in workload.Containers.Where(one => one["name"]!.GetValue<string>() is not "driver"))
        {
            var context = container["securityContext"]!;
            Assert.That(context[field]!.ToJsonString(), Is.EqualTo(value), $"{container["name"]}");
            Assert.That(context["capabilities"]!["drop"]!.ToJsonString(), Is.EqualTo("""["ALL"]"""), $"{container["name"]}");
            Assert.That(context["privileged"], Is.Null, $"{container["name"]}");
        }
    }
}
