using System.Text;
using Csi.V1;
using Sidecars.Csi;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Turns what a PersistentVolume says into parts of CSI requests.</summary>
internal static class CsiVolumes
{
    /// <summary>The capability to ask for; null and a reason when the access modes have no translation.</summary>
    public static (VolumeCapability? Capability, string Error) Capability(Volume volume, DriverClient driver)
    {
        var modes = volume.Stored.Root.Texts("spec", "accessModes").ToList();
        if (!AccessModes.TryCombine(modes, driver.HasSingleNodeMultiWriter, out var mode, out var error)) return (null, error ?? "");
        return (VolumeCapabilities.Compose(
            volume.VolumeMode == "Block",
            volume.Stored.Root.Text("spec", "csi", "fsType"),
            volume.Stored.Root.Texts("spec", "mountOptions"),
            mode), "");
    }

    /// <summary>The secret a reference of the volume names; empty when it names none.</summary>
    /// <exception cref="InvalidOperationException">The secret does not exist.</exception>
    public static Dictionary<string, string> Secrets(Storage storage, Volume volume, string reference)
    {
        if (volume.Stored.Root.At("spec", "csi", reference) is not { } named) return [];
        var (ns, name) = (named.Text("namespace"), named.Text("name"));
        var secret = storage.Get("secrets", ns, name).Object
            ?? throw new InvalidOperationException($"The secret {ns}/{name}, {reference} of volume {volume.Stored.Name}, does not exist.");
        return secret.Root.Map("data").ToDictionary(
            pair => pair.Key, pair => Encoding.UTF8.GetString(Convert.FromBase64String(pair.Value)), StringComparer.Ordinal);
    }
}
