namespace Sidecars.ExternalAttacher;

/// <summary>What the command line asks of attaching itself.</summary>
internal sealed record AttacherOptions
{
    /// <summary>File system where the volume names none; empty leaves it to the driver.</summary>
    public string DefaultFsType { get; init; } = "";

    /// <summary>Whether the code of a failed call is noted on the attachment (gate <c>MutableCSINodeAllocatableCount</c>).</summary>
    public bool NotesErrorCodes { get; init; } = true;

    /// <summary>Limit of each call to the driver.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>First pause after a failure.</summary>
    public TimeSpan RetryIntervalStart { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause after failures.</summary>
    public TimeSpan RetryIntervalMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Attachments attached or detached at once, and as many volumes released.</summary>
    public int WorkerThreads { get; init; } = 10;

    /// <summary>Period in which everything unfinished is looked at again, whatever its back-off; zero is never.</summary>
    public TimeSpan Resync { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Pause between two comparisons with what the driver lists.</summary>
    public TimeSpan ReconcileSync { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Volumes asked for in one page of a list; 0 leaves it to the driver.</summary>
    public int MaxEntries { get; init; }
}
