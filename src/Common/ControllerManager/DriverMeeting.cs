using Microsoft.Extensions.Logging;
using Sidecars.Csi;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Migration;

namespace Sidecars.ControllerManager;

/// <summary>
/// Meets the driver: connects, waits until it is ready, and asks who it is and what it can do (common contract 3). Calls are measured from
/// the first one on; those of before the name is known count for an unknown driver.
/// </summary>
/// <param name="csiAddress">Where it is.</param>
/// <param name="questions">What it is asked.</param>
/// <param name="asksNameFirst">Whether it is asked who it is before it is ready, so that somebody can be told of the waiting.</param>
/// <param name="loggers">Where progress is told.</param>
/// <param name="time">Clock.</param>
internal sealed partial class DriverMeeting(
    string csiAddress, DriverQuestions questions, bool asksNameFirst, ILoggerFactory loggers, TimeProvider time)
{
    private readonly DriverStart _start = new(csiAddress, questions.ToLimits(), loggers, time);
    private readonly ILogger _log = loggers.CreateLogger<DriverMeeting>();

    /// <summary>Where the calls are measured.</summary>
    public MetricRegistry Metrics { get; private set; } = new();

    /// <summary>
    /// Connects and asks for the name. For a driver that took over a built-in plugin the calls are measured with one more label, so it is
    /// connected to anew: a metric cannot change its labels (common contract 16).
    /// </summary>
    public async Task<(CsiConnection? Connection, string Name, DriverStartFailure? Failure)> Introduce(CancellationToken stop)
    {
        var metrics = new CsiCallMetrics(Metrics);
        var connected = await Connect(metrics, stop);
        if (!connected.IsOk) return (null, "", connected.Failure);
        var name = await _start.NameAsync(connected.Value, asksNameFirst, stop);
        if (!name.IsOk)
        {
            connected.Value.Dispose();
            return (null, "", name.Failure);
        }
        metrics.DriverName = name.Value;
        Log.Driver(_log, name.Value);
        if (!MigrationTargets.Contains(name.Value)) return (connected.Value, name.Value, null);

        Metrics = new MetricRegistry();
        var again = await Connect(new CsiCallMetrics(Metrics, isMigrationTarget: true) { DriverName = name.Value }, stop);
        connected.Value.Dispose();
        return (again.Value, name.Value, again.Failure);
    }

    /// <summary>Waits until it is ready, where it was asked for its name before that; null when it is.</summary>
    public async Task<DriverStartFailure?> UntilReady(CsiConnection connection, CancellationToken stop) =>
        asksNameFirst ? await _start.UntilReadyAsync(connection, stop) : null;

    /// <summary>Asks what it can do and, where that is wanted, on which node it runs.</summary>
    public async Task<(ConnectedDriver? Driver, DriverStartFailure? Failure)> Ask(CsiConnection connection, string name, CancellationToken stop)
    {
        var abilities = await _start.CapabilitiesAsync(connection, name, stop);
        if (!abilities.IsOk) return (null, abilities.Failure);
        var driver = new ConnectedDriver(name, abilities.Value.Plugin, abilities.Value.Controller, connection);
        if (questions.NodeLimit is null) return (driver, null);
        var node = await _start.NodeAsync(connection, name, stop);
        return node.IsOk ? (driver with { Node = node.Value }, null) : (null, node.Failure);
    }

    private async Task<DriverStartResult<CsiConnection>> Connect(CsiCallMetrics metrics, CancellationToken stop)
    {
        var connected = await _start.ConnectAsync(metrics, stop);
        if (asksNameFirst || !connected.IsOk || await _start.UntilReadyAsync(connected.Value, stop) is not { } notReady) return connected;
        connected.Value.Dispose();
        return notReady;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Detected CSI driver: {driver}")]
        public static partial void Driver(ILogger logger, string driver);
    }
}
