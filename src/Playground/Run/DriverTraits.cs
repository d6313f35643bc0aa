using Csi.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Csi;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;
using NodeRpc = Csi.V1.NodeServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.Playground;

/// <summary>What somebody else's driver says it can do, asked before the sidecars are started that end where it cannot.</summary>
internal static class DriverTraits
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <summary>Its abilities, as its controller and its node service name them.</summary>
    /// <exception cref="StepFailed">It does not say.</exception>
    public static async Task<IReadOnlySet<DriverAbility>> Ask(string socket, CancellationToken stop)
    {
        var address = CsiAddress.Parse(socket, out var error) ?? throw new StepFailed(error!);
        var (connection, failure) = await CsiConnection.TryConnectAsync(
            new CsiConnectionOptions { Address = address }, NullLogger.Instance, TimeProvider.System, stop);
        using var opened = connection ?? throw new StepFailed(failure!);
        var calls = new CsiCall(TimeProvider.System);
        var controller = new ControllerCapabilities(Need(
            await new DriverIdentity(opened.Invoker, calls, s_limit).ControllerCapabilitiesAsync(stop), socket, "controller can do (ControllerGetCapabilities)"));
        var node = Need(
            await calls.InvokeAsync(new Node.NodeClient(opened.Invoker).NodeGetCapabilitiesAsync, new NodeGetCapabilitiesRequest(), s_limit, stop),
            socket, "nodes can do (NodeGetCapabilities)");
        var abilities = new HashSet<DriverAbility>();
        if (controller.Has(ControllerRpc.CreateDeleteSnapshot)) abilities.Add(DriverAbility.Snapshots);
        if (controller.Has(ControllerRpc.ExpandVolume) || controller.Has(ControllerRpc.ModifyVolume)
            || node.Capabilities.Any(capability => capability.Rpc?.Type is NodeRpc.ExpandVolume)) abilities.Add(DriverAbility.Resizing);
        return abilities;
    }

    private static T Need<T>(CsiResult<T> answer, string socket, string what) where T : class => answer.IsOk
        ? answer.Response
        : throw new StepFailed($"Asking the driver at {socket} what its {what} failed: {answer.Error.Text}");
}
