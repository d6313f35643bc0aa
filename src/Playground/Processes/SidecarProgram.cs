namespace Sidecars.Playground;

/// <summary>A sidecar as the playground starts it: the file it is published under and its flags, which are the real ones.</summary>
internal sealed record SidecarProgram(string FileName, Func<SidecarSetting, IEnumerable<string>> Flags)
{
    /// <summary>All sidecars, in the order they are started. A sidecar that comes to exist becomes a line here.</summary>
    public static IReadOnlyList<SidecarProgram> All { get; } =
    [
        // Our provisioner does not place volumes by topology yet, and says so for a driver that has one; on one node there is no choice.
        new("csi-provisioner", setting => [.. Common(setting), "--feature-gates=Topology=false"]),
        new("csi-attacher", Common),
    ];

    private static IEnumerable<string> Common(SidecarSetting setting) =>
    [
        $"--csi-address={setting.CsiSocket}",
        $"--kubeconfig={setting.Kubeconfig}",
        "--leader-election",
        "--leader-election-namespace=default",
        "--http-endpoint=127.0.0.1:0", // a port the system chooses: it stands in the program's log
        $"--v={setting.Verbosity}",
    ];
}
