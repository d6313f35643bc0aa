using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Migration;

/// <summary>
/// Says what a class of a built-in plugin of old is to the driver that took the plugin over (provisioner contract 11). Pure: the class that is
/// given is not changed, and what cannot be translated is an error text. The provisioner stays the one the class names.
/// </summary>
public static class ClassTranslation
{
    private const string ZoneParameter = "zone";
    private const string ZonesParameter = "zones";

    /// <summary>The class in the driver's words; the very same where it is of no built-in plugin; or why it has no such words.</summary>
    public static (StorageClass? Class, string? Error) Translate(StorageClass storageClass)
    {
        if (MigrationTargets.DriverOf(storageClass.Provisioner) is not { } driver || ClassRules.Of(driver) is not { } rules) return (storageClass, null);
        var (parameters, zones, error) = Parameters(storageClass.Parameters, rules);
        if (error is not null) return (null, error);
        var allowed = storageClass.AllowedTopologies;
        if (zones is not null && allowed is { Count: > 0 }) return (null, "cannot simultaneously set allowed topologies and zone/zones parameters; remove the parameters");
        if (zones is not null) allowed = [new() { MatchLabelExpressions = [new() { Key = rules.ZoneKey, Values = zones }] }];

        var translated = storageClass.Copy();
        translated.Parameters = parameters;
        if (rules.ZoneKey is not null) translated.AllowedTopologies = allowed?.ConvertAll(term => Translate(term, rules));
        return (translated, null);
    }

    /// <summary>
    /// Whether a class of the plugin that this driver took over is filled from what the driver made under its own name: snapshots, and volumes to
    /// clone. Of the other plugins only what has the plugin's name counts.
    /// </summary>
    public static bool FillsFromTheDriver(string driver) => ClassRules.Of(driver)?.FillsFromTheDriver ?? false;

    private static (StringMap? Parameters, string[]? Zones, string? Error) Parameters(StringMap? parameters, ClassRules rules)
    {
        var (translated, origins) = (new List<KeyValuePair<string, string>>(), new Dictionary<string, KeyValuePair<string, string>>(StringComparer.Ordinal));
        (string Key, string[] Values)? zones = null;
        foreach (var parameter in parameters ?? StringMap.Empty)
        {
            var key = parameter.Key.ToLowerInvariant();
            if (rules.HasZoneParameters && key is ZoneParameter or ZonesParameter)
            {
                if (zones is { } other) return (null, null, $"parameters {other.Key} and {parameter.Key} both say where volumes may be; remove one of them");
                zones = (parameter.Key, key is ZoneParameter ? [parameter.Value.Trim()] : parameter.Value.Split(',', StringSplitOptions.TrimEntries));
                if (!rules.HasNamelessZones && zones.Value.Values.Contains("")) return (null, null, $"parameter {parameter.Key}=\"{parameter.Value}\" names a zone without a name");
                continue;
            }
            var isRenamed = rules.Renamed.TryGetValue(key, out var renamed);
            if (!isRenamed && rules.DropsOthers) continue;
            foreach (var name in isRenamed ? renamed! : [parameter.Key])
            {
                if (origins.TryGetValue(name, out var first) && first.Value != parameter.Value) return (null, null, $"parameters {first.Key} and {parameter.Key} both stand for {name}; remove one of them");
                origins[name] = parameter;
                translated.Add(new(name, parameter.Value));
            }
            if (rules.Implied.TryGetValue(key, out var implied)) translated.Add(new(implied, "true"));
        }
        if (rules.Marker is { } marker) translated.Add(new(marker, "true"));
        return (StringMap.From(translated), zones?.Values, null);
    }

    private static TopologySelectorTerm Translate(TopologySelectorTerm term, ClassRules rules) => new()
    {
        MatchLabelExpressions = term.MatchLabelExpressions?.ConvertAll(e =>
            e.Key is not (MigrationMarks.Zone or MigrationMarks.BetaZone) && e.Key != rules.ZoneKey ? e : new()
            {
                Key = rules.ZoneKey,
                Values = rules.HasNamelessZones ? e.Values?.Select(zone => IsNumber(zone) ? "" : zone).ToArray() : e.Values,
            }),
    };

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);
}
