using System.Globalization;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Migration;

/// <summary>
/// Says what a volume of a built-in plugin of old is to the CSI driver that took it over (common contract 16). Pure functions;
/// only what controllers ask for is translated, and what cannot be is an error text. All of it is between objects of the cluster, which is why it
/// stands here and not beside the CSI protocol.
/// </summary>
public static class InTreeTranslation
{
    internal const string Unspecified = "UNSPECIFIED";

    /// <summary>Separates the zones of a disk that has several.</summary>
    internal const string ZoneSeparator = "__";

    private const int PartsOfZone = 3;

    /// <summary>The volume as one of CSI: source, access modes, mount options and volume mode; or why it cannot be.</summary>
    public static (VolumeSpec? Details, string? Error) Translate(PersistentVolume volume)
    {
        var spec = volume.Spec;
        var modes = spec.AccessModes;
        var (source, error) = spec switch
        {
            { AwsElasticBlockStore: { } ebs } => OfEbs(ebs),
            { AzureDisk: { } disk } => OfAzureDisk(disk),
            { AzureFile: { } file } => OfAzureFile(volume, file),
            { Cinder: { } cinder } => (Source(cinder.VolumeId, cinder.FsType, cinder.ReadOnly), null),
            { GcePersistentDisk: { } disk } => OfGceDisk(volume, disk),
            { PortworxVolume: { } portworx } => (OfPortworx(volume, portworx), null),
            { VsphereVolume: { } vsphere } => (OfVsphere(vsphere), null),
            _ => (null, "could not find in-tree plugin translation logic"),
        };
        if (source is null) return (null, error);
        if (spec.GcePersistentDisk is not null) modes = ModesOfGceDisk(modes);
        return (new VolumeSpec { Csi = source, AccessModes = modes, MountOptions = spec.MountOptions, VolumeMode = spec.VolumeMode }, null);
    }

    /// <summary>The driver's name of the volume, be it one of CSI or of a built-in plugin; null where it has none.</summary>
    public static string? HandleOf(PersistentVolume volume) =>
        volume.Spec.IsMigratable ? Translate(volume).Details?.Csi?.VolumeHandle : volume.Spec.Csi?.VolumeHandle;

    private static (CsiVolumeSource?, string?) OfEbs(AwsElasticBlockStoreSource ebs)
    {
        var id = ebs.VolumeId ?? "";
        if (id.StartsWith("aws://", StringComparison.Ordinal))
        {
            var path = id["aws://".Length..];
            var slash = path.IndexOf('/', StringComparison.Ordinal);
            id = slash < 0 ? "" : path[slash..].Trim('/');
            if (!id.StartsWith("vol-", StringComparison.Ordinal) || id.Contains('/')) return (null, $"failed to translate EBS volume id \"{ebs.VolumeId}\": its path is not of the form vol-...");
        }
        return (Source(id, ebs.FsType, ebs.ReadOnly, ("partition", Text(ebs.Partition))), null);
    }

    private static (CsiVolumeSource?, string?) OfAzureDisk(AzureDiskSource disk)
    {
        const string managed = "Managed";
        if (disk.Kind is { } kind && !kind.Equals(managed, StringComparison.OrdinalIgnoreCase))
            return (null, $"kind(\"{kind}\") is not supported in csi migration, only {managed} disks are");
        return (Source(disk.DiskUri, disk.FsType, disk.ReadOnly ?? false,
            ("kind", managed), ("cachingmode", disk.CachingMode), ("fstype", disk.FsType)), null);
    }

    private static (CsiVolumeSource?, string?) OfAzureFile(PersistentVolume volume, AzureFileSource file)
    {
        var account = AccountOf(file.SecretName ?? "") ?? file.SecretName;
        var ns = file.SecretNamespace is { Length: > 0 } own ? own : volume.Spec.ClaimRef?.Namespace;
        if (string.IsNullOrEmpty(ns)) return (null, "secret namespace is nil: neither the volume nor its claim names one");
        var group = volume.Annotation(MigrationMarks.AzureResourceGroup) ?? "";
        return (Source($"{group}#{account}#{file.ShareName}#{volume.Name}#{ns}", "", file.ReadOnly, ("sharename", file.ShareName ?? "")), null);
    }

