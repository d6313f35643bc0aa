using Csi.V1;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Topology;

/// <summary>Where a class allows its volumes to be, as places. Pure.</summary>
internal static class AllowedTopologies
{
    /// <summary>
    /// Every place that the terms allow: within a term each combination of a value of every requirement, in the order of the class. A term without
    /// requirements allows no place, as everywhere in the cluster.
    /// </summary>
    public static IReadOnlyList<TopologyTerm> Flatten(IReadOnlyList<TopologySelectorTerm> allowed) => [.. allowed.SelectMany(Flatten)];

    /// <summary>Whether the class allows every place of a requirement; one that requires no place leaves all to the driver, which such a class does not.</summary>
    public static bool Allow(StorageClass storageClass, TopologyRequirement? requirement)
    {
        if (storageClass.AllowedTopologies is not { Count: > 0 } terms || Flatten(terms) is not { Count: > 0 } allowed) return true;
        return requirement is { Requisite.Count: > 0 }
            && requirement.Requisite.Concat(requirement.Preferred).Select(place => TopologyTerm.Of(place.Segments)).All(place => allowed.Any(a => a.IsPartOf(place)));
    }

    private static IEnumerable<TopologyTerm> Flatten(TopologySelectorTerm term)
    {
        if (term.MatchLabelExpressions is not { Count: > 0 } requirements) return [];
        IEnumerable<IEnumerable<KeyValuePair<string, string>>> places = [[]];
        foreach (var requirement in requirements)
            places = [.. places.SelectMany(place => (requirement.Values ?? []).Select(value => place.Append(new(requirement.Key ?? "", value))))];
        return places.Select(TopologyTerm.Of);
    }
}
