using Sidecars.ControllerManager;
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
    /// <summary>Of a driver that introduced itself, for a node where it serves one; a new identity with each call.</summary>
    public static DriverFacts Of(ConnectedDriver driver, TimeProvider time, string? node = null)
    {
        const int identities = 10_000; // a number from 0 to 9999, as in the identities of the original
        var own = $"{time.GetUtcNow().ToUnixTimeMilliseconds()}-{Random.Shared.Next(identities)}-{driver.Name}";
        return new DriverFacts(driver.Name, driver.Plugin, driver.Controller, node is null ? own : $"{own}-{node}");
    }

    public bool Attaches => Controller.Has(ControllerRpc.PublishUnpublishVolume);

    public bool TakesSnapshots => Controller.Has(ControllerRpc.CreateDeleteSnapshot);

    public bool HasSingleNodeMultiWriter => Controller.Has(ControllerRpc.SingleNodeMultiWriter);
}
