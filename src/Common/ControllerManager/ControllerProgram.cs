using Sidecars.Hosting.Flags;

namespace Sidecars.ControllerManager;

/// <summary>
/// A program as <see cref="ControllerProcess"/> runs it: its command line, how its start differs from others', and the sidecars in
/// it, one as a rule. Nothing of it runs before the command line has been parsed and checked.
/// </summary>
public sealed record ControllerProgram
{
    /// <summary>The flags, not parsed yet.</summary>
    public required CommandLine CommandLine { get; init; }

    /// <summary>Exit codes and order of the start.</summary>
    public StartSequence Start { get; init; } = new();

    /// <summary>The first reason why the program cannot run with its flags, in the contract's order, or null. Asked after the version.</summary>
    public required Func<FlagProblem?> Problem { get; init; }

    /// <summary>What stands on the command line and changes nothing; each is a warning at the start.</summary>
    public Func<FeatureGates, IEnumerable<string>> WithoutEffect { get; init; } = _ => [];

    /// <summary>Which kubeconfig and which URL lead to the API server; both empty is the pod's own service account.</summary>
    public required Func<(string Kubeconfig, string Master)> Cluster { get; init; }

    /// <summary>The sidecars, made from the parsed flags.</summary>
    public required Func<FeatureGates, IReadOnlyList<Sidecar>> Sidecars { get; init; }
}
