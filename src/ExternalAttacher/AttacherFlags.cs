using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalAttacher;

/// <summary>The command line of csi-attacher (attacher contract 2 and 3).</summary>
internal sealed class AttacherFlags
{
    public const string ReleaseGate = "ReleaseLeaderElectionOnExit";
    public const string ErrorCodeGate = "MutableCSINodeAllocatableCount";

    /// <summary>The originals pause not at all at 0; a driver asked without a break has no time for anything else.</summary>
    private static readonly TimeSpan s_shortestReconcilePause = TimeSpan.FromSeconds(1);

    private static readonly FeatureGateSet s_gates = new(
        [new(ErrorCodeGate, true, FeatureStage.Stable), new(ReleaseGate, false, FeatureStage.Alpha)], []);

    private readonly FlagSet _flags = new("csi-attacher", FlagDialect.GoFlag);

    public AttacherFlags()
    {
        Standard = new StandardFlags(_flags, ProgramKind.Sidecar, s_gates);
        Logging = new LoggingFlags(_flags);
        Timeout = _flags.Duration("timeout", TimeSpan.FromSeconds(15), "Limit of each call to the driver.");
        WorkerThreads = _flags.Uint("worker-threads", 10, "Attachments attached at once, and as many detached.");
        RetryIntervalStart = _flags.Duration("retry-interval-start", TimeSpan.FromSeconds(1), "First pause after a failure; it doubles with each further one.");
        RetryIntervalMax = _flags.Duration("retry-interval-max", TimeSpan.FromMinutes(5), "Longest pause after failures.");
        Resync = _flags.Duration("resync", TimeSpan.FromMinutes(10), "Period in which everything unfinished is tried again, whatever its pause; 0 is never.");
        ReconcileSync = _flags.Duration("reconcile-sync", TimeSpan.FromMinutes(1), "Pause between two comparisons with what the driver lists as published.");
        MaxEntries = _flags.Int("max-entries", 0, "Volumes the driver is asked for in one page of its list; 0 leaves it to the driver.");
        DefaultFsType = _flags.String("default-fstype", "", "File system of volumes that name none.");
        MaxGrpcLogLength = _flags.Int("max-grpc-log-length", -1, "Length in bytes at which a logged answer of the driver is cut; 0 or less logs it whole.");
    }

    public StandardFlags Standard { get; }

    public LoggingFlags Logging { get; }

    public Flag<TimeSpan> Timeout { get; }

    public Flag<uint> WorkerThreads { get; }

    public Flag<TimeSpan> RetryIntervalStart { get; }

    public Flag<TimeSpan> RetryIntervalMax { get; }

    public Flag<TimeSpan> Resync { get; }

    public Flag<TimeSpan> ReconcileSync { get; }

    public Flag<int> MaxEntries { get; }

    public Flag<string> DefaultFsType { get; }

    public Flag<int> MaxGrpcLogLength { get; }

    public FlagParse Parse(string[] args) => _flags.Parse(args);

    public FeatureGates Gates() => s_gates.Apply(Standard.FeatureGates.Value);

    /// <summary>Why the program cannot run with these flags, or null (exit 1).</summary>
    public string? Problem()
    {
        if (Standard.CheckEndpoints() is { } endpoints) return endpoints;
        if (WorkerThreads.Value is 0 or > int.MaxValue) return "--worker-threads must be at least 1";
        if (Timeout.Value <= TimeSpan.Zero) return "--timeout must be greater than zero";
        if (RetryIntervalStart.Value <= TimeSpan.Zero) return "--retry-interval-start must be greater than zero";
        if (RetryIntervalMax.Value <= TimeSpan.Zero) return "--retry-interval-max must be greater than zero";
        return MaxEntries.Value < 0 ? "--max-entries must not be negative" : Standard.CheckThrottle();
    }

    /// <summary>What the original finds out by crashing, and so with another exit code (attacher contract 16), or null.</summary>
    public string? CrashProblem()
    {
        return Standard.CheckElection() ?? Standard.CheckMetricsPath();
    }

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
}
