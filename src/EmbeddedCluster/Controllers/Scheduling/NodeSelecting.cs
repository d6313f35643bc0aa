using System.Text.Json;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Node selectors: a node fits when all requirements of any one term hold. A selector without terms fits nobody.</summary>
internal static class NodeSelecting
{
    /// <summary>Whether the labels a pod asks for are the node's, and the affinity it requires holds.</summary>
    public static bool IsWanted(JsonElement podSpec, StoredObject node) =>
        podSpec.Map("nodeSelector").All(label => node.Labels.GetValueOrDefault(label.Key) == label.Value)
        && (podSpec.At("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution") is not { } required || Matches(required, node));

    public static bool Matches(JsonElement selector, StoredObject node) =>
        selector.Items("nodeSelectorTerms").Any(term => TermMatches(term, node));

    private static bool TermMatches(JsonElement term, StoredObject node)
    {
        var expressions = term.Items("matchExpressions").ToList();
        var fields = term.Items("matchFields").ToList();
        if (expressions.Count + fields.Count == 0) return false;
        // The only field a node can be selected by is its name.
        var byName = new Dictionary<string, string>(StringComparer.Ordinal) { ["metadata.name"] = node.Name };
        return expressions.TrueForAll(requirement => LabelSelecting.Holds(requirement, node.Labels))
            && fields.TrueForAll(requirement => LabelSelecting.Holds(requirement, byName));
    }
}
