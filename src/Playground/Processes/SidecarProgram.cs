namespace Sidecars.Playground;

/// <summary>A sidecar as the playground starts it: the file it is published under and its flags, which are the real ones.</summary>
/// <param name="FileName">The file.</param>
/// <param name="Places">Where things are here, whoever chose the rest.</param>
/// <param name="Choices">What a chart chooses where there is one.</param>
internal sealed record SidecarProgram(string FileName, Func<SidecarSetting, IEnumerable<string>> Places, Func<SidecarSetting, IEnumerable<string>> Choices)
{
    public const string LivenessProbe = "livenessprobe";

    /// <summary>All sidecars, in the order they are started. A sidecar that comes to exist becomes a line here.</summary>
    public static IReadOnlyList<SidecarProgram> All { get; } =
    [
        new("csi-cluster-driver-registrar", Controller, setting => setting.TellsRoom ? ForTheScheduler : []),
        new("csi-node-driver-registrar", setting =>
        [
            CsiAddress(setting),
            $"--kubelet-registration-path={setting.CsiSocket}",
            $"--plugin-registration-path={setting.PluginRegistry}",
            AnyPort,
            "--timeout=10s", // the first call of each finds a driver that is just starting, on a machine where everything is
            Verbosity(setting),
        ], Nothing) { IsOnEveryNode = true },
        new(LivenessProbe, setting => [CsiAddress(setting), AnyPort, Verbosity(setting)], Nothing),
        new("csi-provisioner", setting => [.. Controller(setting), NoOwner], setting => [.. Elected(setting), .. setting.TellsRoom ? Capacity : []]) { EndsWithDriver = true },
        new("csi-attacher", Controller, Elected) { EndsWithDriver = true },
        new(SnapshotStory.SnapshotController, Cluster, Elected) { Needs = [DriverAbility.Snapshot] },
        new(SnapshotStory.Snapshotter, Controller, Elected) { EndsWithDriver = true, Needs = [DriverAbility.Snapshot] },
        new(Growth.Resizer, Controller, Elected) { EndsWithDriver = true, Needs = [DriverAbility.Expand, DriverAbility.Modify] },
    ];

    /// <summary>The playground's flag that hands arguments on to it.</summary>
    public string ArgumentsFlag => $"--{(FileName.StartsWith("csi-", StringComparison.Ordinal) ? FileName[4..] : FileName)}-args";

    /// <summary>Whether there is one on every node; otherwise one in the cluster, at the driver's first socket.</summary>
    public bool IsOnEveryNode { get; private init; }

    /// <summary>Whether it ends when it loses the driver, so that the kubelet starts it anew.</summary>
    public bool EndsWithDriver { get; private init; }

    /// <summary>What the driver has to be able to do, one of these, for there to be something to do for it; empty where there always is.</summary>
    public IReadOnlyList<DriverAbility> Needs { get; private init; } = [];

    // The scheduler goes by the room that is told.
    private static string[] ForTheScheduler => ["--storage-capacity"];

    private static string[] Capacity => ["--enable-capacity"];

    // No pod is there that could own what is told of the room.
    private static string NoOwner => "--capacity-ownerref-level=-1";

    // A port the system chooses: it stands in the program's log.
    private static string AnyPort => "--http-endpoint=127.0.0.1:0";

    private static IEnumerable<string> Nothing(SidecarSetting setting) => [];

    private static IEnumerable<string> Controller(SidecarSetting setting) => [CsiAddress(setting), .. Cluster(setting)];

    private static IEnumerable<string> Cluster(SidecarSetting setting) => [$"--kubeconfig={setting.Kubeconfig}", AnyPort, Verbosity(setting)];

    private static IEnumerable<string> Elected(SidecarSetting setting) => ["--leader-election", "--leader-election-namespace=default"];

    private static string CsiAddress(SidecarSetting setting) => $"--csi-address={setting.CsiSocket}";

    private static string Verbosity(SidecarSetting setting) => $"--v={setting.Verbosity}";
}
