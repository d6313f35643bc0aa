using Sidecars.ControllerManager;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalAttacher;

/// <summary>The command line of csi-attacher (attacher contract 2 and 3).</summary>
internal sealed class AttacherFlags
{
    public const string ErrorCodeGate = "MutableCSINodeAllocatableCount";

    /// <summary>The originals pause not at all at 0; a driver asked without a break has no time for anything else.</summary>
    private static readonly TimeSpan s_shortestReconcilePause = TimeSpan.FromSeconds(1);

    private readonly StandardFlags _standard;

    /// <summary>Registers the flags of the attacher itself.</summary>
    public AttacherFlags(CommandLine commandLine)
    {
        var flags = commandLine.Flags;
        _standard = commandLine.Standard;
        Timeout = flags.Duration("timeout", TimeSpan.FromSeconds(15), "Limit of each call to the driver.");
        WorkerThreads = flags.Uint("worker-threads", 10, "Attachments attached or detached at once.");
        RetryIntervalStart = flags.Duration("retry-interval-start", TimeSpan.FromSeconds(1), "First pause after a failure; it doubles with each further one.");
        RetryIntervalMax = flags.Duration("retry-interval-max", TimeSpan.FromMinutes(5), "Longest pause after failures.");
        Resync = flags.Duration("resync", TimeSpan.FromMinutes(10), "Period in which everything unfinished is tried again, whatever its pause; 0 is never.");
        ReconcileSync = flags.Duration("reconcile-sync", TimeSpan.FromMinutes(1), "Pause between two comparisons with what the driver lists as published.");
        MaxEntries = flags.Int("max-entries", 0, "Volumes the driver is asked for in one page of its list; 0 leaves it to the driver.");
        DefaultFsType = flags.String("default-fstype", "", "File system of volumes that name none.");
        MaxGrpcLogLength = flags.Int("max-grpc-log-length", -1, "Length in bytes at which a logged answer of the driver is cut; 0 or less logs it whole.");
    }

    public static IReadOnlyList<FeatureGate> Gates { get; } = [new(ErrorCodeGate, true, FeatureStage.Stable)];

    public Flag<TimeSpan> Timeout { get; }

    public Flag<uint> WorkerThreads { get; }

    public Flag<TimeSpan> RetryIntervalStart { get; }

    public Flag<TimeSpan> RetryIntervalMax { get; }

    public Flag<TimeSpan> Resync { get; }

    public Flag<TimeSpan> ReconcileSync { get; }

    public Flag<int> MaxEntries { get; }

    public Flag<string> DefaultFsType { get; }

    public Flag<int> MaxGrpcLogLength { get; }

    /// <summary>Why the program cannot run with these flags, or null. What the original finds out by crashing has its code for that (attacher contract 16).</summary>
    public FlagProblem? Problem() =>
        FlagProblem.Of(_standard.CheckEndpoints() ?? OwnProblem() ?? _standard.CheckThrottle())
        ?? FlagProblem.Of(_standard.CheckElection() ?? _standard.CheckMetricsPath(), ExitCode.Crash);

    public AttacherOptions Options(FeatureGates gates) => new()
    {
        DefaultFsType = DefaultFsType.Value,
        NotesErrorCodes = gates.IsEnabled(ErrorCodeGate),
        Timeout = Timeout.Value,
        RetryIntervalStart = RetryIntervalStart.Value,
        RetryIntervalMax = RetryIntervalMax.Value,
        WorkerThreads = (int)WorkerThreads.Value,
        Resync = Resync.Value,
        ReconcileSync = ReconcileSync.Value < s_shortestReconcilePause ? s_shortestReconcilePause : ReconcileSync.Value,
        MaxEntries = MaxEntries.Value,
    };
    private string? OwnProblem()
    {
        if (WorkerThreads.Value is 0 or > int.MaxValue) return "--worker-threads must be at least 1";
        if (Timeout.Value <= TimeSpan.Zero) return "--timeout must be greater than zero";
        if (RetryIntervalStart.Value <= TimeSpan.Zero) return "--retry-interval-start must be greater than zero";
        if (RetryIntervalMax.Value <= TimeSpan.Zero) return "--retry-interval-max must be greater than zero";
        return MaxEntries.Value < 0 ? "--max-entries must not be negative" : null;
    }
}
