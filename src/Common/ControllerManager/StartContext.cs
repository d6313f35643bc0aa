using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Http;

namespace Sidecars.ControllerManager;

/// <summary>
/// What a sidecar finds out with whether it can work (<see cref="Sidecar.Check"/>). There is nothing to watch yet: this process may not be the
/// one that will work.
/// </summary>
public sealed class StartContext
{
    private readonly Func<RequestRate, ApiClient> _newClient;

    internal StartContext(ConnectedDriver? driver, Func<RequestRate, ApiClient> newClient, TimeProvider time, ILoggerFactory loggers) =>
        (Driver, _newClient, Time, Loggers) = (driver, newClient, time, loggers);

    /// <summary>The driver; null where the description asks for none.</summary>
    public ConnectedDriver? Driver { get; }

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Logs.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>A client of that rate, which the sidecar disposes of.</summary>
    public ApiClient NewClient(RequestRate rate) => _newClient(rate);
}
