using System.Text.Json;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>What keeps pods off a node, and the tolerations of pods that come all the same.</summary>
internal static class Taints
{
    /// <summary>The taints that keep new pods away; those a pod is merely to avoid where it can are none of them.</summary>
    public static IEnumerable<JsonElement> Of(StoredObject node) =>
        node.Root.Items("spec", "taints").Where(taint => taint.Text("effect") is "NoSchedule" or "NoExecute");

    public static bool IsTolerated(JsonElement taint, JsonElement podSpec) => podSpec.Items("tolerations").Any(toleration => Tolerates(toleration, taint));

    /// <summary>The first taint the pod does not bear, as a real scheduler tells of it; null when there is none.</summary>
    public static string? WhyNot(StoredObject pod, StoredObject node)
    {
        if (pod.Root.At("spec") is not { } spec) return null;
        foreach (var taint in Of(node))
            if (!IsTolerated(taint, spec)) return $"node(s) had untolerated taint {{{taint.Text("key")}: {taint.Text("value")}}}";
        return null;
    }

    private static bool Tolerates(JsonElement toleration, JsonElement taint)
    {
        if (toleration.Text("effect") is { Length: > 0 } effect && effect != taint.Text("effect")) return false;
        var (key, isAny) = (toleration.Text("key"), toleration.Text("operator") == "Exists");
        if (key.Length == 0) return isAny;
        return key == taint.Text("key") && (isAny || toleration.Text("value") == taint.Text("value"));
    }
}
