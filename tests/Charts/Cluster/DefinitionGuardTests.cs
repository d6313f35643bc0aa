using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.Charts.Tests;

/// <summary>
/// The life of the definitions of snapshots: with a definition Helm deletes every object of its kind, and an older one loses what a newer wrote.
/// </summary>
internal sealed class DefinitionGuardTests
{
    private const string Chart = "snapshot-controller";
    private const string Snapshots = "volumesnapshots.snapshot.storage.k8s.io";

    [Test]
    public async Task Definitions_of_nobody_are_left_and_named_adopted_or_refused()
    {
        await using var cluster = await ClusterCase.Start();
        cluster.CreateDefinition("volumesnapshots", WithoutLastField);
        var left = await cluster.Takes(Chart);
        Assert.That(Definitions(left), Has.Count.EqualTo(5).And.Not.Contain(Snapshots));
        Assert.That(left, Does.Contain($"{Snapshots} belongs to no release and is left as it is").And.Contain("It lacks field v1.status.volumeGroupSnapshotName"));

        Assert.That(Definitions(await cluster.Takes(Chart, "--set", "crds.existing=adopt", "--take-ownership")), Has.Count.EqualTo(6));
        await cluster.Refuses(Chart, ["--set", "crds.existing=refuse"], "crds.existing", Snapshots, "belongs to no release", "--take-ownership");
    }

    [Test]
    public async Task Definitions_of_another_release_are_left_with_its_name_and_our_own_are_always_rendered()
    {
        await using var cluster = await ClusterCase.Start();
        cluster.CreateDefinition("volumesnapshots", OwnedBy("piraeus", "old"));
        cluster.CreateDefinition("volumesnapshotclasses", OwnedBy("rel", "default"));
        var output = await cluster.Takes(Chart);
        Assert.That(output, Does.Contain($"{Snapshots} belongs to release piraeus in namespace old"));
        Assert.That(Definitions(output), Does.Contain("volumesnapshotclasses.snapshot.storage.k8s.io").And.Not.Contain(Snapshots));
    }

