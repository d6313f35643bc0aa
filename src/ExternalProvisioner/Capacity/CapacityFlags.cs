using Sidecars.ControllerManager;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;
using Sidecars.Kubernetes.Http;

namespace Sidecars.ExternalProvisioner.Capacity;

/// <summary>The flags of publishing capacity. All but the first count only with it.</summary>
internal sealed class CapacityFlags(FlagSet flags)
{
    private readonly Flag<bool> _isEnabled = flags.Bool("enable-capacity", false, "Publish CSIStorageCapacity objects.");
    private readonly Flag<uint> _threads = flags.Uint("capacity-threads", 1, "Workers of the capacity controller.");
    private readonly Flag<TimeSpan> _pollInterval = flags.Duration("capacity-poll-interval", TimeSpan.FromMinutes(1), "Period in which the driver is asked for its capacity.");
    private readonly Flag<bool> _immediate = flags.Bool("capacity-for-immediate-binding", false, "Publish capacity of classes with immediate binding too.");
    private readonly Flag<int> _ownerLevel = flags.Int("capacity-ownerref-level", 1, "Which owner of the pod owns the capacity objects: -1 none, 0 the pod, 1 its controller.");
    private readonly Flag<double> _qps = flags.Float("kube-api-capacity-qps", 1, "Requests per second for capacity objects.");
    private readonly Flag<int> _burst = flags.Int("kube-api-capacity-burst", 5, "Requests for capacity objects that may exceed the rate for a moment.");

    /// <summary>Why capacity cannot be published with these flags, or null; what the original checks by idling or spinning is checked here.</summary>
    public FlagProblem? Problem()
    {
        if (!_isEnabled.Value) return null;
        if (_threads.Value is 0 or > int.MaxValue) return FlagProblem.Of("--capacity-threads must be at least 1");
        if (_pollInterval.Value <= TimeSpan.Zero) return FlagProblem.Of("--capacity-poll-interval must be greater than zero");
        if (double.IsNaN(_qps.Value)) return FlagProblem.Of("--kube-api-capacity-qps must be a number, it is NaN", ExitCode.Fatal);
        return _qps.Value > 0 && _burst.Value <= 0
            ? FlagProblem.Of($"--kube-api-capacity-burst must be greater than zero when --kube-api-capacity-qps is, it is {_burst.Value}", ExitCode.Fatal)
            : null;
    }

    public CapacityOptions Options() => new()
    {
        IsEnabled = _isEnabled.Value,
        Threads = (int)Math.Min(_threads.Value, int.MaxValue),
        PollInterval = _pollInterval.Value,
        CoversImmediateBinding = _immediate.Value,
        OwnerLevel = _ownerLevel.Value,
        Rate = new RequestRate(_qps.Value, _burst.Value),
        Namespace = Environment.GetEnvironmentVariable("NAMESPACE") ?? "",
        PodName = Environment.GetEnvironmentVariable("POD_NAME") ?? "",
    };
}
