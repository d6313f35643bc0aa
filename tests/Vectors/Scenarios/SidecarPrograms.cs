namespace Sidecars.Vectors.Tests;

/// <summary>Which program of ours takes the place of which sidecar, and what each is started with in every scenario.</summary>
internal static class SidecarPrograms
{
    private static readonly Dictionary<string, string> ProgramBySidecar = new()
    {
        ["external-provisioner"] = "csi-provisioner",
        ["external-attacher"] = "csi-attacher",
        ["external-snapshotter"] = "csi-snapshotter",
        ["snapshot-controller"] = "snapshot-controller",
        ["external-resizer"] = "csi-resizer",
    };

    internal static string ProgramOf(string sidecar) => ProgramBySidecar[sidecar];

    /// <summary>The snapshot controller alone talks to no driver.</summary>
    internal static bool TalksToDriver(string sidecar) => sidecar != "snapshot-controller";

    internal static IReadOnlyList<string> Arguments(string sidecar, string kubeconfig, string socket, IEnumerable<string> ofScenario) =>
    [
        "--leader-election=false", "--kube-api-qps=1000", "--kube-api-burst=1000", $"--kubeconfig={kubeconfig}",
        .. TalksToDriver(sidecar) ? [$"--csi-address={socket}"] : Array.Empty<string>(),
        .. ofScenario,
    ];
}
