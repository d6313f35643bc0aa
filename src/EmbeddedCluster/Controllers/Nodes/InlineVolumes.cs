using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// The CSI volumes that stand in a pod itself: a driver makes them when they are published and drops them when they are taken away. Here each looks like
/// a PersistentVolume that nobody stored, so that it goes the way of all others, but for attaching and staging.
/// </summary>
internal static class InlineVolumes
{
    public static IEnumerable<Volume> Of(Storage storage, StoredObject pod) => pod.ToJson().Array("spec", "volumes").Objects()
        .Where(volume => volume.Object("csi") is not null).Select(volume => Compose(storage, pod, volume.Text("name") ?? "", volume.Object("csi")!));

    /// <summary>Why the driver's volumes cannot stand in a pod, in the words of a kubelet; null where they can.</summary>
    public static string? WhyNot(Storage storage, string driver)
    {
        var modes = storage.Get("csidrivers", null, driver).Object?.Root.Texts("spec", "volumeLifecycleModes").ToList() ?? ["Persistent"];
        return modes.Contains("Ephemeral")
            ? null
            : $"volume mode \"Ephemeral\" not supported by driver {driver} (only supports [{string.Join(' ', modes.Select(mode => $"\"{mode}\""))}])";
    }

    private static Volume Compose(Storage storage, StoredObject pod, string name, JsonObject source)
    {
        var csi = source.DeepClone().AsObject();
        csi["volumeHandle"] = "csi-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pod.Uid + name)));
        if (csi.Object("nodePublishSecretRef") is { } secret) secret["namespace"] = pod.Namespace;
        return new Volume(storage.Objects.Imagine(storage.Find("persistentvolumes")!, new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PersistentVolume",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["accessModes"] = new JsonArray("ReadWriteOnce"), ["csi"] = csi },
        }, storage.Version));
    }
}
