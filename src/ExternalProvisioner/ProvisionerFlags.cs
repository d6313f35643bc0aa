using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner.Capacity;
using Sidecars.ExternalProvisioner.NodeDeployment;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Sources;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalProvisioner;

/// <summary>The command line of csi-provisioner (provisioner contract 1).</summary>
internal sealed class ProvisionerFlags
{
    public const string TopologyGate = "Topology";
    public const string AttributesClassGate = "VolumeAttributesClass";
    public const string CrossNamespaceGate = "CrossNamespaceVolumeDataSource";

    private readonly StandardFlags _standard;
    private readonly NodeDeploymentFlags _nodes;
    private readonly CapacityFlags _capacity;

    /// <summary>Registers the flags of the provisioner itself.</summary>
    public ProvisionerFlags(CommandLine commandLine)
    {
        var flags = commandLine.Flags;
        _standard = commandLine.Standard;
        Master = flags.String("master", "", "URL of the API server; needed only outside a cluster and without a kubeconfig.");
        Timeout = flags.Duration("timeout", TimeSpan.FromSeconds(10), "Limit of each call to the driver.");
        RetryIntervalStart = flags.Duration("retry-interval-start", TimeSpan.FromSeconds(1), "First pause after a failure; it doubles with each further one.");
        RetryIntervalMax = flags.Duration("retry-interval-max", TimeSpan.FromMinutes(5), "Longest pause after failures.");
        WorkerThreads = flags.Uint("worker-threads", 100, "Claims worked on at once, and as many volumes to be deleted.");
        VolumeNamePrefix = flags.String("volume-name-prefix", "pvc", "What the names of volumes begin with.");
        VolumeNameUuidLength = flags.Int("volume-name-uuid-length", VolumeNaming.WholeUid, "Characters of the claim's uid in the names of volumes; -1 is the uid as it is.");
        ExtraCreateMetadata = flags.Bool("extra-create-metadata", false, "Tell the driver names of claim and volume in the parameters of CreateVolume.");
        DefaultFsType = flags.String("default-fstype", "", "File system of volumes whose class names none.");
        ControllerPublishReadOnly = flags.Bool("controller-publish-readonly", false, "Publish volumes of claims that are only read-only as read-only.");
        EnablePprof = flags.Bool("enable-pprof", false, "Accepted for compatibility: the Go profiles do not exist in this program.");
        _capacity = new CapacityFlags(flags);
        _nodes = new NodeDeploymentFlags(flags);
        PreventVolumeModeConversion = flags.Bool("prevent-volume-mode-conversion", true, "Refuse to restore a snapshot with another volume mode.");
        CloningProtectionThreads = flags.Uint("cloning-protection-threads", 1, "Workers of the controller that lets go of sources of clones.");
        SnapshotSweepInterval = flags.Duration("snapshot-orphan-sweep-interval", TimeSpan.FromMinutes(5), "Period of the sweep for finalizers left on snapshots; 0 is never.");
        DurableIntent = flags.Bool("durable-intent", false, "Note on a claim that its volume is being made, so that no end of this program leaves one behind; two writes more for each claim.");
        Topology = new TopologyFlags(flags);
    }

    public static IReadOnlyList<FeatureGate> Gates { get; } =
    [
        new(TopologyGate, true, FeatureStage.Stable),
        new(AttributesClassGate, true, FeatureStage.Stable),
        new(CrossNamespaceGate, false, FeatureStage.Alpha),
    ];

    /// <summary>Gates of earlier releases, which are accepted with a warning.</summary>
    public static IReadOnlyList<string> RetiredGates { get; } = ["HonorPVReclaimPolicy"];

    public Flag<string> Master { get; }

    public Flag<TimeSpan> Timeout { get; }

    public Flag<TimeSpan> RetryIntervalStart { get; }

    public Flag<TimeSpan> RetryIntervalMax { get; }

    public Flag<uint> WorkerThreads { get; }

    public Flag<string> VolumeNamePrefix { get; }

