namespace Sidecars.Playground;

/// <summary>
/// What a run leaves out of all that sidecars can do, so that nobody takes its good end for more than it was. Of the user's own manifests nothing is
/// left out: they are the story.
/// </summary>
internal static class Unplayed
{
    /// <summary>One line, or null where there is nothing to say.</summary>
    public static string? Of(PlaygroundOptions options)
    {
        if (options.Files.Count > 0) return null;
        var parts = Parts(options).ToList();
        var hint = options.HasSequel ? "." : "; -f plays manifests of your own.";
        return $"Not played: {string.Join(", ", parts)}{hint}";
    }

    private static IEnumerable<string> Parts(PlaygroundOptions options)
    {
        if (!options.HasSequel)
        {
            yield return "snapshots, restored and cloned claims, growth, attributes classes";
        }
        else
        {
            if (!options.TellsRoom) yield return $"a large claim placed by room ({CapabilityTable.KeyOf(DriverAbility.Capacity)} is off)";
            if (!options.ChangesAttributes) yield return $"attributes classes ({CapabilityTable.KeyOf(DriverAbility.Modify)} is off)";
        }

        yield return options.IsOwnDriver ? "groups of snapshots (the playground's driver takes none)" : "groups of snapshots";
        if (options is { IsOwnDriver: false, Once: true }) yield return "a driver that is lost";
    }
}
