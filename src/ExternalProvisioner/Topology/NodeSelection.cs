using System.Globalization;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>Whether a volume can be reached from a place (provisioner contract 8.4, step 2). Pure functions.</summary>
internal static class NodeSelection
{
    /// <summary>Whether the volume says nothing of nodes, nothing is known of the place, or one of its terms selects it.</summary>
    public static bool Reaches(VolumeNodeAffinity? affinity, TopologyTerm place) =>
        affinity?.Required is not { } required || place.Entries.Count is 0 || (required.NodeSelectorTerms ?? []).Exists(t => Selects(t, place));

    private static bool Selects(NodeSelectorTerm term, TopologyTerm place) =>
        term.MatchExpressions is { Count: > 0 } all && all.TrueForAll(e => Holds(e, ValueOf(place, e.Key)));

    private static bool Holds(NodeSelectorRequirement requirement, string? value) => requirement.Operator switch
    {
        "In" => value is not null && Array.IndexOf(requirement.Values ?? [], value) >= 0,
        "NotIn" => value is null || Array.IndexOf(requirement.Values ?? [], value) < 0,
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Number(value) > Number(requirement.Values is [var least] ? least : null),
        "Lt" => Number(value) < Number(requirement.Values is [var most] ? most : null),
        _ => false,
    };

    /// <summary>Null compares to nothing.</summary>
    private static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? ValueOf(TopologyTerm place, string? key)
    {
        foreach (var entry in place.Entries)
        {
            if (entry.Key == key) return entry.Value;
        }
        return null;
    }
}
