namespace Sidecars.HostPathDriver.State;

/// <summary>What the driver remembers of a snapshot; its data is a copy on the same node and outlives the volume it was taken from.</summary>
internal sealed record SnapshotRecord(
    long Sequence,
    string Id,
    string Name,
    string SourceVolume,
    long Size,
    bool IsBlock,
    DateTimeOffset Created,
    string Node,
    string Kind);
