using Sidecars.Csi;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// The controllers of a cluster that a volume's life needs: binding, protection, attaching, scheduling, the nodes' kubelets, those that make pods of
/// workloads, and the one that takes away what belonged to objects that are gone. They work on the cluster's objects in process and follow its
/// changes; nothing polls. Disposing stops them and leaves the objects as they are.
/// </summary>
public sealed class ClusterControllers : IAsyncDisposable
{
    private readonly List<ControllerLoop> _loops = [];
    private readonly List<Node> _nodes = [];

    private ClusterControllers(Storage storage, ControllerOptions options)
    {
        var context = new ControllerContext(storage, options.Time, options.Log);
        _loops.AddRange(VolumeBinder.Start(context));
        _loops.AddRange(InUseProtection.Start(context));
        _loops.Add(EphemeralClaims.Start(context));
        _loops.Add(AttachDetach.Start(context));
        _loops.Add(Scheduler.Start(context));
        _loops.AddRange(WorkloadControllers.Start(context));
        _loops.Add(GarbageCollector.Start(context));
        foreach (var node in options.Nodes)
        {
            var drivers = new DriverClients();
            _nodes.Add(new Node(node.Name, drivers, Kubelet.Start(context, node, drivers, options.OnCsiCall)));
        }

        if (options.AttachesVolumes) _loops.Add(EmbeddedAttacher.Start(context, [.. _nodes.Select(node => node.Drivers)]));
    }

    /// <summary>Starts the controllers on the objects of a cluster; they see what is there and what comes.</summary>
    public static ClusterControllers Start(Storage storage, ControllerOptions options) => new(storage, options);

    /// <summary>
    /// Registers the CSI driver that listens at an address with a node, the first one where none is named, and returns the driver's name. From
    /// then on its volumes can be mounted there. Registering it again replaces the connection.
    /// </summary>
    /// <exception cref="CsiConnectionException">Nobody answers at the address.</exception>
    /// <exception cref="InvalidOperationException">
    /// The cluster has no such node, the driver refused to say who it is, or what it says contradicts the node's labels.
    /// </exception>
    public Task<string> RegisterDriver(CsiAddress address, CancellationToken stop, string? nodeName = null) =>
        KubeletOf(nodeName).Register(address, null, stop);

    /// <summary>
    /// The name of the driver that was registered first with the node, by call or by its socket in <see cref="NodeOptions.PluginRegistry"/>, as
    /// soon as there is one.
    /// </summary>
    /// <exception cref="InvalidOperationException">The cluster has no such node.</exception>
    public Task<string> FirstDriverOf(string nodeName) => KubeletOf(nodeName).FirstDriver;

    /// <summary>Takes a driver's registrations back at all nodes.</summary>
    public void UnregisterDriver(string name)
    {
        foreach (var node in _nodes) node.Kubelet.Unregister(name);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops) await loop.DisposeAsync();
        foreach (var node in _nodes)
        {
            await node.Kubelet.DisposeAsync();
            node.Drivers.Dispose();
        }
    }

    private Kubelet KubeletOf(string? nodeName) =>
        _nodes.Find(node => nodeName is null || node.Name == nodeName)?.Kubelet
        ?? throw new InvalidOperationException($"The cluster has no node {nodeName}; name it in ControllerOptions.Nodes.");

    private sealed record Node(string Name, DriverClients Drivers, Kubelet Kubelet);
}
