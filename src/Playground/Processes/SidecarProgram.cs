namespace Sidecars.Playground;

/// <summary>A sidecar as the playground starts it: the file it is published under and its flags, which are the real ones.</summary>
internal sealed record SidecarProgram(string FileName, Func<SidecarSetting, IEnumerable<string>> Flags)
{
    /// <summary>All sidecars, in the order they are started. A sidecar that comes to exist becomes a line here.</summary>
    public static IReadOnlyList<SidecarProgram> All { get; } =
    [
        new("csi-provisioner", setting =>
        [
            $"--csi-address={setting.CsiSocket}",
            $"--kubeconfig={setting.Kubeconfig}",
            "--leader-election",
            "--leader-election-namespace=default",
            $"--http-endpoint=127.0.0.1:{setting.HttpPort}",
            // Our provisioner does not place volumes by topology yet, and says so for a driver that has one; on one node there is no choice.
            "--feature-gates=Topology=false",
            $"--v={setting.Verbosity}",
        ]),
    ];
}
