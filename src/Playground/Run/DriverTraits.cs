using Csi.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Csi;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;
using GroupRpc = Csi.V1.GroupControllerServiceCapability.Types.RPC.Types.Type;
using NodeRpc = Csi.V1.NodeServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.Playground;

/// <summary>What a driver says of itself, asked before the sidecars are started that end where it cannot do their work.</summary>
internal sealed record DriverTraits(string Name, IReadOnlySet<DriverAbility> Abilities)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <summary>Its name and its abilities, as its services tell them. A driver that is just starting is waited for.</summary>
    /// <exception cref="StepFailed">It is not there, or does not say.</exception>
    public static async Task<DriverTraits> Ask(string socket, TimeSpan startLimit, CancellationToken stop)
    {
        using var connection = await Connect(socket, startLimit, stop);
        var calls = new CsiCall(TimeProvider.System);
        var driver = new DriverIdentity(connection.Invoker, calls, s_limit);
        var name = Need(await driver.NameAsync(stop), "is called (GetPluginInfo)");
        var plugin = new PluginCapabilities(Need(await driver.PluginCapabilitiesAsync(stop), "can do (GetPluginCapabilities)"));
        var controller = new ControllerCapabilities(Need(await driver.ControllerCapabilitiesAsync(stop), "controller can do (ControllerGetCapabilities)"));
        var groups = plugin.HasGroupControllerService
            ? new GroupControllerCapabilities(Need(await driver.GroupControllerCapabilitiesAsync(stop), "groups can do (GroupControllerGetCapabilities)"))
            : default;
        var node = Need(
            await calls.InvokeAsync(new Node.NodeClient(connection.Invoker).NodeGetCapabilitiesAsync, new NodeGetCapabilitiesRequest(), s_limit, stop),
            "nodes can do (NodeGetCapabilities)");
        return new DriverTraits(name, Of(plugin, controller, groups, node.Capabilities.Any(capability => capability.Rpc?.Type is NodeRpc.ExpandVolume)));

        T Need<T>(CsiResult<T> answer, string what) where T : class => answer.IsOk
            ? answer.Response
            : throw new StepFailed($"Asking the driver at {socket} what its {what} failed: {answer.Error.Text}");
    }

    /// <summary>The abilities that follow from what a driver's services say.</summary>
    internal static IReadOnlySet<DriverAbility> Of(
        PluginCapabilities plugin, ControllerCapabilities controller, GroupControllerCapabilities groups, bool nodesExpand)
    {
        var abilities = new HashSet<DriverAbility>();
        Add(DriverAbility.Attach, controller.Has(ControllerRpc.PublishUnpublishVolume));
        Add(DriverAbility.Expand, controller.Has(ControllerRpc.ExpandVolume) || nodesExpand);
        Add(DriverAbility.Topology, plugin.HasTopology);
        Add(DriverAbility.Snapshot, controller.Has(ControllerRpc.CreateDeleteSnapshot));
        Add(DriverAbility.GroupSnapshot, groups.Has(GroupRpc.CreateDeleteGetVolumeGroupSnapshot));
        Add(DriverAbility.Clone, controller.Has(ControllerRpc.CloneVolume));
        Add(DriverAbility.Modify, controller.Has(ControllerRpc.ModifyVolume));
        Add(DriverAbility.Capacity, controller.Has(ControllerRpc.GetCapacity));
        return abilities;

        void Add(DriverAbility ability, bool has)
        {
            if (has) abilities.Add(ability);
        }
    }

    /// <summary>A connection to the driver, which may be just starting.</summary>
    /// <exception cref="StepFailed">It is not there.</exception>
    public static async Task<CsiConnection> Connect(string socket, TimeSpan startLimit, CancellationToken stop)
    {
        var address = CsiAddress.Parse(socket, out var error) ?? throw new StepFailed(error!);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limited.CancelAfter(startLimit);
        try
        {
            return await CsiConnection.ConnectAsync(new CsiConnectionOptions { Address = address }, NullLogger.Instance, TimeProvider.System, limited.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new StepFailed($"The CSI driver at {socket} did not answer within {startLimit.TotalSeconds:0} s. Is it running, and is that its socket?");
        }
    }
}
