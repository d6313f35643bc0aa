using Microsoft.Extensions.Logging;
using Sidecars.Csi;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// The kubelet of one node, as far as volumes need one: it registers drivers, keeps the node's objects, and gives pods their
/// volumes. Drivers are registered by their sockets in the registry directory, or by call.
/// </summary>
internal sealed partial class Kubelet : IAsyncDisposable
{
    private readonly ControllerContext _context;
    private readonly DriverClients _drivers;
    private readonly Action<string>? _onCall;
    private readonly CsiNodeKeeper _csiNode;
    private readonly ControllerLoop _loop;
    private readonly PluginWatcher _plugins;
    private readonly TaskCompletionSource<string> _firstDriver = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Kubelet(ControllerContext context, NodeOptions options, DriverClients drivers, Action<string>? onCall)
    {
        (_context, _drivers, _onCall) = (context, drivers, onCall);
        var node = new NodeObjects(context, options.Name, options.Labels);
        node.Create();
        _csiNode = new CsiNodeKeeper(context, options.Name);
        var uses = new VolumeUse();
        var mounting = new VolumeMounting(context, options.Name, new MountPaths(options.Directory), drivers, uses);
        var pods = new PodRunner(context, options.Name, mounting, new NodeExpansion(context, mounting, drivers, uses), uses, node);
        _loop = new ControllerLoop("kubelet", context, pods.Reconcile)
            .On("pods", change => PodVolumes.NodeName(change.Object) == options.Name ? [ObjectKey.Of(change.Object)] : [])
            .On("persistentvolumeclaims", change => PodsUsing(change.Object))
            .On("configmaps", change => PodsNaming(change))
            .On("secrets", change => PodsNaming(change))
            .On("volumeattachments", change => change.Object.Root.Text("spec", "nodeName") == options.Name ? PodsOf(options.Name) : []);
        drivers.Changed += () =>
        {
            foreach (var pod in PodsOf(options.Name)) _loop.Add(pod);
        };
        _plugins = new PluginWatcher(options.PluginRegistry, this, context);
    }

    public static Kubelet Start(ControllerContext context, NodeOptions options, DriverClients drivers, Action<string>? onCall) =>
        new(context, options, drivers, onCall);

    /// <summary>Completes with the name of the driver that is registered first.</summary>
    public Task<string> FirstDriver => _firstDriver.Task;

    /// <summary>
    /// Registers the driver listening at the address and returns its name: the one its registrar told, whatever it calls itself, or else what it
    /// says. A driver registered before is replaced.
    /// </summary>
    /// <exception cref="CsiConnectionException">Nobody answers there.</exception>
    /// <exception cref="InvalidOperationException">What it says of its node cannot be, or contradicts the node's labels.</exception>
    public async Task<string> Register(CsiAddress address, string? toldName, CancellationToken stop)
    {
        var client = await DriverClient.Connect(address, toldName, _context.Time, _context.Log, _onCall, stop);
        try
        {
            _csiNode.Register(client);
        }
        catch
        {
            client.Dispose();
            throw;
        }

        _drivers.Add(client);
        Log.Registered(_context.Log, client.Name, address.Text, client.Info.NodeId);
        _firstDriver.TrySetResult(client.Name);
        return client.Name;
    }

    /// <summary>Takes a driver's registration back; pods that have its volumes keep them.</summary>
    public void Unregister(string driver)
    {
        if (_drivers.Remove(driver)) _csiNode.Unregister(driver);
    }

    public async ValueTask DisposeAsync()
    {
        await _plugins.DisposeAsync();
        await _loop.DisposeAsync();
    }

    private IEnumerable<string> PodsUsing(StoredObject claim) => _context.Storage.List("pods", claim.Namespace).Items
        .Where(pod => PodVolumes.ClaimNames(pod).Contains(claim.Name)).Select(ObjectKey.Of);

    // One that has come, or got what was missing; pods that run know nothing of it.
    private IEnumerable<string> PodsNaming(WatchEvent change) => change.Type == WatchEventType.Deleted ? [] : _context.Storage
        .List("pods", change.Object.Namespace).Items
        .Where(pod => pod.Root.Text("status", "phase") == "Pending" && PodFiles.Names(pod, change.Object)).Select(ObjectKey.Of);

    private IEnumerable<string> PodsOf(string node) => _context.Storage.List("pods").Items
        .Where(pod => PodVolumes.NodeName(pod) == node).Select(ObjectKey.Of);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Registered CSI driver {Driver} at {Address}, node id {NodeId}")]
        public static partial void Registered(ILogger logger, string driver, string address, string nodeId);
    }
}
