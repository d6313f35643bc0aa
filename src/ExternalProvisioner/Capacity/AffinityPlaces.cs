using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>The places a volume can be reached from, as its node affinity names them. Pure.</summary>
internal static class AffinityPlaces
{
    /// <summary>
    /// One place for each term that names one value for each of its labels; other terms name no single place. Null where the volume can be reached from
    /// everywhere.
    /// </summary>
    public static IReadOnlyList<TopologyTerm>? Of(PersistentVolume volume) =>
        volume.Spec.NodeAffinity?.Required?.NodeSelectorTerms is { Count: > 0 } terms ? [.. terms.Select(Place).OfType<TopologyTerm>()] : null;

    private static TopologyTerm? Place(NodeSelectorTerm term)
    {
        var entries = new List<KeyValuePair<string, string>>();
        foreach (var expression in term.MatchExpressions ?? [])
        {
            if (expression is not { Operator: "In", Key: { } key, Values: [var value] }) return null;
            entries.Add(new(key, value));
        }
        return TopologyTerm.Of(entries);
    }
}
