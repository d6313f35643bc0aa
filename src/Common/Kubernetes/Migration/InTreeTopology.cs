using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Migration;

/// <summary>
/// Puts the places of a volume in the words the built-in plugins used (provisioner contract 11): the driver's keys in its node affinity become
/// the cluster's labels for zone and region, and the volume carries these labels itself.
/// </summary>
/// <param name="ZoneKey">The driver's key of a zone.</param>
internal sealed record InTreeTopology(string ZoneKey)
{
    /// <summary>The driver's key of a region; null where it has none.</summary>
    public string? RegionKey { get; init; }

    /// <summary>The region a zone is in, or null where the zone has no name that tells; null itself where the plugin knew no regions, or the driver tells them.</summary>
    public Func<string, string?>? RegionOf { get; init; }

    /// <summary>How many of several zones the label of the volume names.</summary>
    public bool LabelsFirstOnly { get; init; }

    /// <summary>Rewrites the volume; what stands in the way is returned, and the volume is of no use then.</summary>
    public string? Rewrite(PersistentVolume volume)
    {
        if (volume.Spec.NodeAffinity?.Required?.NodeSelectorTerms is not { Count: > 0 } terms) return null;
        var isBeta = IsBeta(volume, terms);
        var zoneLabel = isBeta ? MigrationMarks.BetaZone : MigrationMarks.Zone;
        var regionLabel = isBeta ? TopologyKeys.BetaRegion : TopologyKeys.Region;

        var rewritten = new List<NodeSelectorTerm>(terms.Count);
        foreach (var term in terms)
        {
            List<NodeSelectorRequirement> expressions = [.. (term.MatchExpressions ?? []).Select(e => Renamed(e, zoneLabel, regionLabel))];
            if (RegionOf is not null && expressions.TrueForAll(e => e.Key != regionLabel))
            {
                var (region, error) = RegionIn([.. Values(expressions, zoneLabel)], RegionOf);
                if (error is not null) return error;
                expressions.Add(new() { Key = regionLabel, Operator = "In", Values = [region!] });
            }
            rewritten.Add(new() { MatchExpressions = expressions });
        }
        volume.Spec.NodeAffinity = new() { Required = new() { NodeSelectorTerms = rewritten } };
        var all = rewritten.SelectMany(t => t.MatchExpressions!).ToList();
        if (RegionKey is not null || RegionOf is not null) Label(volume, regionLabel, RegionLabel([.. Values(all, regionLabel)]));
        Label(volume, zoneLabel, ZoneLabel([.. Values(all, zoneLabel)]));
        return null;
    }

    private string? RegionLabel(string[] regions) => LabelsFirstOnly ? regions.FirstOrDefault() : regions.Length is 1 ? regions[0] : null;

    private string? ZoneLabel(string[] zones) =>
        zones.Length is 0 ? null : LabelsFirstOnly ? zones[0] : string.Join(InTreeTranslation.ZoneSeparator, zones);

    /// <summary>Whether the volume speaks of zones in the older words.</summary>
    private static bool IsBeta(PersistentVolume volume, List<NodeSelectorTerm> terms)
    {
        if (Has(MigrationMarks.Zone)) return false;
        if (Has(MigrationMarks.BetaZone)) return true;
        return volume.Metadata.Labels is { } labels && !labels.Has(MigrationMarks.Zone) && labels.Has(MigrationMarks.BetaZone);

        bool Has(string key) => terms.Exists(t => t.MatchExpressions?.Exists(e => e.Key == key) is true);
    }

    private NodeSelectorRequirement Renamed(NodeSelectorRequirement expression, string zoneLabel, string regionLabel)
    {
        var key = expression.Key == ZoneKey ? zoneLabel : RegionKey is not null && expression.Key == RegionKey ? regionLabel : null;
        return key is null ? expression : new() { Key = key, Operator = expression.Operator, Values = expression.Values };
    }

    /// <summary>All values of a key, each once, in order.</summary>
    private static IEnumerable<string> Values(List<NodeSelectorRequirement> expressions, string key) =>
        expressions.Where(e => e.Key == key).SelectMany(e => e.Values ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static (string? Region, string? Error) RegionIn(string[] zones, Func<string, string?> regionOf)
    {
        if (zones.Length is 0) return (null, "the driver named no zone for a place of the volume, and its region cannot be told");
        if (zones.FirstOrDefault(zone => regionOf(zone) is null) is { } odd) return (null, $"the name of zone \"{odd}\" does not tell its region");
        var regions = zones.Select(regionOf).Distinct(StringComparer.Ordinal).ToList();
        return regions is [{ } one] ? (one, null) : (null, $"zones {string.Join(", ", zones)} are not all of one region");
    }

    private static void Label(PersistentVolume volume, string key, string? value)
    {
        var labels = volume.Metadata.Labels ?? StringMap.Empty;
        if (value is not null && !labels.Has(key)) volume.Metadata.Labels = StringMap.From([.. labels, new(key, value)]);
    }
}
