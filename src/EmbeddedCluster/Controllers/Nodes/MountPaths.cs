using System.Security.Cryptography;
using System.Text;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Where a kubelet has its volumes, below its root directory, in the layout of the real one.</summary>
internal sealed class MountPaths(string root)
{
    public string Staging(Volume volume) => volume.VolumeMode == "Block"
        ? Path.Combine(root, "plugins", "kubernetes.io", "csi", "volumeDevices", "staging", volume.Stored.Name)
        : Path.Combine(root, "plugins", "kubernetes.io", "csi", volume.Driver,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(volume.Handle))), "globalmount");

    public string Target(Volume volume, string podUid) => volume.VolumeMode == "Block"
        ? Path.Combine(root, "plugins", "kubernetes.io", "csi", "volumeDevices", "publish", volume.Stored.Name, podUid)
        : Path.Combine(root, "pods", podUid, "volumes", "kubernetes.io~csi", volume.Stored.Name, "mount");
}
