using Csi.V1;

namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>
/// Where a volume has to be reachable from, and where preferably first (provisioner contract 5.8, steps 4 and 5): the same places twice, once sorted
/// and once begun elsewhere. Holds the list of the cluster's places rather than a copy, as long as they are all that is asked for.
/// </summary>
internal sealed class PlaceRequirement
{
    private readonly IReadOnlyList<TopologyTerm> _places; // sorted, each once, none without entries
    private readonly int _first;

    private PlaceRequirement(IReadOnlyList<TopologyTerm> places, int first) => (_places, _first) = (places, first);

    /// <summary>Sorted.</summary>
    public IReadOnlyList<TopologyTerm> Requisite => _places;

    /// <summary>In the order of preference.</summary>
    public IEnumerable<TopologyTerm> Preferred => _places.Skip(_first).Concat(_places.Take(_first));

    /// <summary>These places, the order of preference beginning as the claim's name says.</summary>
    public static PlaceRequirement SpreadBy(string claim, IReadOnlyList<TopologyTerm> sorted) => new(sorted, Spreading.FirstOf(sorted.Count, claim));

    /// <summary>These places, those of the selected node first; null where it has none of them.</summary>
    public static PlaceRequirement? BeginningAt(TopologyTerm selected, IReadOnlyList<TopologyTerm> sorted)
    {
        for (var i = 0; i < sorted.Count; i++)
        {
            if (sorted[i].IsPartOf(selected)) return new PlaceRequirement(sorted, i);
        }
        return null;
    }

    /// <summary>The message of the protocol.</summary>
    public TopologyRequirement ToCsi()
    {
        var messages = _places.Select(p => p.ToCsi()).ToArray();
        var requirement = new TopologyRequirement();
        requirement.Requisite.Add(messages);
        requirement.Preferred.Add(messages.AsSpan(_first).ToArray());
        requirement.Preferred.Add(messages.AsSpan(0, _first).ToArray());
        return requirement;
    }
}
