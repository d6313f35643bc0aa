using Sidecars.ExternalSnapshotter.Requests;

namespace Sidecars.ExternalSnapshotter;

/// <summary>What the command line asks of taking snapshots itself.</summary>
internal sealed record SnapshotterOptions
{
    /// <summary>Names of snapshots at the driver.</summary>
    public SnapshotNaming Naming { get; init; } = new("snapshot", SnapshotNaming.WholeUid);

    /// <summary>Names of groups at the driver.</summary>
    public SnapshotNaming GroupNaming { get; init; } = new("groupsnapshot", SnapshotNaming.WholeUid);

    /// <summary>Whether the driver is told the names of the objects.</summary>
    public bool ExtraCreateMetadata { get; init; }

    /// <summary>The one node whose contents are served; null serves all.</summary>
    public string? Node { get; init; }

    /// <summary>Whether groups are wanted (gate <c>CSIVolumeGroupSnapshot</c>).</summary>
    public bool WantsGroups { get; init; } = true;

    /// <summary>Limit of each call to the driver.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>First pause after a failure, and between two looks at a snapshot that is not ready.</summary>
    public TimeSpan RetryIntervalStart { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest such pause.</summary>
    public TimeSpan RetryIntervalMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Contents worked on at once, and as many of groups.</summary>
    public int WorkerThreads { get; init; } = 10;

    /// <summary>How often the cluster is asked for the kinds of groups while it does not serve them.</summary>
    public TimeSpan GroupProbe { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Period in which everything unfinished is looked at again, whatever its back-off; zero is never.</summary>
    public TimeSpan Resync { get; init; } = TimeSpan.FromMinutes(15);
}
