using Sidecars.Csi;
using Sidecars.Kubernetes.Objects;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ExternalProvisioner.Requests;

/// <summary>Whether the driver can do what a claim needs (provisioner contract 5.1, step 5). Null is yes.</summary>
internal static class CapabilityCheck
{
    public static string? Basic(PluginCapabilities plugin, ControllerCapabilities controller)
    {
        if (!plugin.HasControllerService)
            return "CSI driver does not support dynamic provisioning: plugin CONTROLLER_SERVICE capability is not reported";
        return controller.Has(ControllerRpc.CreateDeleteVolume) ? null : Missing("dynamic provisioning", "CREATE_DELETE_VOLUME");
    }

    public static string? ForClaim(ControllerCapabilities controller, DataSource? source, bool namesAttributesClass)
    {
        if (source?.Kind is SourceKinds.Snapshot && !controller.Has(ControllerRpc.CreateDeleteSnapshot)) return Missing("snapshot restore", "CREATE_DELETE_SNAPSHOT");
        if (source?.Kind is SourceKinds.Claim && !controller.Has(ControllerRpc.CloneVolume)) return Missing("clone operations", "CLONE_VOLUME");
        return namesAttributesClass && !controller.Has(ControllerRpc.ModifyVolume) ? Missing("VolumeAttributesClass", "MODIFY_VOLUME") : null;
    }

    private static string Missing(string what, string capability) =>
        $"CSI driver does not support {what}: controller {capability} capability is not reported";
}
