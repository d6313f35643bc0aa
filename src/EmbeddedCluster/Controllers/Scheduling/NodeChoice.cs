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
        if (node.IsBeingDeleted || node.Root.Flag("spec", "unschedulable") == true) return "node(s) were unschedulable";
        var isReady = node.Root.Items("status", "conditions")
            .Any(condition => condition.Text("type") == "Ready" && condition.Text("status") == "True");
        if (!isReady) return "node(s) were not ready";
        if (!pod.Root.Map("spec", "nodeSelector").All(label => node.Labels.GetValueOrDefault(label.Key) == label.Value)) return Affinity;
        var required = pod.Root.At("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
        return required is { } selector && !NodeSelecting.Matches(selector, node) ? Affinity : null;
    }

    private const string Affinity = "node(s) didn't match Pod's node affinity/selector";
}
