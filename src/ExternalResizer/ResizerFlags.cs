using Sidecars.ControllerManager;
using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalResizer;

/// <summary>The command line of csi-resizer (resizer contract 1 and 2).</summary>
internal sealed class ResizerFlags
{
    public const string RecoveryGate = "RecoverVolumeExpansionFailure";
    public const string AnnotationGate = "AnnotateFsResize";
    public const string AttributesClassGate = "VolumeAttributesClass";

    private readonly StandardFlags _standard;

    /// <summary>Registers the flags of the resizer itself.</summary>
    public ResizerFlags(CommandLine commandLine)
    {
        var flags = commandLine.Flags;
        _standard = commandLine.Standard;
        Master = flags.String("master", "", "URL of the API server; used where this or --kubeconfig is given, else the pod's service account leads there.");
        ResyncPeriod = flags.Duration("resync-period", TimeSpan.FromMinutes(10), "Period in which everything unfinished is looked at again; 0 is never.");
        Workers = flags.Int("workers", 10, "Claims expanded at once, and as many modified.");
        Timeout = flags.Duration("timeout", TimeSpan.FromSeconds(10), "Limit of each call to the driver.");
        RetryIntervalStart = flags.Duration("retry-interval-start", TimeSpan.FromSeconds(1), "First pause after a failure; it doubles with each further one.");
        RetryIntervalMax = flags.Duration("retry-interval-max", TimeSpan.FromMinutes(5), "Longest pause after failures, and the pause after an impossible wish.");
        HandleVolumeInUseError = flags.Bool("handle-volume-inuse-error", true,
            "Leave a volume alone while pods use it, once the driver refused it for being in use. Pods are watched from the first such refusal on.");
        ExtraModifyMetadata = flags.Bool("extra-modify-metadata", false, "Tell the driver the names of claim and volume with each modification.");
    }

    public static IReadOnlyList<FeatureGate> Gates { get; } =
    [
        new(AnnotationGate, true, FeatureStage.Beta), new(RecoveryGate, true, FeatureStage.Stable), new(AttributesClassGate, true, FeatureStage.Stable),
    ];

    public Flag<string> Master { get; }

    public Flag<TimeSpan> ResyncPeriod { get; }

    public Flag<int> Workers { get; }

    public Flag<TimeSpan> Timeout { get; }

    public Flag<TimeSpan> RetryIntervalStart { get; }

    public Flag<TimeSpan> RetryIntervalMax { get; }

    public Flag<bool> HandleVolumeInUseError { get; }

    public Flag<bool> ExtraModifyMetadata { get; }

    /// <summary>Why the program cannot run with these flags, or null.</summary>
    public FlagProblem? Problem() =>
        FlagProblem.Of(_standard.CheckEndpoints() ?? OwnProblem() ?? _standard.CheckThrottle() ?? _standard.CheckElection() ?? _standard.CheckMetricsPath());

    public ResizerOptions Options(FeatureGates gates) => new()
    {
        Timeout = Timeout.Value,
        RetryIntervalStart = RetryIntervalStart.Value,
        RetryIntervalMax = RetryIntervalMax.Value,
        Workers = Workers.Value,
        Resync = ResyncPeriod.Value,
        HandlesInUse = HandleVolumeInUseError.Value,
        TellsNames = ExtraModifyMetadata.Value,
        Recovers = gates.IsEnabled(RecoveryGate),
        AnnotatesVolumes = gates.IsEnabled(AnnotationGate),
        Modifies = gates.IsEnabled(AttributesClassGate),
    };

    private string? OwnProblem()
    {
        if (Workers.Value < 1) return "--workers must be at least 1";
        if (Timeout.Value <= TimeSpan.Zero) return "--timeout must be greater than zero";
        if (RetryIntervalStart.Value <= TimeSpan.Zero) return "--retry-interval-start must be greater than zero";
        return RetryIntervalMax.Value <= TimeSpan.Zero ? "--retry-interval-max must be greater than zero" : null;
    }
}
