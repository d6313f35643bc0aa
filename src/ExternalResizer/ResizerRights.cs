using Sidecars.Csi;
using Sidecars.Kubernetes.Rights;
using ControllerRpc = Csi.V1.ControllerServiceCapability.Types.RPC.Types.Type;

namespace Sidecars.ExternalResizer;

/// <summary>What csi-resizer needs to be allowed (charts contract 3.4).</summary>
internal static class ResizerRights
{
    private const string Growth = "growth of volumes";
    private const string Modification = "change of attributes classes";

    /// <param name="options">What is asked of us.</param>
    /// <param name="driver">What the driver's controller can do.</param>
    /// <param name="expands">Whether its volumes grow, by the controller or by their nodes.</param>
    public static IEnumerable<RequiredRight> Of(ResizerOptions options, ControllerCapabilities driver, bool expands = true)
    {
        var feature = expands ? Growth : Modification;
        yield return new(feature, "", "persistentvolumes", [.. RequiredRight.Reading, "patch"]);
        yield return new(feature, "", "persistentvolumeclaims", RequiredRight.Reading);
        yield return new(feature, "", "persistentvolumeclaims/status", "patch");
        yield return SharedRights.Events;
        // Asked for once a driver refuses to grow a volume that is in use; until then nobody misses it.
        if (options.HandlesInUse && driver.Has(ControllerRpc.ExpandVolume)) yield return new("knowledge of who uses a volume that cannot grow in use", "", "pods", RequiredRight.Reading);
        if (options.Modifies && driver.Has(ControllerRpc.ModifyVolume)) yield return new(Modification, "storage.k8s.io", "volumeattributesclasses", RequiredRight.Reading);
    }
}
