using System.Globalization;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Placement;

/// <summary>
/// The node whose sidecar takes the snapshot of a volume that cannot be reached from everywhere (snapshot controller contract 9): the first by name
/// of those that its affinity selects, so that the answer is always the same.
/// </summary>
internal static class NodeOfVolume
{
    /// <summary>The node's name; null where the volume is not bound to nodes, or none is selected.</summary>
    public static string? Find(VolumeNodeAffinity? affinity, IEnumerable<Node> nodes) =>
        affinity?.Required?.NodeSelectorTerms is { } terms
            ? nodes.Where(node => terms.Any(term => Selects(term, node))).Select(node => node.Name).Order(StringComparer.Ordinal).FirstOrDefault()
            : null;

    private static bool Selects(NodeSelectorTerm term, Node node)
    {
        var (labels, fields) = (term.MatchExpressions ?? [], term.MatchFields ?? []);
        return labels.Count + fields.Count > 0
            && labels.All(r => r.Key is { } key && Holds(r, node.Metadata.Labels?[key]))
            && fields.All(r => r.Key is "metadata.name" && Holds(r, node.Name));
    }

    private static bool Holds(NodeSelectorRequirement requirement, string? value)
    {
        var values = requirement.Values ?? [];
        return requirement.Operator switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            "Gt" => Compare(value, values) > 0,
            "Lt" => Compare(value, values) < 0,
            _ => false,
        };
    }

    /// <summary>0 where the two cannot be compared: neither greater nor less.</summary>
    private static int Compare(string? value, string[] values) =>
        values is [var one] && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
            && long.TryParse(one, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : 0;
}
