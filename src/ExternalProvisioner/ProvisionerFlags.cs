using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalProvisioner;

/// <summary>The command line of csi-provisioner (provisioner contract 1).</summary>
internal sealed class ProvisionerFlags
{
    public const string TopologyGate = "Topology";
    public const string AttributesClassGate = "VolumeAttributesClass";
    public const string CrossNamespaceGate = "CrossNamespaceVolumeDataSource";
    public const string ReleaseGate = "ReleaseLeaderElectionOnExit";

    private static readonly FeatureGateSet s_gates = new(
        [
            new(TopologyGate, true, FeatureStage.Stable),
            new(AttributesClassGate, true, FeatureStage.Stable),
            new(CrossNamespaceGate, false, FeatureStage.Alpha),
            new(ReleaseGate, false, FeatureStage.Alpha),
        ],
        ["HonorPVReclaimPolicy"]);

    private readonly FlagSet _flags = new("csi-provisioner", FlagDialect.Pflag);

    public ProvisionerFlags()
    {
        Standard = new StandardFlags(_flags, ProgramKind.Sidecar, s_gates);
        Logging = new LoggingFlags(_flags);
        Master = _flags.String("master", "", "URL of the API server; needed only outside a cluster and without a kubeconfig.");
        Timeout = _flags.Duration("timeout", TimeSpan.FromSeconds(10), "Limit of each call to the driver.");
        RetryIntervalStart = _flags.Duration("retry-interval-start", TimeSpan.FromSeconds(1), "First pause after a failure; it doubles with each further one.");
        RetryIntervalMax = _flags.Duration("retry-interval-max", TimeSpan.FromMinutes(5), "Longest pause after failures.");
        WorkerThreads = _flags.Uint("worker-threads", 100, "Claims worked on at once, and as many volumes to be deleted.");
        VolumeNamePrefix = _flags.String("volume-name-prefix", "pvc", "What the names of volumes begin with.");
        VolumeNameUuidLength = _flags.Int("volume-name-uuid-length", VolumeNaming.WholeUid, "Characters of the claim's uid in the names of volumes; -1 is the uid as it is.");
        ExtraCreateMetadata = _flags.Bool("extra-create-metadata", false, "Tell the driver names of claim and volume in the parameters of CreateVolume.");
        DefaultFsType = _flags.String("default-fstype", "", "File system of volumes whose class names none.");
        ControllerPublishReadOnly = _flags.Bool("controller-publish-readonly", false, "Publish volumes of claims that are only read-only as read-only.");
        EnablePprof = _flags.Bool("enable-pprof", false, "Accepted for compatibility: the Go profiles do not exist in this program.");
        EnableCapacity = _flags.Bool("enable-capacity", false, "Publish CSIStorageCapacity objects.");
        NodeDeployment = _flags.Bool("node-deployment", false, "Provision on each node for the volumes of that node.");
        RegisterForLaterFeatures();
    }

    public StandardFlags Standard { get; }

    public LoggingFlags Logging { get; }

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

    public Flag<bool> EnablePprof { get; }

    public Flag<bool> EnableCapacity { get; }

    public Flag<bool> NodeDeployment { get; }

    public FlagParse Parse(string[] args) => _flags.Parse(args);

    public FeatureGates Gates() => s_gates.Apply(Standard.FeatureGates.Value);

    /// <summary>Why the program cannot run with these flags, or null; what the original checks by crashing later is checked here.</summary>
    public string? Problem()
    {
        if (Standard.CheckEndpoints() is { } endpoints) return endpoints;
        if (Standard.CheckElection() is { } election) return election;
        if (Standard.CheckMetricsPath() is { } path) return path;
        if (VolumeNaming.Problem(VolumeNameUuidLength.Value) is { } naming) return naming;
        if (WorkerThreads.Value is 0 or > int.MaxValue) return "--worker-threads must be at least 1";
        if (Timeout.Value <= TimeSpan.Zero) return "--timeout must be greater than zero";
        if (RetryIntervalStart.Value <= TimeSpan.Zero) return "--retry-interval-start must be greater than zero";
        if (RetryIntervalMax.Value <= TimeSpan.Zero) return "--retry-interval-max must be greater than zero";
        if (EnableCapacity.Value) return "--enable-capacity is not supported by this version; remove the flag";
        return NodeDeployment.Value ? "--node-deployment is not supported by this version; run one csi-provisioner for the cluster" : null;
    }

    public ProvisionerOptions Options(FeatureGates gates) => new()
    {
        Naming = new VolumeNaming(VolumeNamePrefix.Value, VolumeNameUuidLength.Value),
        DefaultFsType = DefaultFsType.Value,
        ExtraCreateMetadata = ExtraCreateMetadata.Value,
        ControllerPublishReadOnly = ControllerPublishReadOnly.Value,
        UsesTopology = gates.IsEnabled(TopologyGate),
        UsesAttributesClasses = gates.IsEnabled(AttributesClassGate),
        Timeout = Timeout.Value,
        RetryIntervalStart = RetryIntervalStart.Value,
        RetryIntervalMax = RetryIntervalMax.Value,
        WorkerThreads = (int)WorkerThreads.Value,
    };

    /// <summary>
    /// Flags of features whose requests are refused with an event: they are known, because charts pass them, and change
    /// nothing as long as the feature is not asked for.
    /// </summary>
    private void RegisterForLaterFeatures()
    {
        _flags.Uint("cloning-protection-threads", 1, "Workers of the controller that protects sources of clones.");
        _flags.Duration("snapshot-orphan-sweep-interval", TimeSpan.FromMinutes(5), "Period of the sweep for finalizers left on snapshots; 0 is never.");
        _flags.Bool("strict-topology", false, "Ask for volumes in the topology of the selected node only.");
        _flags.Bool("immediate-topology", true, "Ask for volumes in the topology of the cluster where no node is selected.");
        _flags.Bool("prevent-volume-mode-conversion", true, "Refuse to restore a snapshot with another volume mode.");
        _flags.Uint("capacity-threads", 1, "Workers of the capacity controller.");
        _flags.Duration("capacity-poll-interval", TimeSpan.FromMinutes(1), "Period in which the driver is asked for its capacity.");
        _flags.Bool("capacity-for-immediate-binding", false, "Publish capacity of classes with immediate binding too.");
        _flags.Int("capacity-ownerref-level", 1, "Which owner of the pod owns the capacity objects: -1 none, 0 the pod, 1 its controller.");
        _flags.Float("kube-api-capacity-qps", 1, "Requests per second for capacity objects.");
        _flags.Int("kube-api-capacity-burst", 5, "Requests for capacity objects that may exceed the rate for a moment.");
        _flags.Bool("node-deployment-immediate-binding", true, "Serve classes with immediate binding on each node too.");
        _flags.Duration("node-deployment-base-delay", TimeSpan.FromSeconds(20), "First delay before a node takes a claim.");
        _flags.Duration("node-deployment-max-delay", TimeSpan.FromSeconds(60), "Longest delay before a node takes a claim.");
    }
}
