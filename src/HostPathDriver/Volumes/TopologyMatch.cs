using Csi.V1;

namespace Sidecars.HostPathDriver.Volumes;

/// <summary>Which of the driver's nodes a topology a caller names contains. Keys are compared without regard to case.</summary>
internal static class TopologyMatch
{
    public static bool Contains(Topology topology, string node, DriverOptions options) =>
        topology.Segments.All(segment =>
            string.Equals(segment.Key, options.TopologyKey, StringComparison.OrdinalIgnoreCase) && segment.Value == node);

    public static bool Allows(TopologyRequirement? requirement, string node, DriverOptions options) =>
        requirement is null || requirement.Requisite.Count == 0
        || requirement.Requisite.Any(topology => Contains(topology, node, options));

    /// <summary>The nodes a volume may be made on: the preferred ones first, then the others in the order in which they are named.</summary>
    public static IEnumerable<string> NodesFor(TopologyRequirement? requirement, DriverOptions options)
    {
        if (requirement is null) return options.Nodes;
        return requirement.Preferred.Concat(requirement.Requisite)
            .SelectMany(topology => options.Nodes.Where(node => Contains(topology, node, options)))
            .Concat(options.Nodes)
            .Distinct()
            .Where(node => Allows(requirement, node, options));
    }
}