    public Flag<int> VolumeNameUuidLength { get; }

    public Flag<bool> ExtraCreateMetadata { get; }

    public Flag<string> DefaultFsType { get; }

    public Flag<bool> ControllerPublishReadOnly { get; }

    public Flag<bool> PreventVolumeModeConversion { get; }

    public Flag<uint> CloningProtectionThreads { get; }

    public Flag<TimeSpan> SnapshotSweepInterval { get; }

    public Flag<bool> DurableIntent { get; }

    public TopologyFlags Topology { get; }

    public Flag<bool> EnablePprof { get; }


    /// <summary>The kubeconfig: <c>KUBECONFIG</c> wins over the flag, as in the original.</summary>
    public string Kubeconfig => Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } named ? named : _standard.Kubeconfig.Value;

    /// <summary>Why the program cannot run with these flags, or null; what the original checks by crashing later is checked here.</summary>
    public FlagProblem? Problem() =>
        FlagProblem.Of(_standard.CheckEndpoints() ?? _standard.CheckElection() ?? _standard.CheckMetricsPath() ?? OwnProblem())
        ?? _nodes.Problem()
        ?? FlagProblem.Of(_standard.CheckThrottle(), ExitCode.Fatal)
        ?? _capacity.Problem();

    /// <summary>What was asked for and does nothing in this version.</summary>
    public IEnumerable<string> WithoutEffect(FeatureGates gates)
    {
        if (CloningProtectionThreads.Value is 0) yield return "--cloning-protection-threads=0: a deleted claim with the finalizer of clone protection is not let go of";
        if (EnablePprof.Value) yield return "--enable-pprof has no effect: the Go profiles do not exist in this program";
    }

    public ProvisionerOptions Options(FeatureGates gates) => new()
    {
        Naming = new VolumeNaming(VolumeNamePrefix.Value, VolumeNameUuidLength.Value),
        DefaultFsType = DefaultFsType.Value,
        ExtraCreateMetadata = ExtraCreateMetadata.Value,
        ControllerPublishReadOnly = ControllerPublishReadOnly.Value,
        Nodes = _nodes.Options(),
        NotesIntents = DurableIntent.Value,
        UsesTopology = gates.IsEnabled(TopologyGate),
        Topology = Topology.Options,
        AttributesClasses = !gates.IsEnabled(AttributesClassGate) ? AttributesClassUse.Never
            : gates.IsExplicit(AttributesClassGate) ? AttributesClassUse.Always : AttributesClassUse.WhereServed,
        Sources = new SourceOptions { PreventsModeConversion = PreventVolumeModeConversion.Value, CrossesNamespaces = gates.IsEnabled(CrossNamespaceGate) },
        Capacity = _capacity.Options(),
        Timeout = Timeout.Value,
        RetryIntervalStart = RetryIntervalStart.Value,
        RetryIntervalMax = RetryIntervalMax.Value,
        WorkerThreads = (int)WorkerThreads.Value,
        CloningProtectionThreads = (int)CloningProtectionThreads.Value,
        SnapshotSweepInterval = SnapshotSweepInterval.Value,
    };

    private string? OwnProblem()
    {
        if (VolumeNaming.Problem(VolumeNameUuidLength.Value) is { } naming) return naming;
        if (DurableIntent.Value && VolumeNaming.NotingProblem(VolumeNameUuidLength.Value) is { } noting) return noting;
        if (WorkerThreads.Value is 0 or > int.MaxValue) return "--worker-threads must be at least 1";
        if (CloningProtectionThreads.Value > int.MaxValue) return $"--cloning-protection-threads must be at most {int.MaxValue}";
        if (Timeout.Value <= TimeSpan.Zero) return "--timeout must be greater than zero";
        if (RetryIntervalStart.Value <= TimeSpan.Zero) return "--retry-interval-start must be greater than zero";
        if (RetryIntervalMax.Value <= TimeSpan.Zero) return "--retry-interval-max must be greater than zero";
        return null;
    }
}
