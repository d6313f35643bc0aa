namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Picks a node for a pod: ready, not closed for new pods, of the wanted labels, and suitable for every volume; those that were tried in vain come last.</summary>
internal sealed class NodeChoice(ControllerContext context, VolumeFit volumes, NodesTried tried)
{
    /// <summary>The node, or null and a message that counts the reasons as a real scheduler does.</summary>
    public (StoredObject? Node, string Message) Pick(StoredObject pod, IReadOnlyCollection<Claim> claims)
    {
        var nodes = context.Storage.List("nodes").Items;
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in nodes.OrderBy(node => tried.Returns(claims, node.Name)).ThenBy(PodsOn).ThenBy(node => node.Name, StringComparer.Ordinal))
        {
            var reason = WhyNot(pod, node) ?? claims.Select(claim => volumes.WhyNot(claim, node)).OfType<string>().FirstOrDefault();
            if (reason is null) return (node, "");
            reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
        }

        return (null, nodes.Count == 0
            ? "no nodes available to schedule pods"
            : $"0/{nodes.Count} nodes are available: {string.Join(", ", reasons.Select(reason => $"{reason.Value} {reason.Key}"))}.");
    }

    private int PodsOn(StoredObject node) =>
        context.Storage.List("pods").Items.Count(pod => PodVolumes.NodeName(pod) == node.Name && !PodVolumes.IsFinished(pod));

    private static string? WhyNot(StoredObject pod, StoredObject node)
    {
        if (node.IsBeingDeleted || (node.Root.Flag("spec", "unschedulable") == true && !Bears(pod, "node.kubernetes.io/unschedulable"))) return "node(s) were unschedulable";
        var isReady = node.Root.Items("status", "conditions")
            .Any(condition => condition.Text("type") == "Ready" && condition.Text("status") == "True");
        if (!isReady) return "node(s) were not ready";
        return Taints.WhyNot(pod, node) ?? (NodeSelecting.IsWanted(pod.Root.At("spec") ?? default, node) ? null : "node(s) didn't match Pod's node affinity/selector");
    }

    /// <summary>Whether the pod is one of those that run on nodes closed to others, as the pods of daemons do.</summary>
    private static bool Bears(StoredObject pod, string taint) => pod.Root.Items("spec", "tolerations").Any(toleration =>
        toleration.Text("operator") == "Exists" && toleration.Text("key") is var key && (key.Length == 0 || key == taint) && toleration.Text("effect") is "" or "NoSchedule");
}
