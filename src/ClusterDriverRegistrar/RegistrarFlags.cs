using Sidecars.Hosting;
using Sidecars.Hosting.Flags;

namespace Sidecars.ClusterDriverRegistrar;

/// <summary>
/// The command line of csi-cluster-driver-registrar: the flags of the original (registrar contract A2), and what a sidecar of today has
/// besides (B2), all of it off by default.
/// </summary>
internal sealed class RegistrarFlags
{
    public const string HealthPath = "/healthz";
    public const string ReadyPath = "/readyz";

    private const string ReleaseGate = "ReleaseLeaderElectionOnExit";

    private static readonly FeatureGateSet s_gates = new([new(ReleaseGate, false, FeatureStage.Alpha)], []);

    private readonly FlagSet _flags = new("csi-cluster-driver-registrar", FlagDialect.GoFlag);

    public RegistrarFlags()
    {
        // This column has what the contract names, and no deprecated alias that this program never knew; only the socket is missing.
        Standard = new StandardFlags(_flags, ProgramKind.SnapshotController, s_gates);
        CsiAddress = _flags.String("csi-address", Csi.CsiAddress.Default, "Path of the CSI driver's socket.");
        Logging = new LoggingFlags(_flags);
        Klog = new KlogFlags(_flags);
        Spec = new SpecFlags(_flags);
        ConnectionTimeout = _flags.Duration("connection-timeout", TimeSpan.Zero, "Deprecated and without effect: the driver is waited for without limit.");
        Reconcile = _flags.Bool("reconcile", false, "Change the mutable fields of an existing object to what the flags say; without it differences are only logged.");
        DeleteOnStop = _flags.Bool("delete-on-stop", false,
            "Delete the object on SIGTERM too, not only on SIGINT. While volumes of a driver that needs no attaching are in use this makes Kubernetes wait for an attacher.");
    }

    public StandardFlags Standard { get; }

    public Flag<string> CsiAddress { get; }

    public LoggingFlags Logging { get; }

    public KlogFlags Klog { get; }

    public SpecFlags Spec { get; }

    public Flag<TimeSpan> ConnectionTimeout { get; }

    public Flag<bool> Reconcile { get; }

    public Flag<bool> DeleteOnStop { get; }

    /// <summary>Whether a stop waits for the lease to be given back.</summary>
    public bool ReleasesLease => Standard.LeaderElection.Value && s_gates.Apply(Standard.FeatureGates.Value).IsEnabled(ReleaseGate);

    public FlagParse Parse(IReadOnlyList<string> args) => _flags.Parse(args);

    /// <summary>Why the program cannot run with these flags, or null (exit 1).</summary>
    public string? Problem()
    {
        if (s_gates.Apply(Standard.FeatureGates.Value).Error is { } gates) return gates;
        if (Csi.CsiAddress.Parse(CsiAddress.Value, out var address) is null) return address;
        if (Spec.Problem() is { } spec) return spec;
        if (Standard.CheckElection() is { } election) return election;
        if (Standard.CheckThrottle() is { } throttle) return throttle;
        return Standard.CheckMetricsPath(HealthPath, ReadyPath);
    }

    /// <summary>Flags that are accepted and change nothing, each as a sentence for the log.</summary>
    public IEnumerable<string> WithoutEffect()
    {
        if (ConnectionTimeout.Value != TimeSpan.Zero)
            yield return $"--connection-timeout={GoDuration.Format(ConnectionTimeout.Value)} is deprecated and has no effect: the driver is waited for without limit";
        foreach (var flag in Standard.WithoutEffect()) yield return flag;
        foreach (var klog in Klog.WithoutEffect()) yield return klog;
        foreach (var gate in s_gates.Apply(Standard.FeatureGates.Value).Warnings) yield return gate;
    }
}
