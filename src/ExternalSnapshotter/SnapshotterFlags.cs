using Sidecars.ControllerManager;
using Sidecars.ExternalSnapshotter.Requests;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalSnapshotter;

/// <summary>The command line of csi-snapshotter (snapshotter contract 1.2).</summary>
internal sealed class SnapshotterFlags
{
    public const string GroupGate = "CSIVolumeGroupSnapshot";

    private const string NodeVariable = "NODE_NAME";

    private readonly StandardFlags _standard;

    /// <summary>Registers the flags of the snapshotter itself.</summary>
    public SnapshotterFlags(CommandLine commandLine)
    {
        var flags = commandLine.Flags;
        _standard = commandLine.Standard;
        Timeout = flags.Duration("timeout", TimeSpan.FromMinutes(1), "Limit of each call to the driver.");
        ResyncPeriod = flags.Duration("resync-period", TimeSpan.FromMinutes(15),
            "Period in which everything unfinished is tried again, whatever its pause; 0 is never.");
        WorkerThreads = flags.Int("worker-threads", 10, "Snapshots worked on at once, and as many groups of them.");
        NamePrefix = flags.String("snapshot-name-prefix", "snapshot", "What the names of snapshots at the driver begin with.");
        NameUuidLength = flags.Int("snapshot-name-uuid-length", SnapshotNaming.WholeUid,
            "Characters of the snapshot's uid in those names; -1 is the uid as it is.");
        GroupNamePrefix = flags.String("groupsnapshot-name-prefix", "groupsnapshot", "What the names of groups at the driver begin with.");
        GroupNameUuidLength = flags.Int("groupsnapshot-name-uuid-length", SnapshotNaming.WholeUid,
            "Characters of the group's uid in those names; -1 is the uid as it is.");
        ExtraCreateMetadata = flags.Bool("extra-create-metadata", false,
            "Tell the driver names of snapshot and content in the parameters of CreateSnapshot.");
        RetryIntervalStart = flags.Duration("retry-interval-start", TimeSpan.FromSeconds(1),
            "First pause after a failure, or while a snapshot is not ready; it doubles with each further one.");
        RetryIntervalMax = flags.Duration("retry-interval-max", TimeSpan.FromMinutes(5), "Longest of these pauses.");
        NodeDeployment = flags.Bool("node-deployment", false, "Serve the snapshots of one node only; the environment names it in NODE_NAME.");
    }

    public static IReadOnlyList<FeatureGate> Gates { get; } = [new(GroupGate, true, FeatureStage.Stable)];

    public Flag<TimeSpan> Timeout { get; }

    public Flag<TimeSpan> ResyncPeriod { get; }

    public Flag<int> WorkerThreads { get; }

    public Flag<string> NamePrefix { get; }

    public Flag<int> NameUuidLength { get; }

    public Flag<string> GroupNamePrefix { get; }

    public Flag<int> GroupNameUuidLength { get; }

    public Flag<bool> ExtraCreateMetadata { get; }

    public Flag<TimeSpan> RetryIntervalStart { get; }

    public Flag<TimeSpan> RetryIntervalMax { get; }

    public Flag<bool> NodeDeployment { get; }

    private static string Node => Environment.GetEnvironmentVariable(NodeVariable) ?? "";

    /// <summary>
    /// Why the program cannot run with these flags, or null. The order is the contract's (1.3); what the original finds out by crashing later is
    /// found out here.
    /// </summary>
    public FlagProblem? Problem(FeatureGates gates) =>
        FlagProblem.Of(NodeDeployment.Value && _standard.LeaderElection.Value
            ? "--node-deployment and --leader-election exclude each other: on each node one instance works" : null)
        ?? FlagProblem.Of(NodeDeployment.Value && Node.Length is 0
            ? $"--node-deployment needs the name of its node in the environment variable {NodeVariable}; take it from the pod's spec.nodeName"
            : null, ExitCode.Fatal)
        ?? FlagProblem.Of(_standard.CheckEndpoints() ?? OwnProblem(gates.IsEnabled(GroupGate)) ?? _standard.CheckThrottle()
            ?? _standard.CheckElection() ?? _standard.CheckMetricsPath());

    public SnapshotterOptions Options(FeatureGates gates) => new()
    {
        Naming = new SnapshotNaming(NamePrefix.Value, NameUuidLength.Value),
        GroupNaming = new SnapshotNaming(GroupNamePrefix.Value, GroupNameUuidLength.Value),
        ExtraCreateMetadata = ExtraCreateMetadata.Value,
        Node = NodeDeployment.Value ? Node : null,
        WantsGroups = gates.IsEnabled(GroupGate),
        Timeout = Timeout.Value,
        RetryIntervalStart = RetryIntervalStart.Value,
        RetryIntervalMax = RetryIntervalMax.Value,
        WorkerThreads = WorkerThreads.Value,
        Resync = ResyncPeriod.Value,
    };

    private string? OwnProblem(bool wantsGroups)
    {
        if (WorkerThreads.Value < 1) return "--worker-threads must be at least 1";
        if (Timeout.Value <= TimeSpan.Zero) return "--timeout must be greater than zero";
        if (RetryIntervalStart.Value <= TimeSpan.Zero) return "--retry-interval-start must be greater than zero";
        if (RetryIntervalMax.Value <= TimeSpan.Zero) return "--retry-interval-max must be greater than zero";
        return SnapshotNaming.Problem(NamePrefix, NameUuidLength)
            ?? (wantsGroups ? SnapshotNaming.Problem(GroupNamePrefix, GroupNameUuidLength) : null);
    }
}
