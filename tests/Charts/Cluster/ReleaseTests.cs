using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.Charts.Tests;

/// <summary>
/// A release's life with a real Helm: merged by the client as Helm 3 does it and Helm 4 on request, and applied by the server as Helm 4 does it. What
/// counts is what is in the cluster after each step, whatever way led there.
/// </summary>
internal sealed class ReleaseTests
{
    private const string Namespace = "storage";

    private static readonly string[] s_kinds =
    [
        "deployments", "daemonsets", "services", "poddisruptionbudgets", "networkpolicies", "serviceaccounts", "configmaps", "secrets", "roles", "rolebindings",
        "clusterroles", "clusterrolebindings", "csidrivers", "storageclasses",
    ];

    private static readonly (string Chart, string Case, string[] Change)[] s_charts =
    [
        ("snapshot-controller", "default", ["--set", "replicas=3"]),
        ("csi-driver", "minimal", ["--set", "csi-sidecars.capabilities.snapshot=true,controller.replicas=3,commonLabels.step=two"]),
        ("examples/vendor", "values", ["--set", "csi-sidecars.capabilities.snapshot=false"]),
    ];

    public static IEnumerable<TestCaseData> Lives() =>
        from chart in s_charts
        from way in ((Helm Helm, string Switch)[])[(Helm.Three, ""), (Helm.Four, "--server-side=false"), (Helm.Four, "")]
        select new TestCaseData(way.Helm, way.Switch, chart.Chart, chart.Case, chart.Change).SetArgDisplayNames($"{chart.Chart} {way.Helm}{way.Switch}");

    [TestCaseSource(nameof(Lives))]
    public async Task A_release_is_installed_upgraded_rolled_back_and_uninstalled(object helm, string way, string chart, string name, string[] change)
    {
        await using var cluster = await ClusterCase.Start();
        string[] values = [Workspace.Chart(chart), "--namespace", Namespace, .. ChartCase.Of(chart, name).Values];
        await Bring(cluster, chart);
        // A rollback needs no such switch: Helm 4 rolls back the way it installed.
        string[] switches = way.Length > 0 ? [way] : [];

        await cluster.Run((Helm)helm, ["install", "rel", .. values, "--create-namespace", .. switches]);
        var installed = State(cluster);
        Assert.That(installed, Is.Not.Empty);

        await cluster.Run((Helm)helm, ["upgrade", "rel", .. values, .. change, .. switches]);
        Assert.That(State(cluster), Is.Not.EqualTo(installed));

        await cluster.Run((Helm)helm, ["rollback", "rel", "1", "--namespace", Namespace]);
        Assert.That(State(cluster), Is.EqualTo(installed));
        Assert.That(await cluster.Run((Helm)helm, ["history", "rel", "--namespace", Namespace]), Does.Match("(?s)1 .*superseded.*2 .*superseded.*3 .*deployed"));

        await cluster.Run((Helm)helm, ["uninstall", "rel", "--namespace", Namespace]);
        Assert.That(State(cluster), Is.Empty);
        Assert.That(cluster.Server.Storage.List("secrets").Items, Is.Empty, "what Helm keeps of releases");
        // The snapshot definitions are kept on purpose: what goes with them are all snapshots.
        Assert.That(cluster.Server.Storage.List("customresourcedefinitions").Items, Has.Count.EqualTo(6));
    }

    [Test]
    public async Task A_release_of_Helm_3_goes_on_with_Helm_4_which_then_applies_on_the_server()
    {
        await using var cluster = await ClusterCase.Start();
        string[] values = [Workspace.Chart("csi-driver"), "--namespace", Namespace, .. ChartCase.Of("csi-driver", "minimal").Values];
        await Bring(cluster, "csi-driver");
        await cluster.Run(Helm.Three, ["install", "rel", .. values, "--create-namespace"]);

        await cluster.Run(Helm.Four, ["upgrade", "rel", .. values, "--set", "controller.replicas=3", "--server-side=true"]);

        var deployment = cluster.Server.Storage.List("deployments").Items.Single().ToJson();
        Assert.That(deployment["spec"]!["replicas"]!.GetValue<int>(), Is.EqualTo(3));
        Assert.That(deployment["metadata"]!["managedFields"]!.AsArray().Select(entry => (string?)entry!["operation"]), Does.Contain("Apply"));
    }

    /// <summary>A driver's chart asks for the definitions of snapshots, which the other chart brings.</summary>
    private static async Task Bring(ClusterCase cluster, string chart)
    {
        if (chart is not "snapshot-controller") await cluster.Server.ApplyManifests(Path.Combine(Repository.Chart("snapshot-controller"), "files/crds")).WithinLimit();
    }

    /// <summary>Everything of the kinds that charts have, without what differs from one write to the next and without Helm's own notes.</summary>
    private static List<string> State(ClusterCase cluster)
    {
        var state = new List<string>();
        foreach (var kind in s_kinds)
            foreach (var stored in cluster.Server.Storage.List(kind).Items)
            {
                var content = stored.ToJson();
                if ((string?)content["type"] is "helm.sh/release.v1") continue;
                var metadata = content["metadata"]!.AsObject();
                content["metadata"] = new JsonObject
                {
                    ["name"] = stored.Name, ["labels"] = metadata["labels"]?.DeepClone(), ["annotations"] = metadata["annotations"]?.DeepClone(),
                };
                state.Add($"{kind} {Sorted(content)!.ToJsonString()}");
            }
        return state;
    }

    // In which order the fields of an object came says nothing; that of a list does.
    private static JsonNode? Sorted(JsonNode? value) => value switch
    {
        JsonObject fields => new JsonObject(fields.Where(field => field.Value is not null).OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => value?.DeepClone(),
    };
}
