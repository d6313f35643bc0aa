using Sidecars.ExternalProvisioner.Requests;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ExternalProvisioner.Shortfalls;

/// <summary>What a driver does not announce, or announces against the flags. Claims that ask for it are refused one by one (provisioner contract 5.1, step 5).</summary>
internal static class DriverShortfalls
{
    public static IEnumerable<Shortfall> Of(DriverFacts driver, ProvisionerOptions options)
    {
        if (CapabilityCheck.Basic(driver.Plugin, driver.Controller) is { } nothing)
        {
            yield return new("No volumes at all", $"{nothing}; let the driver announce it, or run no csi-provisioner beside it", IsMeant: false);
            yield break;
        }
        if (!driver.TakesSnapshots) yield return Lacks("No volumes from snapshots", "CREATE_DELETE_SNAPSHOT");
        if (!driver.Controller.Has(ControllerRpc.CloneVolume)) yield return Lacks("No clones", "CLONE_VOLUME");
        if (options.AttributesClasses is not AttributesClassUse.Never && !driver.Controller.Has(ControllerRpc.ModifyVolume))
            yield return Lacks("No volumes of attributes classes", "MODIFY_VOLUME") with { IsMeant = options.AttributesClasses is not AttributesClassUse.Always };
        if (driver.Plugin.HasTopology && !options.UsesTopology)
        {
            yield return new("No choice of place", "the driver announces VOLUME_ACCESSIBILITY_CONSTRAINTS, and the gate Topology is off: a volume may be made where its pod"
                + " cannot reach it; take --feature-gates=Topology=false away", IsMeant: false);
        }
    }

    private static Shortfall Lacks(string what, string capability) => new(what, $"the driver does not announce {capability}", IsMeant: true);
}
