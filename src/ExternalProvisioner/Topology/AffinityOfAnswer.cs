using Csi.V1;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>The node affinity of a volume, by what the driver answered (provisioner contract 6, step 3). Pure.</summary>
internal static class AffinityOfAnswer
{
    /// <summary>
    /// One of the topologies has to hold, and of it every segment; null where the driver names none. A topology without segments says nothing. Where all are
    /// such, no term is left, which the API server refuses: the claim's event tells that, rather than that the volume passes for one of everywhere.
    /// </summary>
    public static VolumeNodeAffinity? Of(Volume volume) => volume.AccessibleTopology.Count is 0 ? null : new VolumeNodeAffinity
    {
        Required = new NodeSelector
        {
            NodeSelectorTerms = [.. volume.AccessibleTopology.Where(t => t.Segments.Count > 0).Select(t => new NodeSelectorTerm
            {
                MatchExpressions = [.. t.Segments.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => new NodeSelectorRequirement { Key = s.Key, Operator = "In", Values = [s.Value] })],
            })],
        },
    };
}
