namespace Sidecars.Playground;

/// <summary>A sidecar as the playground starts it: the file it is published under and its flags, which are the real ones.</summary>
internal sealed record SidecarProgram(string FileName, Func<SidecarSetting, IEnumerable<string>> Flags)
{
    public const string LivenessProbe = "livenessprobe";

    /// <summary>All sidecars, in the order they are started. A sidecar that comes to exist becomes a line here.</summary>
    public static IReadOnlyList<SidecarProgram> All { get; } =
    [
        new("csi-cluster-driver-registrar", setting =>
        [
            CsiAddress(setting),
            $"--kubeconfig={setting.Kubeconfig}",
            Verbosity(setting),
            .. setting.TellsRoom ? ForTheScheduler : [],
        ]),
        new("csi-node-driver-registrar", setting =>
        [
            CsiAddress(setting),
            $"--kubelet-registration-path={setting.CsiSocket}",
            $"--plugin-registration-path={setting.PluginRegistry}",
            "--timeout=10s", // the first call of each finds a driver that is just starting, on a machine where everything is
            Verbosity(setting),
        ]) { IsOnEveryNode = true },
        new(LivenessProbe, setting => [CsiAddress(setting), AnyPort, Verbosity(setting)]),
        new("csi-provisioner", setting => [.. Controller(setting), .. setting.TellsRoom ? Capacity : []]) { EndsWithDriver = true },
        new("csi-attacher", Controller) { EndsWithDriver = true },
        new(SnapshotStory.SnapshotController, Cluster) { Needs = DriverAbility.Snapshots },
        new(SnapshotStory.Snapshotter, Controller) { EndsWithDriver = true, Needs = DriverAbility.Snapshots },
        new(Growth.Resizer, Controller) { EndsWithDriver = true, Needs = DriverAbility.Resizing },
    ];

    /// <summary>The playground's flag that hands arguments on to it.</summary>
    public string ArgumentsFlag => $"--{(FileName.StartsWith("csi-", StringComparison.Ordinal) ? FileName[4..] : FileName)}-args";

    /// <summary>Whether there is one on every node; otherwise one in the cluster, at the driver's first socket.</summary>
    public bool IsOnEveryNode { get; private init; }

    /// <summary>Whether it ends when it loses the driver, so that the kubelet starts it anew.</summary>
    public bool EndsWithDriver { get; private init; }

    /// <summary>What the driver has to be able to do for there to be something to do for it; null where there always is.</summary>
    public DriverAbility? Needs { get; private init; }

    // The scheduler goes by the room that is told.
    private static string[] ForTheScheduler => ["--storage-capacity"];

    // No pod is there that could own what is told of the room.
    private static string[] Capacity => ["--enable-capacity", "--capacity-ownerref-level=-1"];

    // A port the system chooses: it stands in the program's log.
    private static string AnyPort => "--http-endpoint=127.0.0.1:0";

    private static IEnumerable<string> Controller(SidecarSetting setting) => [CsiAddress(setting), .. Cluster(setting)];

    private static IEnumerable<string> Cluster(SidecarSetting setting) =>
    [
        $"--kubeconfig={setting.Kubeconfig}",
        "--leader-election",
        "--leader-election-namespace=default",
        AnyPort,
        Verbosity(setting),
    ];

    private static string CsiAddress(SidecarSetting setting) => $"--csi-address={setting.CsiSocket}";

    private static string Verbosity(SidecarSetting setting) => $"--v={setting.Verbosity}";
}
