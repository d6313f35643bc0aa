namespace Sidecars.Kubernetes.Migration;

/// <summary>
/// What the parameters of a class of a built-in plugin are to the driver that took it over (provisioner contract 11). The keys of such a class
/// count in any case of letters; those of no rule are the same to both. A plugin without rules is one whose classes the driver reads as they are.
/// </summary>
internal sealed record ClassRules
{
    private const string Reserved = "csi.storage.k8s.io/";
    private const string FsType = "fstype";

    private static readonly string[] s_fsType = [Reserved + FsType];
    private static readonly string[] s_vsphere =
        ["datastore", "diskformat", "hostfailurestotolerate", "forceprovisioning", "cachereservation", "diskstripes", "objectspacereservation", "iopslimit"];

    private static readonly string[] s_purposes = ["provisioner", "controller-publish", "node-stage", "node-publish", "controller-expand", "node-expand"];

    private static readonly Dictionary<string, ClassRules> s_all = new(StringComparer.Ordinal)
    {
        [MigrationTargets.Ebs] = new()
        {
            ZoneKey = TopologyKeys.EbsZone,
            HasZoneParameters = true,
            Renamed = Named((FsType, s_fsType)),
            // The plugin raised the rate of a small disk to the least there is; the driver refuses such a disk unless it is told to raise it.
            Implied = new Dictionary<string, string> { ["iopspergb"] = "allowautoiopspergbincrease" },
        },
        [MigrationTargets.GcePersistentDisk] = new()
        {
            ZoneKey = TopologyKeys.GceZone,
            HasZoneParameters = true,
            Renamed = Named((FsType, s_fsType)),
        },
        [MigrationTargets.Cinder] = new() { ZoneKey = TopologyKeys.CinderZone, Renamed = Named((FsType, s_fsType)) },
        [MigrationTargets.AzureDisk] = new() { ZoneKey = TopologyKeys.AzureDiskZone, HasZoneParameters = true, HasNamelessZones = true },
        [MigrationTargets.Vsphere] = new()
        {
            ZoneKey = TopologyKeys.VsphereZone,
            DropsOthers = true,
            Marker = "csimigration",
            Renamed = Named(
            [
                (FsType, s_fsType), ("storagepolicyname", ["storagepolicyname"]),
                .. s_vsphere.Select(key => (key, new[] { $"{key}-migrationparam" })),
            ]),
        },
        [MigrationTargets.Portworx] = new()
        {
            FillsFromTheDriver = true,
            Renamed = Named((MigrationMarks.PortworxSecretName, Secrets("name")), (MigrationMarks.PortworxSecretNamespace, Secrets("namespace"))),
        },
    };

    /// <summary>What a zone is called in the driver's topology; null where the driver is not told of zones.</summary>
    public string? ZoneKey { get; init; }

    /// <summary>Whether the class may name zones in its parameters <c>zone</c> and <c>zones</c>.</summary>
    public bool HasZoneParameters { get; init; }

    /// <summary>Whether a zone may be nameless: what the plugin called by a bare number is no zone to the driver.</summary>
    public bool HasNamelessZones { get; init; }

    /// <summary>Keys, in small letters, that the driver knows under others.</summary>
    public IReadOnlyDictionary<string, string[]> Renamed { get; init; } = new Dictionary<string, string[]>();

    /// <summary>Keys, in small letters, that bring a further one with them, of the value <c>true</c>.</summary>
    public IReadOnlyDictionary<string, string> Implied { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether a key of no rule is left out, because the driver would refuse it.</summary>
    public bool DropsOthers { get; init; }

    /// <summary>Whether what a volume is filled from has the driver's name, and not the plugin's.</summary>
    public bool FillsFromTheDriver { get; init; }

    /// <summary>A key that is always there, of the value <c>true</c>; null is none.</summary>
    public string? Marker { get; init; }

    /// <summary>The rules of a driver; null where it has none.</summary>
    public static ClassRules? Of(string driver) => s_all.GetValueOrDefault(driver);

    private static Dictionary<string, string[]> Named(params ReadOnlySpan<(string Old, string[] New)> keys)
    {
        var named = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var (old, @new) in keys) named[old] = @new;
        return named;
    }

    /// <summary>The plugin had one secret for everything.</summary>
    private static string[] Secrets(string part) => Array.ConvertAll(s_purposes, purpose => $"{Reserved}{purpose}-secret-{part}");
}
