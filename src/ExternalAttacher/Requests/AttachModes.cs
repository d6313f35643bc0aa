using Sidecars.Csi;
using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.ExternalAttacher.Requests;

/// <summary>
/// The one access mode a volume is published with (attacher contract 8.2), and the originals' words for combinations that have
/// none: users read them in the events of their pods.
/// </summary>
internal static class AttachModes
{
    public static bool TryCombine(string[] modes, bool hasSingleNodeMultiWriter, out Mode mode, out string? error)
    {
        if (AccessModes.TryCombine(modes, hasSingleNodeMultiWriter, out mode, out error)) return true;
        if (modes.Contains("ReadWriteOncePod"))
            error = "Kubernetes does not support use of ReadWriteOncePod with other access modes on the same PersistentVolume";
        else if (modes.Contains("ReadOnlyMany"))
            error = "CSI does not support ReadOnlyMany and ReadWriteOnce on the same PersistentVolume";
        return false;
    }
}
