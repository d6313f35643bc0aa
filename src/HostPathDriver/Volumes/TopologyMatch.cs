using Csi.V1;

namespace Sidecars.HostPathDriver.Volumes;

/// <summary>Whether a topology a caller names contains the driver's only node. Keys are compared without regard to case.</summary>
internal static class TopologyMatch
{
    public static bool Contains(Topology topology, DriverOptions options) =>
        topology.Segments.All(segment =>
            string.Equals(segment.Key, options.TopologyKey, StringComparison.OrdinalIgnoreCase) && segment.Value == options.NodeId);
}
