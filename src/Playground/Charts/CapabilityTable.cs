namespace Sidecars.Playground;

/// <summary>
/// The capabilities that the chart's values name, each with the word by which a driver announces the same. Where the two disagree a sidecar lacks a
/// right that it needs, or ends because there is nothing for it to do: that is said before any is started.
/// </summary>
internal static class CapabilityTable
{
    /// <summary>Every ability with its key in the values and the driver's word for it.</summary>
    public static IReadOnlyList<(DriverAbility Ability, string Key, string Announced)> All { get; } =
    [
        (DriverAbility.Attach, "attach", "PUBLISH_UNPUBLISH_VOLUME"),
        (DriverAbility.Expand, "expand", "EXPAND_VOLUME"),
        (DriverAbility.Topology, "topology", "VOLUME_ACCESSIBILITY_CONSTRAINTS"),
        (DriverAbility.Snapshot, "snapshot", "CREATE_DELETE_SNAPSHOT"),
        (DriverAbility.GroupSnapshot, "groupSnapshot", "CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT"),
        (DriverAbility.Clone, "clone", "CLONE_VOLUME"),
        (DriverAbility.Modify, "modify", "MODIFY_VOLUME"),
        (DriverAbility.Capacity, "capacity", "GET_CAPACITY"),
    ];

    /// <summary>The whole key of an ability in the values.</summary>
    public static string KeyOf(DriverAbility ability) => Full(All.Single(row => row.Ability == ability).Key);

    /// <summary>One line for each ability that only the driver has, or only the values.</summary>
    public static IEnumerable<string> Disagreements(string driver, IReadOnlySet<DriverAbility> announced, IReadOnlySet<DriverAbility> values)
    {
        foreach (var (ability, key, word) in All)
        {
            if (announced.Contains(ability) && !values.Contains(ability)) yield return $"{driver} announces {word}, and the values lack {Full(key)}";
            if (!announced.Contains(ability) && values.Contains(ability)) yield return $"the values have {Full(key)}, and {driver} does not announce {word}";
        }
    }

    private static string Full(string key) => $"csi-sidecars.capabilities.{key}";
}
