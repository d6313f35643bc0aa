using Csi.V1;
using Sidecars.ExternalProvisioner.Topology;

namespace Sidecars.ExternalProvisioner.NodeDeployment;

/// <summary>The node an instance serves.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Place">Where it stands, as its driver says; everywhere, where that sees no difference.</param>
internal sealed record OwnNode(string Name, TopologyTerm Place)
{
    /// <summary>The node of an instance that serves one; null where it serves the cluster.</summary>
    public static OwnNode? Of(NodeDeploymentOptions options, NodeGetInfoResponse? said) =>
        options.Node is { } name ? new OwnNode(name, TopologyTerm.Of(said?.AccessibleTopology?.Segments ?? [])) : null;
}
