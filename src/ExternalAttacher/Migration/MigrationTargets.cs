namespace Sidecars.ExternalAttacher.Migration;

/// <summary>The drivers that have taken over the volumes of a plugin Kubernetes once had built in (attacher contract 11).</summary>
internal static class MigrationTargets
{
    public const string GcePersistentDisk = "pd.csi.storage.gke.io";

    private static readonly HashSet<string> s_drivers =
    [
        "ebs.csi.aws.com", GcePersistentDisk, "cinder.csi.openstack.org", "disk.csi.azure.com", "file.csi.azure.com",
        "csi.vsphere.vmware.com", "pxd.portworx.com",
    ];

    public static bool Contains(string driver) => s_drivers.Contains(driver);
}
