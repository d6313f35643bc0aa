using Sidecars.Hosting.Flags;

namespace Sidecars.Documentation.Tests.Flags;

/// <summary>The programs that ship, by their names, each with what it answers to a command line.</summary>
internal static class ShippedPrograms
{
    public static IReadOnlyDictionary<string, Func<string[], FlagParse>> All { get; } = new SortedDictionary<string, Func<string[], FlagParse>>(StringComparer.Ordinal)
    {
        ["csi-provisioner"] = args => ExternalProvisioner.ProvisionerProgram.Describe().CommandLine.Parse(args),
        ["csi-attacher"] = args => ExternalAttacher.AttacherProgram.Describe().CommandLine.Parse(args),
        ["csi-snapshotter"] = args => ExternalSnapshotter.SnapshotterProgram.Describe().CommandLine.Parse(args),
        ["csi-resizer"] = args => ExternalResizer.ResizerProgram.Describe().CommandLine.Parse(args),
        ["snapshot-controller"] = args => SnapshotController.SnapshotControllerProgram.Describe().CommandLine.Parse(args),
        ["csi-cluster-driver-registrar"] = args => new ClusterDriverRegistrar.RegistrarFlags().Parse(args),
        ["csi-node-driver-registrar"] = args => new NodeDriverRegistrar.RegistrarFlags().Parse(args),
        ["livenessprobe"] = args => new LivenessProbe.ProbeFlags().Parse(args),
    };
}
