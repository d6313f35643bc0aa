using Sidecars.Hosting.Flags;

namespace Sidecars.NodeDriverRegistrar;

/// <summary>The command line of csi-node-driver-registrar (registrar contract 2 and 3).</summary>
internal sealed class RegistrarFlags
{
    private const string ProbeMode = "kubelet-registration-probe";

    private readonly FlagSet _flags = new("csi-node-driver-registrar", FlagDialect.GoFlag);
    private readonly StandardFlags _standard;
    private readonly Flag<int> _healthPort;
    private readonly Flag<string> _mode;

    public RegistrarFlags()
    {
        _standard = new StandardFlags(_flags, ProgramKind.NodeDriverRegistrar);
        Logging = new LoggingFlags(_flags);
        KubeletRegistrationPath = _flags.String("kubelet-registration-path", "", "Path of the CSI driver's socket on the host, as the kubelet uses it. Required.");
        PluginRegistrationPath = _flags.String("plugin-registration-path", "/registration", "Directory of the registration socket, the kubelet's plugins_registry.");
        Timeout = _flags.Duration("timeout", TimeSpan.FromSeconds(1), "Limit of asking the driver for its name, and of a health check as a whole.");
        _healthPort = _flags.Int("health-port", 0, "(deprecated, use --http-endpoint) Port of /healthz on all addresses; 0 or less is none.");
        _flags.Bool("enable-pprof", false, "Accepted for compatibility; there are no such profiles here.");
        _mode = _flags.String("mode", "", $"(deprecated) {ProbeMode} ends the program at once; anything else is ignored.");
        ConnectionTimeout = _flags.Duration("connection-timeout", TimeSpan.Zero, "(deprecated) Ignored.");
    }

    public LoggingFlags Logging { get; }

    public Flag<bool> Version => _standard.Version;

    public Flag<string> CsiAddress => _standard.CsiAddress;

    public Flag<string> KubeletRegistrationPath { get; }

    public Flag<string> PluginRegistrationPath { get; }

    public Flag<TimeSpan> Timeout { get; }

    public Flag<TimeSpan> ConnectionTimeout { get; }

    /// <summary>Nothing is to be done: what older releases checked in this mode no longer exists.</summary>
    public bool IsProbe => _mode.Value == ProbeMode;

    /// <summary>Where <c>/healthz</c> is served; empty for nowhere.</summary>
    public string HealthAddress => _healthPort.Value > 0 ? $":{_healthPort.Value}" : _standard.HttpEndpoint.Value;

    public FlagParse Parse(string[] args) => _flags.Parse(args);

    /// <summary>Where the registration socket of a driver is; the parts are joined as they are.</summary>
    public string SocketPathOf(string driver) => $"{PluginRegistrationPath.Value}/{driver}-reg.sock";

    /// <summary>Why nothing can be done without the path on the host, or null. Comes before the probe mode.</summary>
    public string? MissingPath() => KubeletRegistrationPath.Value.Length is 0 ? "kubelet-registration-path is a required parameter" : null;

    /// <summary>Flags that are accepted and change nothing, each as a sentence for the log.</summary>
    public IEnumerable<string> WithoutEffect()
    {
        if (ConnectionTimeout.Value != TimeSpan.Zero) yield return "--connection-timeout is deprecated and has no effect";
        foreach (var flag in _standard.WithoutEffect()) yield return flag;
    }

    /// <summary>Why the program cannot run with these flags, or null. Comes after the probe mode.</summary>
    public string? Problem() => _healthPort.Value > 0 && _standard.HttpEndpoint.Value.Length > 0
        ? "only one of --http-endpoint and --health-port can be set; name the port in --http-endpoint"
        : null;
}
