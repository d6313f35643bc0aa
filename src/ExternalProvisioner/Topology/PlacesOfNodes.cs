using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>What all nodes together say of the cluster's places. Pure, and the same in whatever order the nodes come.</summary>
internal static class PlacesOfNodes
{
    /// <summary>The places that the nodes' labels name by these keys, sorted, each once; a node that lacks one of the keys has no such place.</summary>
    public static TopologyTerm[] Of(IEnumerable<StringMap> labels, IReadOnlyList<string> keys)
    {
        var places = new HashSet<TopologyTerm>();
        foreach (var node in labels)
        {
            if (NodeTopology.Place(node, keys) is { } place) places.Add(place);
        }
        var sorted = places.ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>
    /// The sets of keys that the driver told of nodes, each once and sorted: what most nodes have comes first, and of equals the one that is first
    /// byte by byte. Nodes without keys do not count.
    /// </summary>
    public static IReadOnlyList<string[]> KeysInOrder(IEnumerable<IReadOnlyList<string>> keysOfNodes)
    {
        var counts = new Dictionary<string, (string[] Keys, int Nodes)>(StringComparer.Ordinal);
        foreach (var keys in keysOfNodes)
        {
            if (keys.Count is 0) continue;
            var sorted = Sorted(keys);
            var name = NameOf(sorted);
            counts[name] = (sorted, counts.GetValueOrDefault(name).Nodes + 1);
        }
        return [.. counts.OrderByDescending(c => c.Value.Nodes).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Value.Keys)];
    }

    /// <summary>The keys as a set.</summary>
    public static string[] Sorted(IEnumerable<string> keys) => [.. keys.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>A name for a set of keys; no key holds a space.</summary>
    public static string NameOf(string[] sorted) => string.Join(' ', sorted);
}
