namespace Sidecars.Kubernetes.Migration;

/// <summary>The drivers that have taken over the volumes of a plugin Kubernetes once had built in (common contract 16).</summary>
public static class MigrationTargets
{
    internal const string Ebs = "ebs.csi.aws.com";
    internal const string GcePersistentDisk = "pd.csi.storage.gke.io";
    internal const string Cinder = "cinder.csi.openstack.org";
    internal const string AzureDisk = "disk.csi.azure.com";
    internal const string AzureFile = "file.csi.azure.com";
    internal const string Vsphere = "csi.vsphere.vmware.com";
    internal const string Portworx = "pxd.portworx.com";

    /// <summary>What the names of all built-in plugins begin with, and those of drivers do not.</summary>
    private const string BuiltIn = "kubernetes.io/";

    private static readonly Dictionary<string, string> s_plugins = new(StringComparer.Ordinal)
    {
        [Ebs] = BuiltIn + "aws-ebs",
        [GcePersistentDisk] = BuiltIn + "gce-pd",
        [Cinder] = BuiltIn + "cinder",
        [AzureDisk] = BuiltIn + "azure-disk",
        [AzureFile] = BuiltIn + "azure-file",
        [Vsphere] = BuiltIn + "vsphere-volume",
        [Portworx] = BuiltIn + "portworx-volume",
    };

    /// <summary>Whether the driver has taken over a built-in plugin.</summary>
    public static bool Contains(string driver) => s_plugins.ContainsKey(driver);

    /// <summary>Whether the name is that of the built-in plugin the driver has taken over; cheap for every other name.</summary>
    public static bool IsPluginOf(string? name, string driver) =>
        name is not null && name.StartsWith(BuiltIn, StringComparison.Ordinal) && s_plugins.TryGetValue(driver, out var plugin) && plugin == name;

    /// <summary>Name of the driver that has taken over the plugin, or null.</summary>
    internal static string? DriverOf(string? plugin) => s_plugins.FirstOrDefault(pair => pair.Value == plugin).Key;

    /// <summary>Name of the plugin the driver has taken over; only for one that <see cref="Contains"/>.</summary>
    internal static string PluginOf(string driver) => s_plugins[driver];
}
