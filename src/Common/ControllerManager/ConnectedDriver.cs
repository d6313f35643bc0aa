using Csi.V1;
using Sidecars.Csi;

namespace Sidecars.ControllerManager;

/// <summary>
/// The driver of a process, as it introduced itself. All of it holds for the life of the process: a driver that goes away may come back as
/// another one, so its loss ends the process.
/// </summary>
/// <param name="Name">Its name, never empty.</param>
/// <param name="Plugin">What it can do as a whole.</param>
/// <param name="Controller">What its controller service can do; empty where nobody asked.</param>
/// <param name="Connection">The connection, owned by the process.</param>
/// <param name="Node">The node it runs on, and where that stands; null where nobody asked.</param>
public sealed record ConnectedDriver(
    string Name, PluginCapabilities Plugin, ControllerCapabilities Controller, CsiConnection Connection, NodeGetInfoResponse? Node = null);
