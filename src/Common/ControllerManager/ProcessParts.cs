using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Http;

namespace Sidecars.ControllerManager;

/// <summary>What a process has once, however many sidecars run in it.</summary>
internal sealed record ProcessParts
{
    public required ApiClient Api { get; init; }

    /// <summary>A lane of its own: events never wait for the work, or delay it.</summary>
    public required ApiClient EventApi { get; init; }

    /// <summary>Makes further clients, each with a rate of its own; whoever asks for one owns it.</summary>
    public required Func<RequestRate, ApiClient> NewClient { get; init; }

    public required MetricRegistry Metrics { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The clock of the events' lane.</summary>
    public required TimeProvider EventTime { get; init; }

    public required ILoggerFactory Loggers { get; init; }
}
