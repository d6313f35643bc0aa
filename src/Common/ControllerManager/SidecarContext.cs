using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;

namespace Sidecars.ControllerManager;

/// <summary>What the process lends a sidecar for one term of work. Nothing of it is the sidecar's to dispose of, but the clients it asks for.</summary>
public sealed class SidecarContext
{
    private readonly ConnectedDriver? _driver;
    private readonly Func<RequestRate, ApiClient> _newClient;

    internal SidecarContext(ConnectedDriver? driver, ProcessParts parts, EventRecorder events, SharedStores stores) =>
        (_driver, _newClient, Api, Metrics, Time, Loggers, Events, Stores) = (driver, parts.NewClient, parts.Api, parts.Metrics, parts.Time, parts.Loggers, events, stores);

    /// <summary>The driver. Throws <see cref="InvalidOperationException"/> where the description asks for none.</summary>
    public ConnectedDriver Driver => _driver ?? throw new InvalidOperationException("a sidecar without questions for a driver has none");

    /// <summary>Requests of the work itself; events have a client of their own.</summary>
    public ApiClient Api { get; }

    /// <summary>Tells users what happens to their objects, under the sidecar's component.</summary>
    public EventRecorder Events { get; }

    /// <summary>The process's metrics.</summary>
    public MetricRegistry Metrics { get; }

    /// <summary>What the process knows of the cluster.</summary>
    public SharedStores Stores { get; }

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Logs.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>
    /// A client with connections and a rate of its own, for work that must not hold up the rest or be held up by it. The sidecar disposes of it.
    /// </summary>
    public ApiClient NewClient(RequestRate rate) => _newClient(rate);
}
