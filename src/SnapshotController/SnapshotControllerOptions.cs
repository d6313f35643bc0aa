namespace Sidecars.SnapshotController;

/// <summary>What the command line asks for.</summary>
internal sealed record SnapshotControllerOptions
{
    /// <summary>Keys of one queue worked on at once.</summary>
    public int WorkerThreads { get; init; } = 10;

    /// <summary>First pause after a failure.</summary>
    public TimeSpan RetryIntervalStart { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause after failures.</summary>
    public TimeSpan RetryIntervalMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Period in which everything unfinished is looked at again, whatever its back-off; zero is never.</summary>
    public TimeSpan Resync { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Whether a content is labelled with the node that reaches its volume.</summary>
    public bool IsDistributed { get; init; }

    /// <summary>Whether a content notes the mode of its volume.</summary>
    public bool NotesVolumeMode { get; init; } = true;

    /// <summary>Whether groups of snapshots are worked on, where the cluster serves them (gate <c>CSIVolumeGroupSnapshot</c>).</summary>
    public bool HasGroups { get; init; } = true;

    /// <summary>How long the kinds are waited for at the start.</summary>
    public TimeSpan KindsWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a new snapshot's status waits for what the driver says: where that comes at once, being bound and being ready is one write.
    /// </summary>
    public TimeSpan BoundPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Pause between two questions whether the kinds of groups are served by now.</summary>
    public TimeSpan GroupProbe { get; init; } = TimeSpan.FromSeconds(30);
}
