using Sidecars.Csi;
using Sidecars.Hosting;

namespace Sidecars.ControllerManager;

/// <summary>
/// What differs between the originals from the start of a process to its work: exit codes and the order of some steps. Data, so that
/// the one start sequence of <see cref="ControllerRun"/> serves all programs; the defaults are those of most of them.
/// </summary>
public sealed record StartSequence
{
    /// <summary>Exit code for a feature gate nobody knows.</summary>
    public int BadGates { get; init; } = ExitCode.Failure;

    /// <summary>Whether <c>--version</c> and the program's own checks come before the feature gates, or after.</summary>
    public bool ChecksGatesLast { get; init; }

    /// <summary>Exit code where no API server can be found.</summary>
    public int NoCluster { get; init; } = ExitCode.Failure;

    /// <summary>Exit code where the driver does not say its name.</summary>
    public int NoName { get; init; } = ExitCode.Failure;

    /// <summary>Exit code where the driver does not say what it can do.</summary>
    public int NoCapabilities { get; init; } = ExitCode.Failure;

    /// <summary>Exit code where the driver does not say on which node it runs, and was asked.</summary>
    public int NoNode { get; init; } = ExitCode.Failure;

    /// <summary>Exit code where the diagnostics address cannot be listened on.</summary>
    public int NoListener { get; init; } = ExitCode.Failure;

    /// <summary>Whether diagnostics are served before the driver is ready, and it is asked for its name before that, or neither.</summary>
    public bool ServesBeforeReady { get; init; }

    /// <summary>Whether diagnostics are served before the driver is asked what it can do, or after.</summary>
    public bool ServesBeforeCapabilities { get; init; } = true;

    /// <summary>Whether a signal lets the work under way finish and gives the lease back in any case, or only under <see cref="CommandLine.ReleaseGate"/>.</summary>
    public bool DrainsAlways { get; init; }

    /// <summary>Whether the help of the process's start time says that it is alpha.</summary>
    public bool HasAlphaStartTime { get; init; } = true;

    internal int CodeOf(DriverStartStep step) => step switch
    {
        DriverStartStep.Name => NoName,
        DriverStartStep.Capabilities => NoCapabilities,
        DriverStartStep.Node => NoNode,
        _ => ExitCode.Failure,
    };
}
