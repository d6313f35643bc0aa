using Sidecars.Hosting.Flags;

namespace Sidecars.LivenessProbe;

/// <summary>The command line of livenessprobe, and which listener serves what (liveness contract 2).</summary>
internal sealed class ProbeFlags
{
    /// <summary>A port other than this text counts as set by the user.</summary>
    private const string DefaultPort = "9808";

    private const string HealthPath = "/healthz";

    private readonly FlagSet _flags = new("livenessprobe", FlagDialect.GoFlag);

    public ProbeFlags()
    {
        Logging = new LoggingFlags(_flags);
        CsiAddress = _flags.String("csi-address", Csi.CsiAddress.Default, "Address of the CSI driver's socket.");
        ProbeTimeout = _flags.Duration("probe-timeout", TimeSpan.FromSeconds(3), "Limit of one health check as a whole; keep it below timeoutSeconds of the kubelet's probe.");
        HealthPort = _flags.String("health-port", DefaultPort, "(deprecated, use --http-endpoint) Port of /healthz on all addresses.");
        HttpEndpoint = _flags.String("http-endpoint", "", "Address such as :8080 that serves /healthz and the metrics.");
        MetricsAddress = _flags.String("metrics-address", "", "(deprecated, use --http-endpoint) Address that serves the metrics alone.");
        MetricsPath = _flags.String("metrics-path", "/metrics", "Path of the metrics.");
        AutoMaxProcs = _flags.LenientBool("automaxprocs", false, "Accepted for compatibility; the runtime respects the container's limits by itself.");
    }

    public LoggingFlags Logging { get; }

    public Flag<string> CsiAddress { get; }

    public Flag<TimeSpan> ProbeTimeout { get; }

    public Flag<string> HealthPort { get; }

    public Flag<string> HttpEndpoint { get; }

    public Flag<string> MetricsAddress { get; }

    public Flag<string> MetricsPath { get; }

    /// <summary>Accepted and without effect.</summary>
    public Flag<bool> AutoMaxProcs { get; }

    /// <summary>Where <c>/healthz</c> is served; a bare port is every address of both families.</summary>
    public string HealthAddress => HttpEndpoint.Value.Length > 0 ? HttpEndpoint.Value : ":" + HealthPort.Value;

    public FlagParse Parse(string[] args) => _flags.Parse(args);

    /// <summary>Why the program cannot run with these flags, or null.</summary>
    public string? Problem()
    {
        if (Logging.Check() is { } logging) return $"LoggingConfiguration is invalid: {logging}";
        if (HttpEndpoint.Value.Length > 0 && MetricsAddress.Value.Length > 0)
            return "only one of --http-endpoint and --metrics-address can be set; --http-endpoint serves the metrics too";
        if (HttpEndpoint.Value.Length > 0 && HealthPort.Value != DefaultPort)
            return "only one of --http-endpoint and --health-port can be set; name the port in --http-endpoint";
        if (Csi.CsiAddress.Parse(CsiAddress.Value, out var addressError) is null) return addressError;
        return ServesMetrics ? MetricsPathProblem() : null;
    }

    private bool ServesMetrics => HttpEndpoint.Value.Length > 0 || MetricsAddress.Value.Length > 0;

    private string? MetricsPathProblem()
    {
        if (!MetricsPath.Value.StartsWith('/')) return $"--metrics-path must begin with a slash, it is \"{MetricsPath.Value}\"";
        return MetricsPath.Value == HealthPath && HttpEndpoint.Value.Length > 0
            ? $"--metrics-path is {HealthPath}, which is the path of the health check; choose another"
            : null;
    }
}
