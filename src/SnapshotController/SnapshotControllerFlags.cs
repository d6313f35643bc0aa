using Sidecars.ControllerManager;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;

namespace Sidecars.SnapshotController;

/// <summary>The command line of snapshot-controller (snapshot controller contract 1.2).</summary>
internal sealed class SnapshotControllerFlags
{
    public const string GroupGate = "CSIVolumeGroupSnapshot";

    /// <summary>The kinds are waited for at least that long, whatever the flag says.</summary>
    private static readonly TimeSpan s_leastKindsWait = TimeSpan.FromSeconds(1);

    private readonly StandardFlags _standard;

    /// <summary>Registers the flags of the controller itself.</summary>
    public SnapshotControllerFlags(CommandLine commandLine)
    {
        var flags = commandLine.Flags;
        _standard = commandLine.Standard;
        Resync = flags.Duration("resync-period", TimeSpan.FromMinutes(15),
            "Period in which everything unfinished is tried again, whatever its pause; 0 is never.");
        WorkerThreads = flags.Int("worker-threads", 10, "Snapshots, and as many contents, worked on at once.");
        RetryIntervalStart = flags.Duration("retry-interval-start", TimeSpan.FromSeconds(1),
            "First pause after a failure; it doubles with each further one.");
        RetryIntervalMax = flags.Duration("retry-interval-max", TimeSpan.FromMinutes(5), "Longest pause after failures.");
        Distributed = flags.Bool("enable-distributed-snapshotting", false,
            "Label each content with the node that reaches its volume, for sidecars that run on the nodes.");
        PreventModeConversion = flags.Bool("prevent-volume-mode-conversion", true,
            "Note on each content the mode of its volume, so that it is not restored in another.");
        KindsWait = flags.Duration("retry-crd-interval-max", TimeSpan.FromSeconds(30), "How long the snapshot kinds are waited for at the start.");
    }

    public static IReadOnlyList<FeatureGate> Gates { get; } = [new(GroupGate, true, FeatureStage.Stable)];

    public Flag<TimeSpan> Resync { get; }

    public Flag<int> WorkerThreads { get; }

    public Flag<TimeSpan> RetryIntervalStart { get; }

    public Flag<TimeSpan> RetryIntervalMax { get; }

    public Flag<bool> Distributed { get; }

    public Flag<bool> PreventModeConversion { get; }

    public Flag<TimeSpan> KindsWait { get; }

    /// <summary>Why the program cannot run with these flags, or null. What the original finds out late, and then as a fatal error, has the code of
    /// that.</summary>
    public FlagProblem? Problem() =>
        FlagProblem.Of(OwnProblem() ?? _standard.CheckThrottle())
        ?? FlagProblem.Of(_standard.CheckElection() ?? _standard.CheckMetricsPath(), ExitCode.Fatal);

    public SnapshotControllerOptions Options(FeatureGates gates) => new()
    {
        WorkerThreads = WorkerThreads.Value,
        RetryIntervalStart = RetryIntervalStart.Value,
        RetryIntervalMax = RetryIntervalMax.Value,
        Resync = Resync.Value,
        IsDistributed = Distributed.Value,
        NotesVolumeMode = PreventModeConversion.Value,
        HasGroups = gates.IsEnabled(GroupGate),
        KindsWait = KindsWait.Value > s_leastKindsWait ? KindsWait.Value : s_leastKindsWait,
    };

    private string? OwnProblem()
    {
        if (WorkerThreads.Value < 1) return "--worker-threads must be at least 1";
        if (RetryIntervalStart.Value <= TimeSpan.Zero) return "--retry-interval-start must be greater than zero";
        return RetryIntervalMax.Value <= TimeSpan.Zero ? "--retry-interval-max must be greater than zero" : null;
    }
}
