using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>
/// Says where a volume is asked for (provisioner contract 5.8): in the places the class allows, else in all of the cluster, and with a selected node
/// beginning at its place, or only there. What nodes there are decides, never in which order they were seen.
/// </summary>
internal sealed class Placement(NodeTopology nodes, ClusterTopology cluster, TopologyOptions options)
{
    /// <summary>The requirement, none where the driver may choose freely, or why there can be no request now.</summary>
    /// <param name="claim">Name of the claim.</param>
    /// <param name="storageClass">Its class.</param>
    /// <param name="node">The selected node, or null.</param>
    public (PlaceRequirement? Requirement, ProvisionFailure? Failure) Of(string claim, StorageClass storageClass, string? node)
    {
        if (!string.IsNullOrEmpty(node) && !nodes.IsKnown(node))
        {
            return (null, new ProvisionFailure(ProvisionState.Reschedule,
                $"failed to get selected CSINode {node}: csinode.storage.k8s.io \"{node}\" not found; another node has to be selected"));
        }
        var (requirement, problem) = string.IsNullOrEmpty(node) ? Anywhere(claim, storageClass) : At(node, storageClass);
        return (requirement, problem is null ? null : new ProvisionFailure(ProvisionState.NoChange, $"error generating accessibility requirements: {problem}"));
    }

    private (PlaceRequirement?, string?) Anywhere(string claim, StorageClass storageClass)
    {
        IReadOnlyList<TopologyTerm> places;
        if (storageClass.AllowedTopologies is { Count: > 0 } allowed) places = Sorted(AllowedTopologies.Flatten(allowed));
        else if (!options.ForImmediate) return default;
        else
        {
            (var keys, places) = cluster.ByKeysOfMost();
            if (keys.Count is 0) return (null, "no available topology found; the driver has to be registered on a node, with a topology in the answer of its NodeGetInfo");
            if (places.Count is 0) return (null, $"topologyKeys {Text(keys)} were not found on any nodes; the kubelet sets them as labels when the driver registers on a node");
        }
        return (places.Count is 0 ? null : PlaceRequirement.SpreadBy(claim, places), null);
    }

    private (PlaceRequirement?, string?) At(string node, StorageClass storageClass)
    {
        if (nodes.IsUnreadable(node)) return (null, $"what the cluster says of node {node} cannot be read; correct its CSINode or Node, the log of csi-provisioner says what is wrong with it");
        var keys = PlacesOfNodes.Sorted(nodes.KeysOf(node));
        if (keys.Length is 0) return (null, $"no topology key found for node {node}; the driver has to be registered there, with a topology in the answer of its NodeGetInfo");
        if (nodes.LabelsOf(node) is not { } labels || NodeTopology.Place(labels, keys) is not { } selected) return (null, Mismatch(node, keys));

        var allowed = storageClass.AllowedTopologies is { Count: > 0 } terms ? Sorted(AllowedTopologies.Flatten(terms)) : null;
        if (options.IsStrict)
        {
            return allowed is null || allowed.Any(a => a.IsPartOf(selected))
                ? (PlaceRequirement.BeginningAt(selected, [selected]), null)
                : (null, $"selected node {node} topology {selected} is not in allowed topologies: {Text(allowed)}");
        }
        if (allowed is { Length: 0 }) return default;
        var places = allowed ?? With(selected, cluster.By(keys));
        return PlaceRequirement.BeginningAt(selected, places) is { } requirement
            ? (requirement, null)
            : (null, $"topology {selected} from selected node {node} is not in requisite: {Text(places)}; a pod that uses the claim has to run where the class allows volumes");
    }

    private string Mismatch(string node, string[] keys)
    {
        var labels = nodes.LabelsOf(node);
        var missing = labels is null ? $"there is no Node {node}" : $"the node lacks {string.Join(", ", keys.Where(k => !labels.Has(k)))}";
        return $"topology labels from selected node {node} {Text(labels?.Select(l => $"{l.Key}={l.Value}") ?? [])} does not match topology keys from CSINode {Text(keys)}: {missing}; "
            + "the kubelet sets the labels when the driver registers there";
    }

    /// <summary>The node's own place is one of the cluster's by definition, be it that these were gathered a moment before it came.</summary>
    private static TopologyTerm[] With(TopologyTerm selected, TopologyTerm[] places) =>
        Array.BinarySearch(places, selected) >= 0 ? places : Sorted([.. places, selected]);

    private static TopologyTerm[] Sorted(IEnumerable<TopologyTerm> places) => [.. places.Distinct().Order()];

    private static string Text<T>(IEnumerable<T> items)
    {
        const int most = 20; // an event holds a thousand bytes
        var shown = items.Take(most + 1).Select(i => i!.ToString()).ToList();
        return $"[{string.Join(' ', shown.Take(most))}{(shown.Count > most ? " ..." : "")}]";
    }
}
