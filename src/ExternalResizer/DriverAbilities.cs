using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Sidecars.ControllerManager;
using Sidecars.Csi;
using Sidecars.Hosting;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;
using NodeRpc = Csi.V1.NodeServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ExternalResizer;

/// <summary>
/// Finds out, before the process works, in which way volumes of the driver grow, and whether there is anything to do for it at all (resizer
/// contract 3.1). The node service is asked only where the controller does not expand; a driver that has none is one whose nodes do not expand either.
/// </summary>
internal sealed partial class DriverAbilities(ResizerOptions options)
{
    /// <summary>What was found out; null before <see cref="Check"/>.</summary>
    public DriverFacts? Facts { get; private set; }

    public async Task<StartProblem?> Check(StartContext context, CancellationToken stop)
    {
        var (driver, log) = (context.Driver!, context.Loggers.CreateLogger<DriverAbilities>());
        if (!driver.Plugin.HasControllerService)
        {
            return new StartProblem($"CSI driver does not support controller service: {driver.Name} does not name CONTROLLER_SERVICE in GetPluginCapabilities; "
                + "run this sidecar only beside a driver's controller");
        }
        var way = ExpansionWay.Controller;
        if (!driver.Controller.Has(ControllerRpc.ExpandVolume))
        {
            (way, var error) = await AskNode(driver, stop);
            if (error is not null) return new StartProblem($"asking driver {driver.Name} what its node service can do (NodeGetCapabilities): {error.Text}");
        }
        Facts = new DriverFacts(driver.Name, driver.Controller, way);
        if (way is ExpansionWay.NodesAlone) Log.NodesAlone(log, driver.Name);
        if (way is ExpansionWay.None) Log.NoExpansion(log, driver.Name);
        if (!Facts.Modifies) Log.NoModification(log, driver.Name);
        return Facts.Expands || Facts.Modifies
            ? null
            : new StartProblem($"driver {driver.Name} neither expands nor modifies volumes: it names neither EXPAND_VOLUME (controller or node) nor MODIFY_VOLUME; "
                + "run this sidecar only beside a driver that does", ExitCode.Fatal);
    }

    private async Task<(ExpansionWay Way, CsiError? Error)> AskNode(ConnectedDriver driver, CancellationToken stop)
    {
        var client = new Node.NodeClient(driver.Connection.Invoker);
        var answer = await new CsiCall(TimeProvider.System).InvokeAsync(client.NodeGetCapabilitiesAsync, new NodeGetCapabilitiesRequest(), options.Timeout, stop);
        if (!answer.IsOk) return (ExpansionWay.None, answer.Error.Code is StatusCode.Unimplemented ? null : answer.Error);
        return (answer.Response.Capabilities.Any(c => c.Rpc?.Type is NodeRpc.ExpandVolume) ? ExpansionWay.NodesAlone : ExpansionWay.None, null);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The driver's controller does not expand volumes, its nodes do: claims are handed on to them at once {driver}")]
        public static partial void NodesAlone(ILogger logger, string driver);

        [LoggerMessage(2, LogLevel.Information, "The driver does not support volume expansion, claims are not resized {driver}")]
        public static partial void NoExpansion(ILogger logger, string driver);

        [LoggerMessage(3, LogLevel.Information, "The driver does not support volume modification (MODIFY_VOLUME), changes of attributes classes are not worked on {driver}")]
        public static partial void NoModification(ILogger logger, string driver);
    }
}
