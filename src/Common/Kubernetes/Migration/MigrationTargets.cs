namespace Sidecars.Kubernetes.Migration;

/// <summary>The drivers that have taken over the volumes of a plugin Kubernetes once had built in (common contract 16).</summary>
public static class MigrationTargets
{
    internal const string GcePersistentDisk = "pd.csi.storage.gke.io";

    private static readonly HashSet<string> s_drivers =
    [
        "ebs.csi.aws.com", GcePersistentDisk, "cinder.csi.openstack.org", "disk.csi.azure.com", "file.csi.azure.com",
        "csi.vsphere.vmware.com", "pxd.portworx.com",
    ];

    /// <summary>Whether the driver has taken over a built-in plugin.</summary>
    public static bool Contains(string driver) => s_drivers.Contains(driver);
}
