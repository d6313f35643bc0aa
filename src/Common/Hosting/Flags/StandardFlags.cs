using System.Globalization;
using Sidecars.Hosting.Http;

namespace Sidecars.Hosting.Flags;

/// <summary>
/// The flags most programs share, with the originals' names and defaults (common contract 1.3). A property of a flag that the
/// program's kind does not have holds the default and can never be set: on the command line it is an unknown flag.
/// </summary>
public sealed class StandardFlags
{
    /// <summary>The renew deadline must exceed the retry period by the jitter the election puts on it.</summary>
    private const double ElectionJitter = 1.2;

    /// <summary>What a program says of <c>--automaxprocs</c>.</summary>
    public const string AutoMaxProcsHasNoEffect = "--automaxprocs has no effect: the runtime follows the CPU quota by itself";

    private const int DefaultQps = 5;
    private const int DefaultBurst = 10;
    private static readonly TimeSpan DefaultLeaseDuration = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan DefaultRenewDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DefaultRetryPeriod = TimeSpan.FromSeconds(5);

    /// <summary>Registers the flags of <paramref name="kind"/>.</summary>
    /// <param name="flags">The program's flags.</param>
    /// <param name="kind">The column of the table.</param>
    /// <param name="gates">The program's gates; their list becomes the usage text of <c>--feature-gates</c>.</param>
    public StandardFlags(FlagSet flags, ProgramKind kind, FeatureGateSet? gates = null)
    {
        var full = kind == ProgramKind.Sidecar;
        var api = full || kind == ProgramKind.SnapshotController;
        var probe = kind == ProgramKind.LivenessProbe;
        FlagSet absent = new("", FlagDialect.GoFlag);
        FlagSet If(bool registered) => registered ? flags : absent;

        Version = If(!probe).Bool("version", false, "Print the version and exit.");
        Kubeconfig = If(api).String("kubeconfig", "", "Path of a kubeconfig file; empty means the service account of the pod.");
        CsiAddress = If(kind != ProgramKind.SnapshotController).String("csi-address", "/run/csi/socket", "Path of the CSI driver's socket.");
        LeaderElection = If(api).Bool("leader-election", false, "Work only while holding the leader lease.");
        LeaderElectionNamespace = If(api).String("leader-election-namespace", "", "Namespace of the lease; empty means the pod's own namespace.");
        LeaseDuration = If(api).Duration("leader-election-lease-duration", DefaultLeaseDuration,
            "How long others wait after the last renewal before they take the lease over.");
        RenewDeadline = If(api).Duration("leader-election-renew-deadline", DefaultRenewDeadline, "How long the leader tries to renew before it gives up.");
        RetryPeriod = If(api).Duration("leader-election-retry-period", DefaultRetryPeriod, "Pause between two attempts to take or renew the lease.");
        LeaderElectionLabels = If(full).Labels("leader-election-labels", "Labels the leader puts on the lease, as `key:value,key:value`.");
        KubeApiQps = If(api).Float("kube-api-qps", DefaultQps, "Requests per second to the API server; without this flag and kube-api-burst the server sets the pace.")
            .WithoutItHolds(string.Create(CultureInfo.InvariantCulture, $"none, {DefaultQps} beside kube-api-burst"));
        KubeApiBurst = If(api).Int("kube-api-burst", DefaultBurst, "Requests that may exceed the rate for a moment.")
            .WithoutItHolds(string.Create(CultureInfo.InvariantCulture, $"none, {DefaultBurst} beside kube-api-qps"));
        HttpEndpoint = flags.String("http-endpoint", "", "Address of the HTTP server for diagnostics, for example `:8080`; empty means none.");
        MetricsAddress = If(full || probe).String("metrics-address", "",
            "Deprecated, use http-endpoint: `address` of an HTTP server for metrics. Cannot be combined with http-endpoint.");
        MetricsPath = If(kind != ProgramKind.NodeDriverRegistrar).String("metrics-path", "/metrics", "HTTP path of the metrics.");
        AutoMaxProcs = flags.Add("automaxprocs", false, "Accepted for compatibility; the runtime follows the CPU quota by itself.", null, FlagKinds.LenientBool);
        FeatureGates = If(api).FeatureGates("feature-gates", gates?.Usage() ?? "A set of key=value pairs that switch features on or off.");
    }

    /// <summary><c>--version</c>.</summary>
    public Flag<bool> Version { get; }

    /// <summary><c>--kubeconfig</c>.</summary>
    public Flag<string> Kubeconfig { get; }

    /// <summary><c>--csi-address</c>.</summary>
    public Flag<string> CsiAddress { get; }

    /// <summary><c>--leader-election</c>.</summary>
    public Flag<bool> LeaderElection { get; }

    /// <summary><c>--leader-election-namespace</c>.</summary>
    public Flag<string> LeaderElectionNamespace { get; }

