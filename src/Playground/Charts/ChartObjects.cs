using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;

namespace Sidecars.Playground;

/// <summary>Brings a release into the cluster, in which then nobody but its own accounts is bound by roles.</summary>
internal static class ChartObjects
{
    /// <summary>Whoever sends no token, such as kubectl with the kubeconfig of the playground, is its administrator.</summary>
    public static void LetEverybodyElseDoEverything(Storage storage)
    {
        _ = storage.Create("clusterroles", Parse("""
            {"metadata":{"name":"playground:everything"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]},{"nonResourceURLs":["*"],"verbs":["*"]}]}
            """)).Value;
        _ = storage.Create("clusterrolebindings", Parse("""
            {"metadata":{"name":"playground:everything"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"playground:everything"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"system:unauthenticated"}]}
            """)).Value;
    }

    /// <summary>Creates the objects; those of kinds that this cluster does not serve are told and passed over.</summary>
    /// <exception cref="ClusterRefusal">The cluster refuses one.</exception>
    public static async Task Apply(ChartRelease release, ClusterApi api, Action<string> tell, CancellationToken stop)
    {
        await api.Create(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = ChartRelease.DriverNamespace } }, stop);
        foreach (var manifest in release.Objects)
        {
            if (await api.Serves(manifest, stop)) await api.Create(manifest, stop);
            else tell($"{ObjectName.Of(manifest)} is passed over: this cluster does not serve its kind ({manifest["apiVersion"]})");
        }
    }

    /// <summary>
    /// The announcement's class is not the release's, and names a secret that the chart knows nothing of: whoever writes such a class by hand grants the
    /// secret by hand (<c>csi-sidecars.secrets.refs</c> is the way of the chart).
    /// </summary>
    public static void GrantSecretsOfAnnouncement(ChartRelease release, Storage storage)
    {
        _ = storage.Create("roles", Parse("""
            {"metadata":{"name":"playground:announcement","namespace":"default"},"rules":[{"apiGroups":[""],"resources":["secrets"],"verbs":["get"]}]}
            """)).Value;
        foreach (var (container, number) in release.Containers.DistinctBy(ChartRelease.UserName).Select((container, number) => (container, number)))
            _ = storage.Create("rolebindings", Parse($$"""
                {"metadata":{"name":"playground:announcement-{{number}}","namespace":"default"},
                 "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"playground:announcement"},
                 "subjects":[{"kind":"ServiceAccount","name":"{{container.Account}}","namespace":"{{container.Namespace}}"} ]}
                """)).Value;
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
