using System.Security.Cryptography;
using System.Text;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>The names by which the attachment of one volume to one node is known.</summary>
internal static class AttachmentName
{
    /// <summary>The name of the VolumeAttachment: <c>csi-</c> and the SHA-256 of handle, driver and node in hex, as in a real cluster.</summary>
    public static string Of(string volumeHandle, string driver, string node) =>
        "csi-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(volumeHandle + driver + node)));

    /// <summary>The volume's name in the status of a node.</summary>
    public static string InNodeStatus(Volume volume) => $"kubernetes.io/csi/{volume.Driver}^{volume.Handle}";
}
