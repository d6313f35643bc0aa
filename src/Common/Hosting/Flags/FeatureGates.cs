namespace Sidecars.Hosting.Flags;

/// <summary>The outcome of applying feature gates: the values, what is worth a warning, and an error when a name is unknown.</summary>
public sealed class FeatureGates
{
    private readonly Dictionary<string, bool> _values;
    private readonly HashSet<string> _explicit;

    internal FeatureGates(Dictionary<string, bool> values, IEnumerable<string> explicitNames, IReadOnlyList<string> warnings, string? error)
    {
        _values = values;
        _explicit = new HashSet<string>(explicitNames, StringComparer.Ordinal);
        Warnings = warnings;
        Error = error;
    }

    /// <summary>Null, or why the settings are refused, for example <c>unrecognized feature gate: X</c>. The exit code is each program's own.</summary>
    public string? Error { get; }

    /// <summary>What to log as warnings; also present when there is an error.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Whether a gate of the set is on; asking for a gate the set does not have is a programming error and throws.</summary>
    public bool IsEnabled(string name) => _values[name];

    /// <summary>Whether the user named the gate itself, so that a probe of the cluster must not change it.</summary>
    public bool IsExplicit(string name) => _explicit.Contains(name);
}
