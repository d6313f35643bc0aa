using Sidecars.Csi;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ExternalAttacher;

/// <summary>What the driver said of itself at the start. It holds for the life of the process: a lost connection ends it.</summary>
/// <param name="Name">Name of the driver; attachments that name it are ours.</param>
/// <param name="Controller">What its controller service can do.</param>
internal sealed record DriverFacts(string Name, ControllerCapabilities Controller)
{
    /// <summary>Our mark on attachments and volumes.</summary>
    public string Finalizer { get; } = WellKnown.FinalizerOf(Name);

    /// <summary>Whether attaching means a call at all; otherwise every attachment is attached as soon as it is seen.</summary>
    public bool Publishes => Controller.Has(ControllerRpc.PublishUnpublishVolume);

    public bool PublishesReadOnly => Controller.Has(ControllerRpc.PublishReadonly);

    public bool HasSingleNodeMultiWriter => Controller.Has(ControllerRpc.SingleNodeMultiWriter);

    /// <summary>Whether the driver can be asked what is published where.</summary>
    public bool ListsPublished => Publishes && Controller.Has(ControllerRpc.ListVolumes) && Controller.Has(ControllerRpc.ListVolumesPublishedNodes);
}
