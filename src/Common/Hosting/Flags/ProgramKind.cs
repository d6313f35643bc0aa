namespace Sidecars.Hosting.Flags;

/// <summary>Which column of the standard flag table a program takes (common contract 1.3).</summary>
public enum ProgramKind
{
    /// <summary>Provisioner, attacher, resizer and snapshotter sidecar: the full set.</summary>
    Sidecar,

    /// <summary>The snapshot controller, which has no driver socket.</summary>
    SnapshotController,

    /// <summary>The liveness probe, which has no API server and no version flag.</summary>
    LivenessProbe,

    /// <summary>The node driver registrar.</summary>
    NodeDriverRegistrar,
}
