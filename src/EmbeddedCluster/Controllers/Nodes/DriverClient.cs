using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Sidecars.Csi;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// A CSI driver as the kubelet sees it: a connection to its socket, its name, what it offers, and who this node is to it. It outlives
/// restarts of the driver; calls made meanwhile fail and are tried again by whoever made them.
/// </summary>
internal sealed class DriverClient : IDisposable
{
    // What a kubelet allows a driver for one call.
    private static readonly TimeSpan CallLimit = TimeSpan.FromMinutes(2);

    private readonly CsiConnection _connection;
    private readonly CsiCall _call;
    private readonly Action<string>? _onCall;

    private DriverClient(CsiConnection connection, TimeProvider time, Action<string>? onCall)
    {
        (_connection, _call, _onCall) = (connection, new CsiCall(time), onCall);
        Controller = new Controller.ControllerClient(connection.Invoker);
        Node = new Node.NodeClient(connection.Invoker);
    }

    public string Name { get; private set; } = "";

    public Controller.ControllerClient Controller { get; }

    public Node.NodeClient Node { get; }

    public NodeGetInfoResponse Info { get; private set; } = new();

    /// <summary>The driver has ControllerPublishVolume; without it attaching is a formality.</summary>
    public bool PublishesFromController { get; private set; }

    public bool PublishesReadOnly { get; private set; }

    public bool Stages { get; private set; }

    public bool HasSingleNodeMultiWriter { get; private set; }

    /// <summary>The driver grows what is on a volume that has grown.</summary>
    public bool ExpandsOnNode { get; private set; }

    /// <summary>Connects, and asks the driver for everything that stays the same while it runs; for its name only where nobody told it.</summary>
    /// <exception cref="CsiConnectionException">The driver cannot be reached.</exception>
    /// <exception cref="InvalidOperationException">It answered with an error; the message names the call.</exception>
    public static async Task<DriverClient> Connect(
        CsiAddress address, string? toldName, TimeProvider time, ILogger log, Action<string>? onCall, CancellationToken stop)
    {
        var options = new CsiConnectionOptions { Address = address, OnLoss = LossPolicy.Reconnect };
        var client = new DriverClient(await CsiConnection.ConnectAsync(options, log, time, stop), time, onCall);
        try
        {
            await client.GetAcquainted(toldName, stop);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public Task<CsiResult<TResponse>> Call<TRequest, TResponse>(
        string method, Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> call, TRequest request, CancellationToken stop)
        where TResponse : class
    {
        _onCall?.Invoke(method);
        return _call.InvokeAsync(call, request, CallLimit, stop);
    }

    public void Dispose() => _connection.Dispose();

    private async Task GetAcquainted(string? toldName, CancellationToken stop)
    {
        var identity = new Identity.IdentityClient(_connection.Invoker);
        Name = toldName ?? (await Ask("GetPluginInfo", identity.GetPluginInfoAsync, new GetPluginInfoRequest(), stop)).Name;
        if (Name.Length == 0) throw new InvalidOperationException("The driver answered GetPluginInfo without a name.");
        Info = await Ask("NodeGetInfo", Node.NodeGetInfoAsync, new NodeGetInfoRequest(), stop);
        if (Info.NodeId.Length == 0) throw new InvalidOperationException($"The driver {Name} answered NodeGetInfo without a node_id.");
        var node = await Ask("NodeGetCapabilities", Node.NodeGetCapabilitiesAsync, new NodeGetCapabilitiesRequest(), stop);
        Stages = Has(node, NodeServiceCapability.Types.RPC.Types.Type.StageUnstageVolume);
        HasSingleNodeMultiWriter = Has(node, NodeServiceCapability.Types.RPC.Types.Type.SingleNodeMultiWriter);
        ExpandsOnNode = Has(node, NodeServiceCapability.Types.RPC.Types.Type.ExpandVolume);
        var plugin = await Ask("GetPluginCapabilities", identity.GetPluginCapabilitiesAsync, new GetPluginCapabilitiesRequest(), stop);
        if (!plugin.Capabilities.Any(c => c.Service?.Type == PluginCapability.Types.Service.Types.Type.ControllerService)) return;
        var controller = await Ask(
            "ControllerGetCapabilities", Controller.ControllerGetCapabilitiesAsync, new ControllerGetCapabilitiesRequest(), stop);
        PublishesFromController = Has(controller, ControllerServiceCapability.Types.RPC.Types.Type.PublishUnpublishVolume);
        PublishesReadOnly = Has(controller, ControllerServiceCapability.Types.RPC.Types.Type.PublishReadonly);
    }

    private async Task<TResponse> Ask<TRequest, TResponse>(
        string method, Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> call, TRequest request, CancellationToken stop)
        where TResponse : class
    {
        var answer = await Call(method, call, request, stop);
        return answer.Response ?? throw new InvalidOperationException($"The driver answered {method} with {answer.Error}.");
    }

    private static bool Has(ControllerGetCapabilitiesResponse response, ControllerServiceCapability.Types.RPC.Types.Type type) =>
        response.Capabilities.Any(capability => capability.Rpc?.Type == type);

    private static bool Has(NodeGetCapabilitiesResponse response, NodeServiceCapability.Types.RPC.Types.Type type) =>
        response.Capabilities.Any(capability => capability.Rpc?.Type == type);
}
