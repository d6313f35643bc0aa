using Sidecars.Csi;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ExternalProvisioner;

/// <summary>
/// What the driver said of itself at the start. It holds for the life of the process: a lost connection ends it.
/// </summary>
/// <param name="Name">Name of the driver, which is the name of the provisioner.</param>
/// <param name="Plugin">What the plugin as a whole can do.</param>
/// <param name="Controller">What its controller service can do.</param>
/// <param name="Identity">Which process made a volume; new at every start.</param>
internal sealed record DriverFacts(string Name, PluginCapabilities Plugin, ControllerCapabilities Controller, string Identity)
{
    public bool Attaches => Controller.Has(ControllerRpc.PublishUnpublishVolume);

    public bool HasSingleNodeMultiWriter => Controller.Has(ControllerRpc.SingleNodeMultiWriter);
}
