using Sidecars.Csi;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ExternalSnapshotter;

/// <summary>What the driver said of itself at the start. It holds for the life of the process: a lost connection ends it.</summary>
/// <param name="Name">Name of the driver; contents that name it are ours.</param>
/// <param name="Controller">What its controller service can do.</param>
internal sealed record DriverFacts(string Name, ControllerCapabilities Controller)
{
    /// <summary>Whether it takes snapshots at all.</summary>
    public bool TakesSnapshots => Controller.Has(ControllerRpc.CreateDeleteSnapshot);

    /// <summary>Whether it can be asked for a snapshot by its handle.</summary>
    public bool ListsSnapshots => Controller.Has(ControllerRpc.ListSnapshots);
}
