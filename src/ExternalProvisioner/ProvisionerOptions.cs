using Sidecars.ExternalProvisioner.Capacity;
using Sidecars.ExternalProvisioner.NodeDeployment;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.ExternalProvisioner.Sources;
using Sidecars.ExternalProvisioner.Topology;

namespace Sidecars.ExternalProvisioner;

/// <summary>What the command line asks of provisioning itself.</summary>
internal sealed record ProvisionerOptions
{
    /// <summary>How volumes are named.</summary>
    public required VolumeNaming Naming { get; init; }

    /// <summary>File system where the class names none; empty leaves it to the driver.</summary>
    public string DefaultFsType { get; init; } = "";

    /// <summary>Whether the driver is told which claim a volume is for.</summary>
    public bool ExtraCreateMetadata { get; init; }

    /// <summary>Whether a volume of read-only claims is published read-only.</summary>
    public bool ControllerPublishReadOnly { get; init; }

    /// <summary>How instances that each serve one node share the claims.</summary>
    public NodeDeploymentOptions Nodes { get; init; } = new();

    /// <summary>Whether a claim notes that its volume is being made.</summary>
    public bool NotesIntents { get; init; }

    /// <summary>Gate <c>Topology</c>.</summary>
    public bool UsesTopology { get; init; } = true;

    /// <summary>How topology is used, where it is.</summary>
    public TopologyOptions Topology { get; init; } = new();

    /// <summary>Gate <c>VolumeAttributesClass</c>.</summary>
    public AttributesClassUse AttributesClasses { get; init; }

    /// <summary>Volumes that are filled from something.</summary>
    public SourceOptions Sources { get; init; } = new();

    /// <summary>Publishing of capacity.</summary>
    public CapacityOptions Capacity { get; init; } = new();

    /// <summary>Limit of each call to the driver.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First pause after a failure.</summary>
    public TimeSpan RetryIntervalStart { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause after failures, and how long an infeasible claim is left alone.</summary>
    public TimeSpan RetryIntervalMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Sources of clones that are let go of at once.</summary>
    public int CloningProtectionThreads { get; init; } = 1;

    /// <summary>Period of the sweep for protection left on snapshots; zero or less is never.</summary>
    public TimeSpan SnapshotSweepInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Claims worked on at once, and as many volumes.</summary>
    public int WorkerThreads { get; init; } = 100;
}