    private static (CsiVolumeSource?, string?) OfGceDisk(PersistentVolume volume, GcePersistentDiskSource disk)
    {
        // An empty label says no more than none.
        var label = volume.Metadata.Labels?[MigrationMarks.BetaZone] is { Length: > 0 } beta ? beta : volume.Metadata.Labels?[MigrationMarks.Zone];
        var zones = (label is { Length: > 0 } ? label : Unspecified).Split(ZoneSeparator);
        var (place, error) = zones.Length is 1 ? ($"zones/{zones[0]}", null) : RegionOf(zones);
        if (error is not null) return (null, error);
        return (Source($"projects/{Unspecified}/{place}/disks/{disk.PdName}", disk.FsType, disk.ReadOnly,
            ("partition", disk.Partition is 0 ? "" : Text(disk.Partition))), null);
    }

    /// <summary>The region of one zone: its first two parts.</summary>
    internal static string RegionOf(string zone) => string.Join('-', zone.Split('-').Take(2));

    private static (string, string?) RegionOf(string[] zones)
    {
        if (zones.FirstOrDefault(zone => zone.Split('-').Length != PartsOfZone) is { } odd)
            return ("", $"zone \"{odd}\" of a disk in several zones is not of the form locale-region-zone");
        var regions = zones.Select(RegionOf).Distinct(StringComparer.Ordinal).ToList();
        return regions.Count is 1 ? ($"regions/{regions[0]}", null) : ("", $"zones {string.Join(", ", zones)} are not all of one region");
    }

    /// <summary>A disk that is written on one node only, unless it is only read.</summary>
    private static string[]? ModesOfGceDisk(string[]? modes)
    {
        const string readOnlyMany = "ReadOnlyMany", readWriteOnce = "ReadWriteOnce";
        if (modes is null or { Length: 0 }) return modes;
        return modes.All(m => m is readOnlyMany) ? [readOnlyMany] : [readWriteOnce];
    }

    private static CsiVolumeSource OfPortworx(PersistentVolume volume, PortworxVolumeSource portworx)
    {
        var source = Source(portworx.VolumeId, portworx.FsType, readOnly: false);
        var name = volume.Annotation(MigrationMarks.PortworxSecretName);
        var ns = volume.Annotation(MigrationMarks.PortworxSecretNamespace);
        if (name is not null && ns is not null) source.ControllerPublishSecretRef = source.ControllerExpandSecretRef = new SecretReference(name, ns);
        return source;
    }

    private static CsiVolumeSource OfVsphere(VsphereVolumeSource vsphere) =>
        Source(vsphere.VolumePath, vsphere.FsType, readOnly: false, ("storagepolicyname", vsphere.StoragePolicyName));

    /// <summary>Attributes without a value are left out; an empty one counts as a value only where it is meant.</summary>
    private static CsiVolumeSource Source(string? handle, string? fsType, bool readOnly, params ReadOnlySpan<(string Key, string? Value)> attributes)
    {
        var set = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in attributes)
        {
            if (value is { Length: > 0 } || (value is not null && key is "partition" or "sharename")) set[key] = value ?? "";
        }
        return new CsiVolumeSource { VolumeHandle = handle, FsType = fsType, ReadOnly = readOnly, VolumeAttributes = StringMap.From(set) };
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The account a secret is named after, <c>azure-storage-account-ACCOUNT-secret</c>; null where its name has another form.</summary>
    private static string? AccountOf(string secret)
    {
        const string before = "azure-storage-account-", after = "-secret";
        var start = secret.IndexOf(before, StringComparison.Ordinal) + before.Length;
        var end = secret.LastIndexOf(after, StringComparison.Ordinal);
        return start >= before.Length && end > start ? secret[start..end] : null;
    }
}
