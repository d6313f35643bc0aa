namespace Sidecars.ExternalResizer;

/// <summary>What the command line asks of resizing and modifying.</summary>
internal sealed record ResizerOptions
{
    /// <summary>Limit of each call to the driver.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First pause after a failure.</summary>
    public TimeSpan RetryIntervalStart { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause after failures, and the pause before a size or class is tried again that the driver calls impossible.</summary>
    public TimeSpan RetryIntervalMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Claims expanded at once, and as many modified.</summary>
    public int Workers { get; init; } = 10;

    /// <summary>Period in which everything unfinished is looked at again; zero is never.</summary>
    public TimeSpan Resync { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether a driver that refuses a volume in use is left alone while pods use it.</summary>
    public bool HandlesInUse { get; init; } = true;

    /// <summary>Whether the driver is told the names of claim and volume with a modification.</summary>
    public bool TellsNames { get; init; }

    /// <summary>Whether a size that cannot be had may be taken back (gate <c>RecoverVolumeExpansionFailure</c>).</summary>
    public bool Recovers { get; init; } = true;

    /// <summary>Whether the size before is noted on the volume (gate <c>AnnotateFsResize</c>).</summary>
    public bool AnnotatesVolumes { get; init; } = true;

    /// <summary>Whether volumes are given other attributes (gate <c>VolumeAttributesClass</c>).</summary>
    public bool Modifies { get; init; } = true;
}
