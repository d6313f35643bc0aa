using Csi.V1;
using Microsoft.Extensions.Logging;

namespace Sidecars.Csi;

/// <summary>
/// The first steps of a sidecar with its driver (common contract 3): connect and wait until the driver is ready, ask for its name,
/// ask what it can do. Every step ends in a value: what was learnt, or at which step it failed and why. It ends no process and
/// knows no exit code, because each program has its own for the same failure.
/// </summary>
/// <param name="csiAddress">The address as the user wrote it.</param>
/// <param name="limits">How long each call may take.</param>
/// <param name="loggers">Where progress is told.</param>
/// <param name="time">Clock.</param>
public sealed class DriverStart(string csiAddress, DriverStartLimits limits, ILoggerFactory loggers, TimeProvider time)
{
    private readonly CsiCall _calls = new(time);

    /// <summary>Opens a connection, which is then never dialled again.</summary>
    public async Task<DriverStartResult<CsiConnection>> ConnectAsync(CsiCallMetrics metrics, CancellationToken stop)
    {
        if (CsiAddress.Parse(csiAddress, out var addressError) is not { } address) return new DriverStartFailure(DriverStartStep.Address, addressError!);
        try
        {
            var options = new CsiConnectionOptions
            {
                Address = address,
                OnLoss = LossPolicy.Exit,
                Metrics = metrics,
                MaxLoggedResponseBytes = limits.LoggedResponseBytes,
            };
            return await CsiConnection.ConnectAsync(options, loggers.CreateLogger<CsiConnection>(), time, stop);
        }
        catch (CsiConnectionException e)
        {
            return new DriverStartFailure(DriverStartStep.Connection, e.Message);
        }
    }

    /// <summary>Waits for as long as the driver says that it is not ready; null when it is.</summary>
    public async Task<DriverStartFailure?> UntilReadyAsync(CsiConnection connection, CancellationToken stop)
    {
        var notReady = await Probe(connection).WaitUntilReadyAsync(limits.Probe, connection.Lost, stop);
        return notReady is null ? null : new DriverStartFailure(DriverStartStep.Probe, notReady.Text);
    }

    /// <summary>Asks for the driver's name, which is never empty.</summary>
    /// <param name="connection">Its connection.</param>
    /// <param name="isBeforeReady">Whether nobody waited yet until the driver is ready, so that it may not even listen.</param>
    /// <param name="stop">Ends the waiting.</param>
    public async Task<DriverStartResult<string>> NameAsync(CsiConnection connection, bool isBeforeReady, CancellationToken stop)
    {
        var identity = new DriverIdentity(connection.Invoker, _calls, limits.Name);
        var name = isBeforeReady
            ? await Probe(connection).AskAsync(() => identity.NameAsync(stop), connection.Lost, stop)
            : await identity.NameAsync(stop);
        if (name.IsOk) return name.Response;
        return new DriverStartFailure(DriverStartStep.Name, $"asking the driver at {csiAddress} for its name (GetPluginInfo): {name.Error.Text}");
    }

    /// <summary>
    /// Asks what the driver as a whole can do, and its controller: where it has one, or always, as the questions want it. Who is not asked has
    /// the empty set.
    /// </summary>
    public async Task<DriverStartResult<DriverCapabilities>> CapabilitiesAsync(CsiConnection connection, string driver, CancellationToken stop)
    {
        var questions = limits.Capabilities;
        var started = time.GetTimestamp();
        var services = default(PluginCapabilities);
        if (questions.AsksPlugin)
        {
            var plugin = await new DriverIdentity(connection.Invoker, _calls, questions.Limit).PluginCapabilitiesAsync(stop);
            if (!plugin.IsOk) return Failed("it", "GetPluginCapabilities", plugin.Error);
            services = new PluginCapabilities(plugin.Response);
            if (!services.HasControllerService && !questions.AlwaysAsksController) return new DriverCapabilities(services, default);
        }

        var left = questions.HasOneLimitForAll ? questions.Limit - time.GetElapsedTime(started) : questions.Limit;
        var controller = await new DriverIdentity(connection.Invoker, _calls, left).ControllerCapabilitiesAsync(stop);
        if (!controller.IsOk) return Failed("its controller", "ControllerGetCapabilities", controller.Error);
        return new DriverCapabilities(services, new ControllerCapabilities(controller.Response));

        DriverStartFailure Failed(string who, string method, CsiError error) =>
            new(DriverStartStep.Capabilities, $"asking driver {driver} what {who} can do ({method}): {error.Text}");
    }

    /// <summary>Asks on which node the driver runs, and where that stands.</summary>
    public async Task<DriverStartResult<NodeGetInfoResponse>> NodeAsync(CsiConnection connection, string driver, CancellationToken stop)
    {
        var node = await new DriverIdentity(connection.Invoker, _calls, limits.Node).NodeInfoAsync(stop);
        if (node.IsOk) return node.Response;
        return new DriverStartFailure(DriverStartStep.Node, $"asking driver {driver} where the node stands (NodeGetInfo): {node.Error.Text}");
    }

    private DriverProbe Probe(CsiConnection connection) => new(connection.Invoker, _calls, loggers.CreateLogger<DriverProbe>(), time);
}
