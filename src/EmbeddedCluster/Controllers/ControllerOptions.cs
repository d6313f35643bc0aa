using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Which controllers run in an embedded cluster. By default those that need no driver, and no nodes.</summary>
public sealed record ControllerOptions
{
    /// <summary>The clock of retries and timestamps.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the controllers log.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>The nodes, each with its kubelet; without any, pods wait for ever.</summary>
    public IReadOnlyList<NodeOptions> Nodes { get; init; } = [];

    /// <summary>Attaches volumes of the registered drivers itself. Off where an attacher runs beside the driver.</summary>
    public bool AttachesVolumes { get; init; }

    /// <summary>Told the method of each CSI call the controllers make; for displays and statistics.</summary>
    public Action<string>? OnCsiCall { get; init; }
}
