using Sidecars.Csi;
using Sidecars.Kubernetes.Migration;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ExternalResizer;

/// <summary>How volumes of a driver grow (resizer contract 3.1).</summary>
internal enum ExpansionWay
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>The controller service is asked, and says whether a node has something to do after it.</summary>
    Controller,

    /// <summary>Nodes alone do it: the controller is never asked.</summary>
    NodesAlone,
}

/// <summary>What the driver said of itself at the start. It holds for the life of the process: a lost connection ends it.</summary>
/// <param name="Name">Name of the driver; volumes that name it are ours.</param>
/// <param name="Controller">What its controller service can do.</param>
/// <param name="Way">How its volumes grow.</param>
internal sealed record DriverFacts(string Name, ControllerCapabilities Controller, ExpansionWay Way)
{
    public bool Expands => Way is not ExpansionWay.None;

    /// <summary>Whether its volumes can be given other attributes while they live.</summary>
    public bool Modifies => Controller.Has(ControllerRpc.ModifyVolume);

    public bool HasSingleNodeMultiWriter => Controller.Has(ControllerRpc.SingleNodeMultiWriter);

    /// <summary>Whether it took over a plugin that Kubernetes once had built in.</summary>
    public bool IsMigrationTarget { get; } = MigrationTargets.Contains(Name);
}
