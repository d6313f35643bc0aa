namespace Sidecars.Kubernetes.Http;

/// <summary>How a client presents itself and how fast it may go.</summary>
public sealed record ApiClientOptions
{
    /// <summary>Sent with every request; <c>name/version (os/arch)</c>.</summary>
    public required string UserAgent { get; init; }

    /// <summary>Token bucket; null goes as fast as the server lets us.</summary>
    public RequestThrottle? Throttle { get; init; }

    /// <summary>
    /// Limit of every request that is not a watch: the original may hang until the connection dies (common contract 8.2). A list, which
    /// takes as long as it takes, may not be silent for longer.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a write that is under way when its sender is to stop may take from then on: a container runtime waits 30 seconds before it kills.</summary>
    public TimeSpan TimeToEnd { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How the connections are kept.</summary>
    public ConnectionOptions Connections { get; init; } = ConnectionOptions.OfEnvironment;

    /// <summary>
    /// Whether lists are asked for packed; null does so where the way is long: not on this machine, where packing costs both sides more than
    /// the bytes, and not where the kubeconfig says <c>disable-compression</c>.
    /// </summary>
    public bool? PacksLists { get; init; }

    /// <summary>
    /// The token bucket of <c>--kube-api-qps</c> and <c>--kube-api-burst</c>: none unless one of the two was named; a negative
    /// or infinite rate is no limit, 0 stands for the default rate, with the default burst where none is named.
    /// </summary>
    public static RequestThrottle? ThrottleOf(double qps, int burst, bool isExplicit, TimeProvider time)
    {
        const double defaultRate = 5;
        const int defaultBurst = 10;
        if (!isExplicit || qps < 0 || double.IsPositiveInfinity(qps)) return null;
        return qps is 0 ? new RequestThrottle(defaultRate, burst > 0 ? burst : defaultBurst, time) : new RequestThrottle(qps, burst, time);
    }
}
