namespace Sidecars.Hosting.Flags;

/// <summary>
/// The gates of one program and the rules for applying <c>--feature-gates</c> (common contract 1.6): explicit names win over
/// <c>AllAlpha</c>/<c>AllBeta</c>, a gate that only earlier releases knew is accepted with a warning, and a name that never existed is
/// an error. Nothing is applied when there is an error.
/// </summary>
/// <param name="known">The gates that have an effect.</param>
/// <param name="retired">Names some past release of the original knew; setting them changes nothing.</param>
public sealed class FeatureGateSet(IReadOnlyList<FeatureGate> known, IReadOnlyCollection<string> retired)
{
    private const string AllAlpha = "AllAlpha";
    private const string AllBeta = "AllBeta";

    /// <summary>The values in force after <paramref name="settings"/>, as parsed from the flag, were applied.</summary>
    public FeatureGates Apply(IReadOnlyDictionary<string, bool> settings)
    {
        var values = known.ToDictionary(gate => gate.Name, gate => gate.Default, StringComparer.Ordinal);
        var warnings = new List<string>();
        string? error = null;
        SwitchStage(settings, AllAlpha, FeatureStage.Alpha, values);
        SwitchStage(settings, AllBeta, FeatureStage.Beta, values);
        foreach (var (name, enabled) in settings.OrderBy(setting => setting.Key, StringComparer.Ordinal))
        {
            if (name is AllAlpha or AllBeta) continue;
            if (known.FirstOrDefault(gate => gate.Name == name) is { } gate)
            {
                if (gate.Locked && enabled != gate.Default)
                    error ??= $"cannot set feature gate {name} to {Text(enabled)}, feature is locked to {Text(gate.Default)}";
                if (gate.Stage == FeatureStage.Stable)
                    warnings.Add($"feature gate {name}={Text(enabled)} is generally available and will be removed in a future release");
                values[name] = enabled;
            }
            else if (retired.Contains(name))
            {
                warnings.Add($"feature gate {name} was known to an earlier release and has no effect any more; remove it from --feature-gates");
            }
            else
            {
                error ??= $"unrecognized feature gate: {name}";
            }
        }
        return error is null
            ? new FeatureGates(values, [.. settings.Keys], warnings, null)
            : new FeatureGates(known.ToDictionary(gate => gate.Name, gate => gate.Default, StringComparer.Ordinal), [], warnings, error);
    }

    /// <summary>The usage text of the flag: one line per gate, sorted by name.</summary>
    public string Usage()
    {
        var lines = known.Select(gate => $"{gate.Name}=true|false ({Text(gate.Stage)}default={Text(gate.Default)})")
            .Append($"{AllAlpha}=true|false (ALPHA - default=false)")
            .Append($"{AllBeta}=true|false (BETA - default=false)")
            .Order(StringComparer.Ordinal);
        return "A set of key=value pairs that switch features on or off. Options are:\n" + string.Join('\n', lines);
    }

    private void SwitchStage(IReadOnlyDictionary<string, bool> settings, string switchName, FeatureStage stage, Dictionary<string, bool> values)
    {
        if (!settings.TryGetValue(switchName, out var enabled)) return;
        foreach (var gate in known)
            if (gate.Stage == stage && !gate.Locked) values[gate.Name] = enabled;
    }

    private static string Text(bool value) => value ? "true" : "false";

    private static string Text(FeatureStage stage) => stage switch
    {
        FeatureStage.Alpha => "ALPHA - ",
        FeatureStage.Beta => "BETA - ",
        _ => "",
    };
}
