namespace Sidecars.Playground;

/// <summary>A sidecar as the playground starts it: the file it is published under and its flags, which are the real ones.</summary>
internal sealed record SidecarProgram(string FileName, Func<SidecarSetting, IEnumerable<string>> Flags)
{
    public const string LivenessProbe = "livenessprobe";

    /// <summary>All sidecars, in the order they are started. A sidecar that comes to exist becomes a line here.</summary>
    public static IReadOnlyList<SidecarProgram> All { get; } =
    [
        new("csi-cluster-driver-registrar", setting => [CsiAddress(setting), $"--kubeconfig={setting.Kubeconfig}", Verbosity(setting)]),
        new("csi-node-driver-registrar", setting =>
        [
            CsiAddress(setting),
            $"--kubelet-registration-path={setting.CsiSocket}",
            $"--plugin-registration-path={setting.PluginRegistry}",
            Verbosity(setting),
        ]),
        new(LivenessProbe, setting => [CsiAddress(setting), AnyPort, Verbosity(setting)]),
        // Our provisioner does not place volumes by topology yet, and says so for a driver that has one; on one node there is no choice.
        new("csi-provisioner", setting => [.. Controller(setting), "--feature-gates=Topology=false"]) { EndsWithDriver = true },
        new("csi-attacher", Controller) { EndsWithDriver = true },
    ];

    /// <summary>Whether it ends when it loses the driver, so that the kubelet starts it anew.</summary>
    public bool EndsWithDriver { get; private init; }

    // A port the system chooses: it stands in the program's log.
    private static string AnyPort => "--http-endpoint=127.0.0.1:0";

    private static IEnumerable<string> Controller(SidecarSetting setting) =>
    [
        CsiAddress(setting),
        $"--kubeconfig={setting.Kubeconfig}",
        "--leader-election",
        "--leader-election-namespace=default",
        AnyPort,
        Verbosity(setting),
    ];

    private static string CsiAddress(SidecarSetting setting) => $"--csi-address={setting.CsiSocket}";

    private static string Verbosity(SidecarSetting setting) => $"--v={setting.Verbosity}";
}
