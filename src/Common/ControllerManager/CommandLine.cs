using Sidecars.Hosting.Flags;

namespace Sidecars.ControllerManager;

/// <summary>
/// The command line of a program of controllers: the flags that a process has once, whichever sidecars run in it. A sidecar registers
/// its own flags in <see cref="Flags"/> before anything is parsed. Nothing is checked here; see <see cref="ControllerProgram.Problem"/>.
/// </summary>
public sealed class CommandLine
{
    /// <summary>The gate that lets a process finish its work and give its lease back on a signal (common contract 6.4).</summary>
    public const string ReleaseGate = "ReleaseLeaderElectionOnExit";

    private readonly FeatureGateSet _gates;

    /// <summary>Registers the flags of the contract's table (common contract 1.3) and those of the log.</summary>
    /// <param name="program">Binary name.</param>
    /// <param name="dialect">The original's parser.</param>
    /// <param name="kind">Column of the table.</param>
    /// <param name="gates">Gates the program knows; it has <see cref="ReleaseGate"/> too.</param>
    /// <param name="retiredGates">Gates that some release of the original knew.</param>
    public CommandLine(string program, FlagDialect dialect, ProgramKind kind, IReadOnlyList<FeatureGate> gates, IReadOnlyList<string> retiredGates)
    {
        _gates = new FeatureGateSet([.. gates, new(ReleaseGate, false, FeatureStage.Alpha)], retiredGates);
        Program = program;
        Flags = new FlagSet(program, dialect);
        Standard = new StandardFlags(Flags, kind, _gates);
        Logging = new LoggingFlags(Flags);
    }

    /// <summary>Binary name: how the process presents itself to the API server and in its usage text.</summary>
    public string Program { get; }

    /// <summary>Where flags are registered.</summary>
    public FlagSet Flags { get; }

    /// <summary>Cluster, driver, election, diagnostics and throttle.</summary>
    public StandardFlags Standard { get; }

    /// <summary>How the process logs.</summary>
    public LoggingFlags Logging { get; }

    /// <summary>Reads the arguments, once.</summary>
    public FlagParse Parse(string[] arguments) => Flags.Parse(arguments);

    /// <summary>The gates as the arguments leave them, with what is wrong with them.</summary>
    public FeatureGates Gates() => _gates.Apply(Standard.FeatureGates.Value);
}
