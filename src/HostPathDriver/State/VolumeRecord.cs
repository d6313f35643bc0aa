namespace Sidecars.HostPathDriver.State;

/// <summary>
/// What the driver remembers of a volume. <see cref="Sequence"/> grows with every volume ever made and orders the lists.
/// <see cref="Parameters"/> and <see cref="RequestedMutable"/> are what the creating call asked for, kept to recognise its repeats;
/// <see cref="Mutable"/> is what holds now. <see cref="Kind"/> is empty where kinds do not count.
/// </summary>
internal sealed record VolumeRecord(
    long Sequence,
    string Id,
    string Name,
    long Capacity,
    bool IsBlock,
    string Parameters,
    string RequestedMutable,
    string Mutable,
    string? SourceSnapshot,
    string? SourceVolume,
    string Node,
    string Kind);