    [Test]
    public async Task What_is_newer_in_the_cluster_is_not_written_over_and_both_Helms_say_what_it_is()
    {
        await using var cluster = await ClusterCase.Start();
        cluster.CreateDefinition("volumesnapshots", definition =>
        {
            OwnedBy("rel", "default")(definition);
            Schema(definition)["properties"]!["spec"]!["properties"]!["planted"] = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["deep"] = new JsonObject { ["type"] = "string" } } };
        });
        cluster.CreateDefinition("volumesnapshotclasses", definition =>
        {
            OwnedBy("rel", "default")(definition);
            definition["metadata"]!["annotations"]!["csi.sidecars.dev/crd-revision"] = "99";
        });
        cluster.CreateDefinition("volumesnapshotcontents", definition =>
        {
            OwnedBy("rel", "default")(definition);
            AddVersion(definition, "v9", served: true, storage: false);
        });
        foreach (var helm in Helm.Both)
        {
            var result = await cluster.DryRun(helm, Chart);
            Assert.That(result.Succeeded, Is.False, $"{helm}");
            Assert.That(result.Errors, Does.Contain($"{Snapshots} in the cluster has field v1.spec.planted, which this chart lacks").And.Contain("field v1.spec.planted.deep"), $"{helm}");
            Assert.That(result.Errors, Does.Contain("volumesnapshotclasses.snapshot.storage.k8s.io in the cluster has revision 99"), $"{helm}");
            Assert.That(result.Errors, Does.Contain("volumesnapshotcontents.snapshot.storage.k8s.io in the cluster has version v9, which this chart lacks"), $"{helm}");
        }
        Assert.That(Definitions(await cluster.Takes(Chart, "--set", "crds.enabled=false")), Is.Empty);
    }

    [Test]
    public async Task A_version_that_objects_are_stored_as_is_not_taken_away()
    {
        await using var cluster = await ClusterCase.Start();
        cluster.CreateDefinition("volumesnapshots", definition =>
        {
            OwnedBy("rel", "default")(definition);
            foreach (var version in definition["spec"]!["versions"]!.AsArray()) version!["storage"] = false;
            AddVersion(definition, "v0", served: false, storage: true);
        });
        await cluster.Refuses(Chart, [], $"{Snapshots} in the cluster has objects stored as v0, which this chart lacks", "crds.enabled");
    }

    [Test]
    public async Task What_is_adopted_is_guarded_like_our_own()
    {
        await using var cluster = await ClusterCase.Start();
        cluster.CreateDefinition("volumesnapshots", definition => Schema(definition)["properties"]!["planted"] = new JsonObject { ["type"] = "string" });
        await cluster.Refuses(Chart, ["--set", "crds.existing=adopt"], "field v1.planted");
        Assert.That(Definitions(await cluster.Takes(Chart)), Does.Not.Contain(Snapshots));
    }

    /// <summary>As the original's group definitions of 8.4 and 8.5 have it.</summary>
    [Test]
    public async Task A_foreign_definition_that_converts_by_a_webhook_is_named_and_not_adopted()
    {
        const string Groups = "volumegroupsnapshots.groupsnapshot.storage.k8s.io";
        await using var cluster = await ClusterCase.Start();
        cluster.CreateDefinition("volumegroupsnapshots", definition => definition["spec"]!["conversion"] = JsonNode.Parse("""
            {"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"service":{"name":"snapshot-conversion-webhook-service","namespace":"kube-system","path":"/convert"}}}}
            """));
        Assert.That(await cluster.Takes(Chart), Does.Contain($"{Groups} belongs to no release and is left as it is").And.Contain("It converts by a webhook"));
        await cluster.Refuses(Chart, ["--set", "crds.existing=adopt"], $"{Groups} converts by a webhook", "remove the webhook first", "crds.existing: leave");
        await cluster.Takes(Chart, "--set", "crds.existing=adopt", "--set", "groupSnapshots=false");
    }

    [Test]
    public async Task A_foreign_definition_that_lacks_v1_is_of_no_use()
    {
        await using var cluster = await ClusterCase.Start();
        cluster.CreateDefinition("volumegroupsnapshots", definition =>
        {
            var versions = definition["spec"]!["versions"]!.AsArray();
            foreach (var version in versions.Where(version => version!["name"]!.GetValue<string>() is "v1").ToList()) versions.Remove(version);
        });
        await cluster.Refuses(Chart, [], "volumegroupsnapshots.groupsnapshot.storage.k8s.io", "does not serve v1", "groupSnapshots: false");
        Assert.That(Definitions(await cluster.Takes(Chart, "--set", "groupSnapshots=false")), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Another_controller_that_is_alive_is_found_by_its_lease()
    {
        await using var cluster = await ClusterCase.Start();
        cluster.Create("leases", Lease("kube-system", TimeProvider.System.GetUtcNow()));
        await cluster.Refuses(Chart, [], "allowSecondController", "other-controller", "kube-system/snapshot-controller-leader", "s ago");
        await cluster.Takes(Chart, "--set", "allowSecondController=true");
        await cluster.Takes(Chart, "--set", "leaderElection.namespace=kube-system");
        await cluster.Takes(Chart, "--set", "checks.cluster=false");
    }

    [Test]
    public async Task A_lease_that_nobody_renews_is_no_obstacle()
    {
        await using var cluster = await ClusterCase.Start();
        cluster.Create("leases", Lease("kube-system", TimeProvider.System.GetUtcNow().AddMinutes(-5)));
        await cluster.Takes(Chart);
    }

    /// <summary>As <c>kubectl replace</c> of the upstream's file leaves it: without the marks of the release, and without the one that keeps Helm from deleting it.</summary>
    [Test]
    public async Task A_definition_that_somebody_replaced_stays_in_the_release_and_gets_its_marks_back()
    {
        foreach (var helm in Helm.Both)
        {
            await using var cluster = await ClusterCase.Start();
            string[] values = [Workspace.Chart(Chart), "--namespace", "default", .. ChartCase.Of(Chart, "default").Values];
            await cluster.Run(helm, ["install", "rel", .. values]);
            var uid = Replaced(cluster, new JsonObject());

            await cluster.Run(helm, ["upgrade", "rel", .. values, "--set", "replicas=3"]);
            var now = cluster.Server.Storage.Get("customresourcedefinitions", "", Snapshots).Value.ToJson();
            Assert.That(now["metadata"]!["uid"]!.GetValue<string>(), Is.EqualTo(uid), $"{helm} deleted it, and every snapshot with it");
            Assert.That(now["metadata"]!["annotations"]!["meta.helm.sh/release-name"]?.GetValue<string>(), Is.EqualTo("rel").Or.Null, "Helm 3 writes what is in the chart alone");
            Assert.That(now["metadata"]!["annotations"]!["helm.sh/resource-policy"]!.GetValue<string>(), Is.EqualTo("keep"), $"{helm}");
        }
    }

    [Test]
    public async Task A_definition_that_another_release_took_over_is_not_let_go_of_before_it_is_kept()
    {
        await using var cluster = await ClusterCase.Start();
        string[] values = [Workspace.Chart(Chart), "--namespace", "default", .. ChartCase.Of(Chart, "default").Values];
        await cluster.Run(Helm.Four, ["install", "rel", .. values]);
        Replaced(cluster, ClusterCase.OwnedBy("piraeus", "old"));
        var refused = await cluster.Try(Helm.Four, ["upgrade", "rel", .. values]);
        Assert.That(refused.Succeeded, Is.False);
        Assert.That(refused.Errors, Does.Contain($"{Snapshots} was written by this release and belongs to release piraeus in namespace old now").And.Contain($"kubectl annotate crd {Snapshots} helm.sh/resource-policy=keep"));

        var kept = ClusterCase.OwnedBy("piraeus", "old");
        kept["helm.sh/resource-policy"] = "keep";
        var uid = Replaced(cluster, kept);
        await cluster.Run(Helm.Four, ["upgrade", "rel", .. values]);
        Assert.That(cluster.Server.Storage.Get("customresourcedefinitions", "", Snapshots).Value.ToJson()["metadata"]!["uid"]!.GetValue<string>(), Is.EqualTo(uid));
    }

    [TestCase("crds.enabled=false", "volumesnapshots.snapshot.storage.k8s.io")]
    [TestCase("groupSnapshots=false", "volumegroupsnapshots.groupsnapshot.storage.k8s.io")]
    [TestCase("crds.enabled=false,fullnameOverride=other", "volumesnapshots.snapshot.storage.k8s.io")]
    public async Task A_definition_that_is_not_kept_any_more_is_not_left_out(string change, string name)
    {
        foreach (var helm in Helm.Both)
        {
            await using var cluster = await ClusterCase.Start();
            string[] values = [Workspace.Chart(Chart), "--namespace", "default", .. ChartCase.Of(Chart, "default").Values];
            await cluster.Run(helm, ["install", "rel", .. values]);
            var uid = Replaced(cluster, new JsonObject(), name);
            var refused = await cluster.Try(helm, ["upgrade", "rel", .. values, "--set", change]);
            Assert.That(refused.Succeeded, Is.False, $"{helm}");
            Assert.That(refused.Errors, Does.Contain($"crds: {name} was written by this release; left out").And.Contain($"kubectl annotate crd {name} helm.sh/resource-policy=keep"), $"{helm}");

            Replaced(cluster, new JsonObject { ["helm.sh/resource-policy"] = "keep" }, name);
            await cluster.Run(helm, ["upgrade", "rel", .. values, "--set", change]);
            Assert.That(cluster.Server.Storage.Get("customresourcedefinitions", "", name).Value.ToJson()["metadata"]!["uid"]!.GetValue<string>(), Is.EqualTo(uid), $"{helm}");
        }
    }

    /// <summary>The definition of snapshots with these annotations and no label; its uid.</summary>
    private static string Replaced(ClusterCase cluster, JsonObject annotations, string name = Snapshots)
    {
        var live = cluster.Server.Storage.Get("customresourcedefinitions", "", name).Value.ToJson();
        live["metadata"]!.AsObject().Remove("labels");
        live["metadata"]!.AsObject().Remove("managedFields");
        annotations["api-approved.kubernetes.io"] = live["metadata"]!["annotations"]!["api-approved.kubernetes.io"]!.DeepClone();
        live["metadata"]!["annotations"] = annotations;
        _ = cluster.Server.Storage.Update("customresourcedefinitions", live).Value;
        return live["metadata"]!["uid"]!.GetValue<string>();
    }

    private static void WithoutLastField(JsonObject definition) => Schema(definition)["properties"]!["status"]!["properties"]!.AsObject().Remove("volumeGroupSnapshotName");

    private static Action<JsonObject> OwnedBy(string release, string ns) => definition =>
    {
        foreach (var (key, value) in ClusterCase.OwnedBy(release, ns)) definition["metadata"]!["annotations"]![key] = value!.DeepClone();
        definition["metadata"]!["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "Helm" };
    };

    private static JsonObject Schema(JsonObject definition) => definition["spec"]!["versions"]!.AsArray().Single(version => version!["name"]!.GetValue<string>() is "v1")!["schema"]!["openAPIV3Schema"]!.AsObject();

    private static void AddVersion(JsonObject definition, string name, bool served, bool storage)
    {
        var version = definition["spec"]!["versions"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() is "v1")!.DeepClone();
        (version["name"], version["served"], version["storage"]) = (name, served, storage);
        definition["spec"]!["versions"]!.AsArray().Add(version);
    }

    private static JsonObject Lease(string ns, DateTimeOffset renewed) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = "snapshot-controller-leader", ["namespace"] = ns },
        ["spec"] = new JsonObject
        {
            ["holderIdentity"] = "other-controller",
            ["leaseDurationSeconds"] = 15,
            ["renewTime"] = renewed.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        },
    };

    private static List<string> Definitions(string output) =>
        [.. output.Split("\n---\n").Where(document => document.Contains("kind: CustomResourceDefinition", StringComparison.Ordinal)).Select(document => Manifest.Read(document)!["metadata"]!["name"]!.GetValue<string>())];
}
