using System.Globalization;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Migration;

/// <summary>
/// Makes a volume of a CSI driver one of the built-in plugin the driver took over (provisioner contract 11): what is made for a class of the plugin
/// stays usable by all that know the plugin only. The opposite is <see cref="InTreeTranslation"/>.
/// </summary>
public static class BackTranslation
{
    private const string Partition = "partition";

    private static readonly Dictionary<string, InTreeTopology> s_topologies = new(StringComparer.Ordinal)
    {
        [MigrationTargets.Ebs] = new(TopologyKeys.EbsZone) { RegionOf = Regions.OfAws },
        [MigrationTargets.GcePersistentDisk] = new(TopologyKeys.GceZone) { RegionOf = Regions.OfGce },
        [MigrationTargets.Cinder] = new(TopologyKeys.CinderZone),
        [MigrationTargets.Vsphere] = new(TopologyKeys.VsphereZone) { RegionKey = TopologyKeys.VsphereRegion, LabelsFirstOnly = true },
    };

    /// <summary>
    /// Rewrites the volume, which nobody else may have yet: its source, and the places it names. Null is success; otherwise it says what stands in the
    /// way, and the volume is of no use.
    /// </summary>
    public static string? Rewrite(PersistentVolume volume)
    {
        if (volume.Spec.Csi is not { Driver: { } driver, VolumeHandle: { } handle } csi) return "it has no CSI source";
        var error = driver switch
        {
            MigrationTargets.Ebs => ToEbs(volume, csi, handle),
            MigrationTargets.GcePersistentDisk => ToGceDisk(volume, csi, handle),
            MigrationTargets.Cinder => To(() => volume.Spec.Cinder = new(handle, csi.FsType, csi.ReadOnly)),
            MigrationTargets.AzureDisk => AzureBackTranslation.ToDisk(volume, csi, handle),
            MigrationTargets.AzureFile => AzureBackTranslation.ToFile(volume, csi, handle),
            MigrationTargets.Vsphere => ToVsphere(volume, csi),
            MigrationTargets.Portworx => ToPortworx(volume, csi, handle),
            _ => $"driver {driver} has taken over no in-tree plugin",
        } ?? s_topologies.GetValueOrDefault(driver)?.Rewrite(volume);
        if (error is null) volume.Spec.Csi = null;
        return error;
    }

    private static string? ToEbs(PersistentVolume volume, CsiVolumeSource csi, string handle)
    {
        var (partition, error) = PartitionOf(csi);
        return error ?? To(() => volume.Spec.AwsElasticBlockStore = new(handle, csi.FsType, partition, csi.ReadOnly));
    }

    private static string? ToGceDisk(PersistentVolume volume, CsiVolumeSource csi, string handle)
    {
        if (handle.Split('/') is not [_, _, _, _, _, var disk, ..]) return $"volume handle {handle} has not the form projects/P/zones/Z/disks/D";
        var (partition, error) = csi.VolumeAttributes?[Partition] is "" ? (0, null) : PartitionOf(csi);
        return error ?? To(() => volume.Spec.GcePersistentDisk = new(disk, csi.FsType, partition, csi.ReadOnly));
    }

    /// <summary>The plugin knows a disk by its path, which the server demands; the handle is a mere id.</summary>
    private static string? ToVsphere(PersistentVolume volume, CsiVolumeSource csi)
    {
        const string path = "initialvolumefilepath";
        return csi.VolumeAttributes?[path] is { Length: > 0 } file
            ? To(() => volume.Spec.VsphereVolume = new(file, csi.FsType, null))
            : $"the driver did not say its path in the attribute {path} of the volume";
    }

    private static string? ToPortworx(PersistentVolume volume, CsiVolumeSource csi, string handle)
    {
        // Where the class names the plugin's one secret, all of these are it; the way back to CSI reads it from the annotations.
        if ((csi.NodePublishSecretRef ?? csi.ControllerPublishSecretRef) is { Name: { } name, Namespace: { } ns })
            Annotate(volume, new(MigrationMarks.PortworxSecretName, name), new(MigrationMarks.PortworxSecretNamespace, ns));
        return To(() => volume.Spec.PortworxVolume = new(handle, csi.FsType, csi.ReadOnly));
    }

    internal static void Annotate(PersistentVolume volume, params ReadOnlySpan<KeyValuePair<string, string>> annotations) =>
        volume.Metadata.Annotations = StringMap.From([.. volume.Metadata.Annotations ?? StringMap.Empty, .. annotations]);

    private static (int Partition, string? Error) PartitionOf(CsiVolumeSource csi)
    {
        if (csi.VolumeAttributes?[Partition] is not { } text) return (0, null);
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var partition) ? (partition, null) : (0, $"the attribute {Partition}=\"{text}\" of the volume is not a number");
    }

    private static string? To(Action set)
    {
        set();
        return null;
    }
}