    /// <summary><c>--leader-election-lease-duration</c>.</summary>
    public Flag<TimeSpan> LeaseDuration { get; }

    /// <summary><c>--leader-election-renew-deadline</c>.</summary>
    public Flag<TimeSpan> RenewDeadline { get; }

    /// <summary><c>--leader-election-retry-period</c>.</summary>
    public Flag<TimeSpan> RetryPeriod { get; }

    /// <summary><c>--leader-election-labels</c>.</summary>
    public Flag<IReadOnlyDictionary<string, string>> LeaderElectionLabels { get; }

    /// <summary><c>--kube-api-qps</c>; whether it <see cref="Flag.IsSet"/> decides between a bucket and following the server.</summary>
    public Flag<double> KubeApiQps { get; }

    /// <summary><c>--kube-api-burst</c>.</summary>
    public Flag<int> KubeApiBurst { get; }

    /// <summary><c>--http-endpoint</c>.</summary>
    public Flag<string> HttpEndpoint { get; }

    /// <summary><c>--metrics-address</c>.</summary>
    public Flag<string> MetricsAddress { get; }

    /// <summary><c>--metrics-path</c>.</summary>
    public Flag<string> MetricsPath { get; }

    /// <summary><c>--automaxprocs</c>, accepted and without effect.</summary>
    public Flag<bool> AutoMaxProcs { get; }

    /// <summary><c>--feature-gates</c> as parsed; a <see cref="FeatureGateSet"/> gives it meaning.</summary>
    public Flag<IReadOnlyDictionary<string, bool>> FeatureGates { get; }

    /// <summary>The address to serve diagnostics on, from whichever of the two flags names one; empty means no server.</summary>
    public string DiagnosticsAddress => HttpEndpoint.Value.Length > 0 ? HttpEndpoint.Value : MetricsAddress.Value;

    /// <summary>Flags that were given and do nothing in any program, each as a sentence for the log.</summary>
    public IEnumerable<string> WithoutEffect() => AutoMaxProcs.Value ? [AutoMaxProcsHasNoEffect] : [];

    /// <summary>Why the two address flags exclude each other, or null (common contract 1.5; exit 1).</summary>
    public string? CheckEndpoints() => HttpEndpoint.Value.Length > 0 && MetricsAddress.Value.Length > 0
        ? "only one of `--metrics-address` and `--http-endpoint` can be set"
        : null;

    /// <summary>Why the metrics cannot be served at their path, or null; also null where nothing is served.</summary>
    /// <param name="taken">Other paths of the program.</param>
    public string? CheckMetricsPath(params ReadOnlySpan<string> taken)
    {
        if (DiagnosticsAddress.Length is 0) return null;
        var path = MetricsPath.Value;
        if (!path.StartsWith('/')) return $"--metrics-path must begin with a slash, it is \"{path}\"";
        return path == SidecarDiagnostics.LeaderHealthPath || taken.Contains(path) ? $"--metrics-path is {path}, which tells the health; choose another" : null;
    }

    /// <summary>Why the election's timings cannot work, or null; also null without <c>--leader-election</c> (exit 1).</summary>
    public string? CheckElection()
    {
        if (!LeaderElection.Value) return null;
        foreach (var flag in (ReadOnlySpan<Flag<TimeSpan>>)[LeaseDuration, RenewDeadline, RetryPeriod])
            if (flag.Value <= TimeSpan.Zero) return $"--{flag.Name} must be greater than zero, it is {GoDuration.Format(flag.Value)}";
        if (LeaseDuration.Value <= RenewDeadline.Value)
            return $"--{LeaseDuration.Name} ({Text(LeaseDuration)}) must be greater than --{RenewDeadline.Name} ({Text(RenewDeadline)})";
        return RenewDeadline.Value <= RetryPeriod.Value * ElectionJitter
            ? $"--{RenewDeadline.Name} ({Text(RenewDeadline)}) must be greater than 1.2 times --{RetryPeriod.Name} ({Text(RetryPeriod)})"
            : null;
    }

    /// <summary>Why no API client can be made with these limits, or null (exit 1, provisioner 255).</summary>
    public string? CheckThrottle()
    {
        if (double.IsNaN(KubeApiQps.Value)) return "--kube-api-qps must be a number, it is NaN";
        return KubeApiQps.Value > 0 && KubeApiBurst.Value <= 0
            ? $"--kube-api-burst must be greater than zero when --kube-api-qps is, it is {KubeApiBurst.Value}"
            : null;
    }

    /// <summary>What <c>--version</c> prints on stdout: the program's path as it was started and the version.</summary>
    public static string VersionLine(string version) => $"{Environment.GetCommandLineArgs()[0]} {ProgramVersion.Full(version)}";

    private static string Text(Flag<TimeSpan> flag) => GoDuration.Format(flag.Value);
}
