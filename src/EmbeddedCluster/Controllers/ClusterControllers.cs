using Sidecars.Csi;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// The controllers of a cluster that a volume's life needs: binding, protection, attaching, scheduling, and a node's kubelet. They work
/// on the cluster's objects in process and follow its changes; nothing polls. Disposing stops them and leaves the objects as they are.
/// </summary>
public sealed class ClusterControllers : IAsyncDisposable
{
    private readonly List<ControllerLoop> _loops = [];
    private readonly DriverClients _drivers = new();
    private readonly Kubelet? _kubelet;

    private ClusterControllers(Storage storage, ControllerOptions options)
    {
        var context = new ControllerContext(storage, options.Time, options.Log);
        _loops.AddRange(VolumeBinder.Start(context));
        _loops.AddRange(InUseProtection.Start(context));
        _loops.Add(AttachDetach.Start(context));
        _loops.Add(Scheduler.Start(context));
        if (options.AttachesVolumes) _loops.Add(EmbeddedAttacher.Start(context, _drivers));
        if (options.Node is { } node) _kubelet = Kubelet.Start(context, node, _drivers, options.OnCsiCall);
    }

    /// <summary>Starts the controllers on the objects of a cluster; they see what is there and what comes.</summary>
    public static ClusterControllers Start(Storage storage, ControllerOptions options) => new(storage, options);

    /// <summary>
    /// Registers the CSI driver that listens at an address with the node, and returns its name. From then on its volumes can be
    /// mounted. Registering it again replaces the connection.
    /// </summary>
    /// <exception cref="CsiConnectionException">Nobody answers at the address.</exception>
    /// <exception cref="InvalidOperationException">The cluster has no node, or the driver refused to say who it is.</exception>
    public Task<string> RegisterDriver(CsiAddress address, CancellationToken stop) => _kubelet is not null
        ? _kubelet.Register(address, null, stop)
        : throw new InvalidOperationException("The cluster has no node to register a driver with; set ControllerOptions.Node.");

    /// <summary>
    /// The name of the driver that was registered first, by call or by its socket in <see cref="NodeOptions.PluginRegistry"/>, as soon as
    /// there is one.
    /// </summary>
    /// <exception cref="InvalidOperationException">The cluster has no node.</exception>
    public Task<string> FirstDriver => _kubelet?.FirstDriver
        ?? throw new InvalidOperationException("The cluster has no node to register a driver with; set ControllerOptions.Node.");

    /// <summary>Takes a driver's registration back.</summary>
    public void UnregisterDriver(string name) => _kubelet?.Unregister(name);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops) await loop.DisposeAsync();
        if (_kubelet is not null) await _kubelet.DisposeAsync();
        _drivers.Dispose();
    }
}
